package checks

import (
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	rooms "github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// weakSign is the confidence where events were rejected and nothing else is wrong. Source: ours.
const weakSign = 0.6

var extremitiesCorrupt = Check{
	ID:    "extremities-corrupt",
	Topic: "Corrupt forward extremities",
	Title: "Forward extremities corrupt",
	Meaning: "Synapse adds each event after the room's forward extremities. If it cannot build on one of them, or if none is left, adding events to the room may fail. " +
		"Synapse's merging of extremities may also stop there every time, so that rooms below it do not recover.",
	Decides: "Per room, from PostgreSQL, among the rooms with more forward extremities than `dummy_events_threshold` and those with local members and none: an extremity without an event, " +
		"an outlier, a rejected one, one of another room, or one without state. With local members it is critical, otherwise a warning. Only rejected events are a warning: a weaker sign.",
	CannotKnow: "Nothing without PostgreSQL. Rooms with few extremities are not looked at. With more than a million local memberships, rooms that have none left are not searched for.",
	Thresholds: limits.Thresholds{
		Check: "extremities-corrupt", Unit: "none",
		Source: "Synapse's source: _calculate_new_extremities takes no outlier and no rejected event, and asserts that an extremity is left (storage/controllers/persist_events.py)",
	},
	Steps:       rooms.CorruptSteps,
	Panel:       "extremity-rooms",
	CriticalToo: true,
	Ranks:       true,
	Read:        readSurvey,
	ReadOnce:    "extremities",
	Judge:       judgeCorrupt,
}

func judgeCorrupt(in Input) []Finding {
	survey, ok := in.Rows.(rooms.Survey)
	if !ok {
		return UnknownFinding("Only PostgreSQL has this. " + in.RowsMissing)
	}
	threshold := int64(in.Settings.Homeserver.DummyEventsThreshold)
	blocked := 0
	for _, room := range survey.Rooms {
		if room.Reason == rooms.Blocked {
			blocked++
		}
	}
	var found []Finding
	for _, room := range survey.Rooms {
		if room.Verdict != rooms.Corrupt {
			continue
		}
		f := Finding{Subject: Subject{Hidden: room.Room, Called: room.Called}, Severity: Critical}
		switch {
		case room.OnlyRejected():
			f.Severity, f.Confidence = Warning, weakSign
		case !room.Local():
			f.Severity = Warning
		}
		if room.Bad > 0 {
			f.Value = limits.At(float64(room.Bad))
		}
		below := ""
		if room.Tidied(threshold) && blocked > 0 {
			below = " Rooms below corrupt ones, whose extremities Synapse no longer merges: " + words.Number(float64(blocked)) + "."
		}
		f.EvidenceFor = func(view query.View) string { return rooms.Faults(room.Facts, view) + below }
		found = append(found, f)
	}
	if len(found) > 0 {
		return worstFirst(found)
	}
	text := fmt.Sprintf("Rooms with more than %d forward extremities: %d, and Synapse can build on all of them.", threshold, len(survey.Rooms))
	if survey.OrphansUnknown {
		return okFinding(text + " Rooms with none left were not searched for: there are too many memberships.")
	}
	return okFinding(text + " No room with local members is without any.")
}
