package checks

import (
	"strings"
	"testing"
	"time"

	rooms "github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
)

// surveyed judges rooms as PostgreSQL would give them; they are sorted by extremities.
func surveyed(facts ...rooms.Facts) rooms.Survey {
	var survey rooms.Survey
	for i, j := range rooms.JudgeAll(facts, 10, noon) {
		survey.Rooms = append(survey.Rooms, rooms.Room{Room: known.Room("!room" + string(rune('a'+i)) + ":a.example"), Facts: facts[i], Judgement: j})
	}
	return survey
}

func split(n, groups, local int64, change ...func(*rooms.Facts)) rooms.Facts {
	newest, oldest := noon.Add(-time.Hour), noon.Add(-72*time.Hour)
	f := rooms.Facts{Extremities: n, StateGroups: groups, LocalMembers: local, Newest: &newest, Oldest: &oldest}
	for _, c := range change {
		c(&f)
	}
	return f
}

func rejected(f *rooms.Facts) { f.Bad, f.Rejected = 2, 2 }
func outlier(f *rooms.Facts)  { f.Bad, f.Outliers = 1, 1 }

func TestExtremitiesOfRooms(t *testing.T) {
	first := known.Room("!rooma:a.example").String()
	second := known.Room("!roomb:a.example").String()
	young := func(f *rooms.Facts) { at := noon.Add(-time.Hour); f.Oldest = &at }
	quiet := func(f *rooms.Facts) { at := noon.Add(-48 * time.Hour); f.Newest = &at }
	for name, c := range map[string]struct {
		survey rooms.Survey
		want   wanted
	}{
		"one member": {surveyed(split(213, 37, 1)), wanted{severity: Critical, subject: first, value: 213, evidence: []string{"213 forward extremities with 37 different states, 1 local member."}}},
		"many": {surveyed(split(213, 37, 40)), wanted{severity: Critical, subject: first, value: 213, evidence: []string{"213 forward extremities", "37 different states", "40 local members", "3 days"},
			advice: []string{"local member", "power", "after a backup", "admin API"}}},
		"left and loud":         {surveyed(split(70, 30, 0)), wanted{severity: Warning, subject: first, advice: []string{"backup"}}},
		"left and quiet":        {surveyed(split(400, 30, 0, quiet)), wanted{severity: OK, evidence: []string{"harmless: 1"}}},
		"some":                  {surveyed(split(20, 5, 3)), wanted{severity: Info, subject: first, value: 20}},
		"heals":                 {surveyed(split(90, 5, 3, young)), wanted{severity: OK, evidence: []string{"heal by themselves: 1", "3 % of the events"}}},
		"one state":             {surveyed(split(90, 1, 3)), wanted{severity: OK}},
		"behind a corrupt one":  {surveyed(split(90, 9, 3, outlier), split(60, 5, 3)), wanted{severity: Warning, subject: second, causedBy: "extremities-corrupt", advice: []string{"corrupt"}}},
		"few behind one":        {surveyed(split(90, 9, 3, outlier), split(20, 5, 3)), wanted{severity: Info, subject: second, causedBy: "extremities-corrupt"}},
		"the worst comes first": {surveyed(split(70, 30, 0), split(60, 5, 3)), wanted{severity: Critical, subject: second, count: 2}},
		"being joined":          {surveyed(split(90, 9, 3, func(f *rooms.Facts) { f.Partial = true })), wanted{severity: OK, evidence: []string{"still being joined (partial-state): 1"}}},
		"a corrupt one":         {surveyed(split(90, 9, 3, outlier)), wanted{severity: OK, evidence: []string{"corrupt (extremities-corrupt): 1"}}},
		"too many to look at":   {rooms.Survey{Beyond: 31}, wanted{severity: OK, evidence: []string{"not looked at, for they have fewer: 31"}}},
		"none":                  {rooms.Survey{}, wanted{severity: OK, evidence: []string{"heal by themselves: 0"}}},
	} {
		t.Run(name, func(t *testing.T) {
			m := measuredOn{check: extremities, rows: c.survey, series: map[string]float64{"events": 1000, "few": 970}}
			expect(t, m, c.want)
			f := extremities.Judge(m.input())[0]
			if f.Severity > OK && f.Unit != "none" {
				t.Errorf("a number of extremities in the unit %q", f.Unit)
			}
			if left := strings.HasPrefix(name, "left and loud"); left != (len(f.Explains) > 0) {
				t.Errorf("a room that was left makes nothing slow but a table large: explains %v", f.Explains)
			}
		})
	}
}

