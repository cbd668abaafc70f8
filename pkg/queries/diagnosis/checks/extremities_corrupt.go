package checks

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	rooms "github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
)

// weakSign is the confidence where events were rejected and nothing else is wrong. Source: ours.
const weakSign = 0.6

var extremitiesCorrupt = Check{
	ID:    "extremities-corrupt",
	Title: "A room's forward extremities are corrupt",
	Meaning: "Synapse adds each event after the room's forward extremities. Where these are events that it can't build on, or where none is left, nothing can be added to " +
		"the room. Synapse's tidying also stops there each time, so that rooms behind it do not heal.",
	Decides: "Per room, from PostgreSQL, among the rooms with more forward extremities than dummy_events_threshold and those with local members and none: an extremity without an event, " +
		"an outlier, a rejected one, one of another room, or one without state. With local members critical, else a warning.",
	Source:     "Synapse's source: _calculate_new_extremities takes no outlier and no rejected event, and asserts that an extremity is left (storage/controllers/persist_events.py).",
	CannotKnow: "Nothing without PostgreSQL. Rooms with few extremities are not looked at. With more than a million local memberships, rooms that have none left are not looked for.",
	Unit:       "none",
	Read:       readSurvey,
	ReadOnce:   "extremities",
	Judge:      judgeCorrupt,
}

func judgeCorrupt(in Input) []Finding {
	survey, ok := in.Rows.(rooms.Survey)
	if !ok {
		return Blind("Only PostgreSQL can tell: " + in.RowsMissing)
	}
	var found []Finding
	starving := 0
	for _, room := range survey.Rooms {
		if room.Reason == rooms.Blocked {
			starving++
		}
	}
	threshold := int64(in.Options.DummyEventsThreshold)
	for _, room := range survey.Rooms {
		if room.Verdict != rooms.Corrupt {
			continue
		}
		behind := ""
		if room.Tidied(threshold) && starving > 0 {
			behind = fmt.Sprintf(" Rooms below corrupt ones, which are not tidied any more: %d.", starving)
		}
		f := Finding{
			Subject: Subject{Hidden: room.Room}, Severity: Warning,
			EvidenceFor: func(view query.View) string { return rooms.Faults(room.Facts, view) + behind }, Advice: rooms.Advice(room.Facts, room.Judgement, threshold),
			Remedy: "Change nothing. Look for the room's id in Synapse's log.",
		}
		if bad := float64(room.Bad); bad > 0 {
			f.Value = &bad
		}
		if room.Local() {
			f.Severity = Critical
		}
		if room.OnlyRejected() {
			f.Confidence = weakSign
		}
		found = append(found, f)
	}
	if len(found) > 0 {
		slices.SortStableFunc(found, func(a, b Finding) int { return cmp.Compare(b.Severity, a.Severity) })
		return found
	}
	text := fmt.Sprintf("Rooms with more than %d forward extremities: %d, and Synapse can build on all of these.", threshold, len(survey.Rooms))
	if survey.OrphansUnknown {
		return Fine(text + " Rooms with none left were not looked for: there are too many memberships.")
	}
	return Fine(text + " No room with local members is without any.")
}
