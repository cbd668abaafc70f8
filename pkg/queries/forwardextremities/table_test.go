package forwardextremities

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
)

// known is the data source that the rooms belong to.
var known = settings.Settings{DatasourceUID: "uid"}

// Equal rooms stand in the order of the ids that the viewer sees: that of the real ones would tell of them.
func TestOrder(t *testing.T) {
	var all table
	for _, id := range []string{"!a:example.org", "!b:example.org", "!c:example.org", "!d:example.org", "!e:example.org"} {
		all.rows = append(all.rows, row{Detail: extremities.Detail{Numbers: extremities.Numbers{Extremities: 12}}, room: query.NewRoom(known, id)})
	}
	all.rows = append(all.rows, row{Detail: extremities.Detail{Numbers: extremities.Numbers{Extremities: 20}}, room: query.NewRoom(known, "!z:example.org")})
	for _, view := range []query.View{{ShowRooms: true}, {}} {
		frame := all.Frames(view)[0]
		if first := frame.Fields[0].At(0); first != query.NewRoom(known, "!z:example.org").In(view) {
			t.Errorf("%+v: first %v", view, first)
		}
		var rest []string
		for i := 1; i < frame.Rows(); i++ {
			rest = append(rest, frame.Fields[0].At(i).(string))
		}
		if !slices.IsSorted(rest) {
			t.Errorf("%+v: %v", view, rest)
		}
	}
}

// What a viewer reads of a room: nothing by which the public room directory could tell which one it is.
func TestRoomsOfViewers(t *testing.T) {
	newest, oldest := time.Date(2026, 3, 1, 11, 30, 0, 0, time.UTC).UnixMilli(), time.Date(2026, 2, 26, 12, 0, 0, 0, time.UTC).UnixMilli()
	name, alias, members, state := "Plans", "#plans:example.org", int64(31_234), int64(40_551)
	rows := rowsOf(extremities.Detail{
		Numbers: extremities.Numbers{RoomID: "!a:example.org", Extremities: 213, StateGroups: 37, LocalMembers: 412, Newest: &newest, Oldest: &oldest},
		Names:   extremities.Names{Name: &name, CanonicalAlias: &alias, JoinedMembers: &members, StateEvents: &state},
	})
	pseudonym := query.NewRoom(known, "!a:example.org").String()
	date := func(text string) time.Time { at, _ := time.Parse(time.RFC3339, text); return at }
	for who, c := range map[string]struct {
		view    query.View
		want    map[string]any
		notices int
	}{
		"an editor": {query.View{ShowRooms: true}, map[string]any{
			"room_id": "!a:example.org", "name": name, "canonical_alias": alias, "state_groups": int64(37), "local_members": int64(412),
			"joined_members": members, "state_events": state, "newest_extremity": date("2026-03-01T11:30:00Z"),
			"oldest_extremity": date("2026-02-26T12:00:00Z"), "extremities": int64(213), "room_alias": pseudonym,
		}, 0},
		"a viewer": {query.View{Keyed: true}, map[string]any{
			"room_id": pseudonym, "name": nil, "canonical_alias": nil, "state_groups": int64(40), "local_members": int64(400),
			"joined_members": int64(30_000), "state_events": int64(40_000), "newest_extremity": date("2026-03-01T00:00:00Z"),
			"oldest_extremity": date("2026-02-26T00:00:00Z"), "extremities": int64(213), "room_alias": pseudonym,
		}, 1},
		"a viewer without a key": {query.View{}, map[string]any{
			"room_id": pseudonym, "local_members": nil, "joined_members": nil, "state_events": int64(40_000), "room_alias": pseudonym,
		}, 1},
	} {
		frame := table{rows}.Frames(c.view)[0]
		for column, want := range c.want {
			field, _ := frame.FieldByName(column)
			got, there := field.ConcreteAt(0)
			if !there {
				got = nil
			}
			if got != want {
				t.Errorf("%s sees %s = %v, want %v", who, column, got, want)
			}
		}
		if len(frame.Meta.Notices) != c.notices {
			t.Errorf("%s: notices %v", who, frame.Meta.Notices)
		}
		text, err := frame.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"!a:", "412", "31234", "40551", "Plans", "#plans"} {
			if strings.Contains(string(text), secret) != c.view.ShowRooms {
				t.Errorf("%s: %q in %s", who, secret, text)
			}
		}
	}
}

func rowsOf(details ...extremities.Detail) []row {
	options := known
	options.Homeserver.DummyEventsThreshold = 10
	return judgeRooms(query.NewSession(query.Request{}, query.TimeRange{}, now, options, nil, nil), "example.org", details)
}
