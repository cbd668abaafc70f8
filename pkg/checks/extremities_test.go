package checks

import (
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	rooms "github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
)

// surveyed judges rooms as PostgreSQL would give them; they are sorted by extremities.
func surveyed(facts ...rooms.Facts) rooms.Survey {
	var survey rooms.Survey
	for i, j := range rooms.JudgeAll(facts, 10, noon) {
		survey.Rooms = append(survey.Rooms, rooms.Room{Room: query.NewRoom(known, "!room"+string(rune('a'+i))+":a.example"), Facts: facts[i], Judgement: j})
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

func TestExtremities(t *testing.T) {
	first, second := query.NewRoom(known, "!rooma:a.example").String(), query.NewRoom(known, "!roomb:a.example").String()
	young := func(f *rooms.Facts) { at := noon.Add(-time.Hour); f.Oldest = &at }
	quiet := func(f *rooms.Facts) { at := noon.Add(-48 * time.Hour); f.Newest = &at }
	joining := func(f *rooms.Facts) { f.Partial = true }
	writes := map[string]float64{"writes": 1000, "toFew": 970}
	const none = "PostgreSQL is not configured."
	of := func(survey rooms.Survey, j judged) judged {
		j.rows, j.series = survey, writes
		if j.want > OK {
			j.unit = "none"
		}
		return j
	}
	judgeCases(t, extremities, map[string]judged{
		"one member":            of(surveyed(split(213, 37, 1)), judged{want: Critical, subject: first, value: 213}),
		"many":                  of(surveyed(split(213, 37, 40)), judged{want: Critical, subject: first, value: 213}),
		"fifty":                 of(surveyed(split(50, 2, 40)), judged{want: Critical, subject: first, value: 50}),
		"forty-nine":            of(surveyed(split(49, 2, 40)), judged{want: Info, subject: first, value: 49}),
		"left and loud":         of(surveyed(split(70, 30, 0)), judged{want: Warning, subject: first}),
		"left and quiet":        of(surveyed(split(400, 30, 0, quiet)), judged{want: OK}),
		"some":                  of(surveyed(split(20, 5, 3)), judged{want: Info, subject: first, value: 20}),
		"recovers":              of(surveyed(split(90, 5, 3, young)), judged{want: OK}),
		"one state":             of(surveyed(split(90, 1, 3)), judged{want: OK}),
		"behind a corrupt one":  of(surveyed(split(90, 9, 3, outlier), split(60, 5, 3)), judged{want: Warning, subject: second, causedBy: "extremities-corrupt"}),
		"few behind one":        of(surveyed(split(90, 9, 3, outlier), split(20, 5, 3)), judged{want: Info, subject: second, causedBy: "extremities-corrupt"}),
		"the worst comes first": of(surveyed(split(70, 30, 0), split(60, 5, 3)), judged{want: Critical, subject: second, count: 2}),
		"being joined":          of(surveyed(split(90, 9, 3, joining)), judged{want: OK}),
		"a corrupt one":         of(surveyed(split(90, 9, 3, outlier)), judged{want: OK}),
		"one of each":           of(surveyed(split(400, 30, 0, quiet), split(90, 9, 3, joining), split(80, 5, 3, young), split(70, 1, 3)), judged{want: OK}),
		"too many to look at":   of(rooms.Survey{Beyond: 31}, judged{want: OK}),
		"none":                  of(rooms.Survey{}, judged{want: OK}),

		"no PostgreSQL, a fifth of the writes": {series: map[string]float64{"writes": 4000, "toFew": 3200, "rooms": 7}, missing: none, want: Critical, value: 0.2},
		"no PostgreSQL, some writes":           {series: map[string]float64{"writes": 4000, "toFew": 3900}, missing: none, want: Warning, value: 0.025},
		"no PostgreSQL, at the threshold":      {series: map[string]float64{"writes": 100, "toFew": 99}, missing: none, want: Warning, value: 0.01},
		"no PostgreSQL, hardly any":            {series: map[string]float64{"writes": 4000, "toFew": 3990, "rooms": 60}, missing: none, want: Info, value: 60, unit: "none"},
		"no PostgreSQL, too few writes":        {series: map[string]float64{"writes": 60, "toFew": 0, "rooms": 60}, missing: none, want: Info, value: 60, unit: "none"},
		"no PostgreSQL, no such room":          {series: map[string]float64{"writes": 4000, "toFew": 3990, "rooms": 0}, missing: none, want: OK, value: 0.0025},
		"no PostgreSQL, quiet, no such room":   {series: map[string]float64{"writes": 60, "toFew": 60, "rooms": 0}, missing: none, want: OK},
		"the hourly count only":                {series: map[string]float64{"rooms": 60}, missing: none, want: Info, value: 60, unit: "none"},
		"the hourly count is nil":              {series: map[string]float64{"rooms": 0}, missing: none, want: Unknown},
		"nothing":                              {missing: none, want: Unknown},
	})
	for name, local := range map[string]int64{"left": 0, "of users": 40} {
		f := extremities.Judge(judged{rows: surveyed(split(70, 30, local))}.input(t, extremities))[0]
		if left := local == 0; left != (len(f.Explains) > 0) {
			t.Errorf("a room that is %s: explains %v; a left one makes nothing slow but a table large", name, f.Explains)
		}
	}
}