func TestExtremitiesWithoutPostgres(t *testing.T) {
	const none = "PostgreSQL is not configured."
	for name, c := range map[string]struct {
		series map[string]float64
		want   wanted
	}{
		"a fifth of the events":   {map[string]float64{"events": 4000, "few": 3200, "rooms": 7}, wanted{severity: Critical, value: 0.2, evidence: []string{"20 % of 4000 events", "7 rooms", "left long ago"}, advice: []string{"PostgreSQL", "local member"}}},
		"some events":             {map[string]float64{"events": 4000, "few": 3900}, wanted{severity: Warning, value: 0.025}},
		"hardly any":              {map[string]float64{"events": 4000, "few": 3990, "rooms": 60}, wanted{severity: OK, value: 0.0025, evidence: []string{"60 rooms"}}},
		"too few events":          {map[string]float64{"events": 60, "few": 0, "rooms": 60}, wanted{severity: OK, evidence: []string{"too few", "60 rooms"}}},
		"the hourly count only":   {map[string]float64{"rooms": 60}, wanted{severity: Info, evidence: []string{"60 rooms", "left long ago"}}},
		"the hourly count is nil": {map[string]float64{"rooms": 0}, wanted{severity: Unknown, evidence: []string{none}}},
		"nothing":                 {nil, wanted{severity: Unknown, evidence: []string{none, "synapse_storage_events_forward_extremities_persisted"}}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, measuredOn{check: extremities, series: c.series, missing: none}, c.want) })
	}
	found := extremities.Judge(measuredOn{check: extremities, series: map[string]float64{"events": 4000, "few": 3200}}.input())
	if *found[0].Threshold != 0.1 {
		t.Errorf("threshold %v", found[0].Threshold)
	}
}

func TestExtremitiesCorrupt(t *testing.T) {
	first := known.Room("!rooma:a.example").String()
	empty := rooms.Facts{LocalMembers: 6}
	unsure := surveyed(split(20, 5, 3))
	unsure.OrphansUnknown = true
	for name, c := range map[string]struct {
		rows any
		want wanted
	}{
		"an outlier": {surveyed(split(18, 5, 12, outlier), split(16, 4, 5)), wanted{severity: Critical, subject: first, value: 1,
			evidence: []string{"1 of 18 forward extremities", "1 outlier", "not tidied any more: 1."}, advice: []string{"Change and delete nothing", "backup", "log"}}},
		"nobody is in it": {surveyed(split(18, 5, 0, outlier)), wanted{severity: Warning, subject: first, advice: []string{"delete nothing"}}},
		"none is left":    {surveyed(empty), wanted{severity: Critical, subject: first, evidence: []string{"No forward extremity of the room is left, but 6 local users are in it."}, advice: []string{"delete nothing"}}},
		"fine":            {surveyed(split(20, 5, 3)), wanted{severity: OK, evidence: []string{"Rooms with more than 10 forward extremities: 1,", "No room with local members"}}},
		"not all":         {unsure, wanted{severity: OK, evidence: []string{"not looked for"}}},
		"no PostgreSQL":   {nil, wanted{severity: Unknown, evidence: []string{"not configured"}}},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, measuredOn{check: extremitiesCorrupt, rows: c.rows, missing: "PostgreSQL is not configured."}, c.want)
		})
	}
	found := extremitiesCorrupt.Judge(measuredOn{check: extremitiesCorrupt, rows: surveyed(split(18, 5, 3, rejected))}.input())
	if found[0].Confidence != 0.6 {
		t.Errorf("confidence %g where events were only rejected", found[0].Confidence)
	}
	for _, f := range found {
		if strings.Contains(f.Advice, "forward_extremities") {
			t.Errorf("the deletion is named: %s", f.Advice)
		}
	}
}
