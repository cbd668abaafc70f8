package checks

import (
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	rooms "github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
)

// What evidence about a room says to whom: exact numbers and times would tell which public room it is.
func TestEvidenceAboutHiddenRooms(t *testing.T) {
	large, empty := surveyed(split(213, 37, 412)), surveyed(rooms.Facts{LocalMembers: 412})
	joined := noon.Add(-30 * time.Hour)
	partial := []partialRoom{{room: query.NewRoom(known, "!room:a.example"), joined: &joined, total: 1}}
	for name, c := range map[string]struct {
		check Check
		rows  any
		want  map[query.View]string
	}{
		"many extremities": {extremities, large, map[query.View]string{
			editor: "213 forward extremities with 37 different states, 412 local members. The newest arrived 60 min ago, the oldest 3 d ago.",
			viewer: "213 forward extremities with about 40 different states, about 400 local members. The newest arrived on 2026-03-01, the oldest on 2026-02-26.",
			{}:     "213 forward extremities with about 40 different states. The newest arrived on 2026-03-01, the oldest on 2026-02-26.",
		}},
		"few of everything": {extremities, surveyed(split(20, 1, 1, outlier), split(12, 2, 1)), map[query.View]string{
			editor: "12 forward extremities with 2 different states, 1 local member. The newest arrived 60 min ago, the oldest 3 d ago.",
			viewer: "12 forward extremities with 2 different states, 1 local member. The newest arrived on 2026-03-01, the oldest on 2026-02-26.",
		}},
		"none left": {extremitiesCorrupt, empty, map[query.View]string{
			editor: "0 forward extremities are left, but 412 local users are in the room.",
			viewer: "0 forward extremities are left, but about 400 local users are in the room.",
			{}:     "0 forward extremities are left, but local users are in the room.",
		}},
		"half joined": {partialState, partial, map[query.View]string{
			editor: "Joined 30 h ago, state still incomplete. Rooms with incomplete state: 1.",
			viewer: "Joined on 2026-02-28, state still incomplete. Rooms with incomplete state: 1.",
		}},
	} {
		found := c.check.Judge(judged{rows: c.rows}.input(t, c.check))
		if len(found) != 1 {
			t.Fatalf("%s: %d findings", name, len(found))
		}
		for view, want := range c.want {
			if got := found[0].EvidenceIn(view); got != want {
				t.Errorf("%s, %+v:\n got %s\nwant %s", name, view, got, want)
			}
		}
	}
}

// How long something has lasted in a hidden room is told in days; other numbers are told as they are.
func TestMeasuredOfHiddenRooms(t *testing.T) {
	of := func(s Subject, value float64) Finding { return Finding{Subject: s, Value: &value} }
	room := Subject{Hidden: query.NewRoom(known, "!room:a.example")}
	const day = 86400
	for name, c := range map[string]struct {
		finding Finding
		unit    string
		view    query.View
		want    float64
	}{
		"an editor":         {of(room, 30*3600), "s", editor, 30 * 3600},
		"a viewer":          {of(room, 30*3600), "s", viewer, day},
		"days":              {of(room, 5.9*day), "s", viewer, 5 * day},
		"extremities":       {of(room, 213), "none", viewer, 213},
		"another subject":   {of(Subject{Name: "synapse/1"}, 30*3600), "s", viewer, 30 * 3600},
		"a server's number": {of(Subject{}, 30*3600), "s", query.View{}, 30 * 3600},
	} {
		if got := c.finding.ValueIn(c.view, c.unit); *got != c.want {
			t.Errorf("%s: %g, want %g", name, *got, c.want)
		}
	}
	if (Finding{Subject: room}).ValueIn(viewer, "s") != nil {
		t.Error("no number became one")
	}
}

// The pseudonym of rooms and other homeservers stands beside the subject in any case.
func TestPseudonymOfSubjects(t *testing.T) {
	room, server := query.NewRoom(known, "!room:a.example"), query.NewDestination(known, "b.example")
	for _, c := range []struct {
		subject              Subject
		editor, viewer, also string
	}{
		{Subject{}, "", "", ""},
		{Subject{Name: "synapse/1"}, "synapse/1", "synapse/1", ""},
		{Subject{Hidden: room}, "!room:a.example", room.String(), room.String()},
		{Subject{Hidden: server}, server.String(), server.String(), server.String()}, // this editor may see rooms only
	} {
		if got := c.subject.Text(editor); got != c.editor {
			t.Errorf("an editor sees %q, want %q", got, c.editor)
		}
		if got := c.subject.Text(viewer); got != c.viewer || c.subject.Key() != c.viewer {
			t.Errorf("a viewer sees %q, labels %q, want %q", got, c.subject.Key(), c.viewer)
		}
		if got := c.subject.Pseudonym(); got != c.also {
			t.Errorf("the pseudonym is %q, want %q", got, c.also)
		}
	}
}
