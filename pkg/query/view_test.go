package query

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/data"
)

var (
	editor = View{ShowRooms: true, ShowDestinations: true}
	viewer = View{Keyed: true}
)

func TestView(t *testing.T) {
	room, server := NewRoom(keyed, roomID), NewDestination(keyed, host)
	if got := room.In(editor) + " " + server.In(editor); got != roomID+" "+host {
		t.Errorf("an editor sees %s", got)
	}
	if got := room.In(viewer) + " " + server.In(viewer); got != room.String()+" "+server.String() {
		t.Errorf("a viewer sees %s", got)
	}
	if got := room.In(View{ShowDestinations: true}) + " " + server.In(View{ShowRooms: true}); got != room.String()+" "+server.String() {
		t.Errorf("who may see the one sees the other: %s", got)
	}
	if got := (Room{}).In(editor) + (Room{}).In(viewer) + (Destination{}).In(editor); got != "" {
		t.Errorf("nothing is called %q", got)
	}
}

func TestRounded(t *testing.T) {
	for n, want := range map[int64]int64{0: 0, 1: 1, 9: 9, 10: 10, 14: 10, 15: 20, 37: 40, 94: 90, 95: 100, 412: 400, 1_499: 1_000, 31_234: 30_000} {
		if got := viewer.RoomCount(n); got != want {
			t.Errorf("a viewer sees %d of %d, want %d", got, n, want)
		}
		if got := editor.RoomCount(n); got != n {
			t.Errorf("an editor sees %d of %d", got, n)
		}
	}
}

type seen struct {
	room    Room
	server  Destination
	name    string
	count   int64
	members *int64
	at      *time.Time
}

// What the columns of hidden things hold for whom; times at the end of a day elsewhere are those of the day in UTC.
func TestHiddenColumns(t *testing.T) {
	at, members := time.Date(2026, 3, 2, 1, 30, 0, 0, time.FixedZone("", 2*3600)), int64(412)
	room, server := NewRoom(keyed, roomID), NewDestination(keyed, host)
	rows := []seen{{room, server, "Plans", 37, &members, &at}, {}}
	columns := []Column[seen]{
		HiddenColumn("room", "Room", "x", func(s seen) Room { return s.room }),
		HiddenColumn("server", "Server", "x", func(s seen) Destination { return s.server }),
		PseudonymColumn("alias", "x", func(s seen) Room { return s.room }),
		RoomTextColumn("name", "Name", "x", func(s seen) *string { return &s.name }),
		RoomCountColumn("states", "States", "x", func(s seen) *int64 { return &s.count }),
		RoomCountColumn("maybe", "Maybe", "x", func(s seen) *int64 { return s.members }),
		RoomMembersColumn("members", "Members", "x", func(s seen) *int64 { return s.members }),
		RoomTimeColumn("at", "At", "x", func(s seen) *time.Time { return s.at }),
		DestinationTimeColumn("failed", "Failed", "x", func(s seen) *time.Time { return s.at }),
	}
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		view View
		want []any
	}{
		"an editor":         {editor, []any{roomID, host, room.String(), "Plans", int64(37), int64(412), int64(412), at.UTC(), at.UTC()}},
		"a viewer":          {viewer, []any{room.String(), server.String(), room.String(), nil, int64(40), int64(400), int64(400), day, day}},
		"without a key":     {View{}, []any{room.String(), server.String(), room.String(), nil, int64(40), int64(400), nil, day, day}},
		"rooms only":        {View{ShowRooms: true}, []any{roomID, server.String(), room.String(), "Plans", int64(37), int64(412), int64(412), at.UTC(), day}},
		"destinations only": {View{ShowDestinations: true, Keyed: true}, []any{room.String(), host, room.String(), nil, int64(40), int64(400), int64(400), day, at.UTC()}},
	} {
		frame := TableFrame("things", columns, rows, c.view)
		var got []any
		for _, field := range frame.Fields {
			value, there := field.ConcreteAt(0)
			if at, is := value.(time.Time); is {
				value = at.UTC()
			}
			if !there {
				value = nil
			}
			got = append(got, value)
			if field.Nullable() && field.Name != "name" && field.Name != "states" && field.At(1) != nil && !field.NilAt(1) {
				t.Errorf("%s: %s of nothing is %v", name, field.Name, field.At(1))
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Whoever sees less is told so once, in each frame for each kind of thing.
func TestTellHidden(t *testing.T) {
	for _, c := range []struct {
		view View
		want int
	}{{editor, 0}, {viewer, 2}, {View{}, 2}, {View{ShowRooms: true}, 1}, {View{ShowDestinations: true}, 1}} {
		frame := data.NewFrame("x")
		for range 3 {
			c.view.TellHidden(frame, NewRoom(keyed, roomID))
			c.view.TellHidden(frame, NewDestination(keyed, host))
		}
		if frame.Meta == nil && c.want == 0 {
			continue
		}
		if len(frame.Meta.Notices) != c.want {
			t.Errorf("%+v is told %v", c.view, frame.Meta.Notices)
		}
	}
}
