package forwardextremities

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
)

func roomsMeasure(more int64) query.Measure {
	return query.Measure{Name: "rooms", Unit: "none", Help: fmt.Sprintf("Rooms with more than %d forward extremities, counted by Synapse once "+
		"per hour. Rooms that were "+
		"left long ago count as well.", more)}
}

func eventsMeasure(more int64) query.Measure {
	return query.Measure{Name: "share", Unit: "percentunit", Help: fmt.Sprintf("Share of events that were added to rooms with more than %d "+
		"forward extremities, among those "+
		"that changed a room's extremities. Only rooms in use count.", more)}
}

type histogram struct{ bands []band }

var bandColumns = []query.Column[band]{
	query.TextColumn("band", "Extremities", "Forward extremities of a room, as a range.",
		func(b band) string { return b.name }),
	query.TextColumn("server_name", "Homeserver", "The homeserver whose rooms are counted.",
		func(b band) string { return b.server }),
	query.CountColumn("rooms", "Rooms", "Rooms with that many forward extremities, counted by Synapse once per hour. Rooms that were left long ago count as well.",
		func(b band) int64 { return b.rooms }),
}

// Frames leaves the panel to the dashboard: the bands are bars.
func (h histogram) Frames(view query.View) data.Frames {
	frame := query.TableFrame("Rooms per number of forward extremities", bandColumns, h.bands, view)
	frame.Meta.PreferredVisualization = ""
	return data.Frames{frame}
}

type table struct{ rows []row }

func (t table) Frames(view query.View) data.Frames {
	// By the id that this viewer sees: the order of the real ones would tell of them.
	sorted := slices.SortedStableFunc(slices.Values(t.rows), func(a, b row) int {
		return cmp.Or(cmp.Compare(b.Extremities, a.Extremities), cmp.Compare(a.room.In(view), b.room.In(view)))
	})
	frame := query.TableFrame("Rooms by forward extremities", columns, sorted, view)
	for _, r := range t.rows {
		view.TellHidden(frame, r.room)
	}
	return data.Frames{frame}
}

var columns = []query.Column[row]{
	query.HiddenColumn("room_id", "Room", "The room's id, or a stable pseudonym for viewers who may not see rooms.",
		func(r row) query.Room { return r.room }),
	query.TextColumn("server_name", "Homeserver", "The homeserver that the database belongs to.",
		func(r row) string { return r.server }),
	query.RoomTextColumn("name", "Name", "The room's name, from Synapse's room statistics. Empty where it has none.",
		func(r row) *string { return filled(r.Name) }),
	query.RoomTextColumn("canonical_alias", "Alias", "The room's main alias, from Synapse's room statistics. Empty where it has none.",
		func(r row) *string { return filled(r.CanonicalAlias) }),
	query.CountColumn("extremities", "Extremities",
		"Forward extremities: events that no other event follows yet. One is normal. More mean that the room's history has split into branches.",
		func(r row) int64 { return r.Extremities }),
	query.RoomCountColumn("state_groups", "State groups", "Different states among the extremities. 1 means that there is nothing to resolve "+
		"and that they cost little.",
		func(r row) *int64 { return &r.StateGroups }),
	query.RoomMembersColumn("local_members", "Local members",
		"Users of this homeserver who are in the room. Without any, Synapse does not merge the room's extremities.",
		func(r row) *int64 { return &r.LocalMembers }),
	query.RoomMembersColumn("joined_members", "Members",
		"Members of all homeservers, from Synapse's room statistics, which may lag behind. For a room that was left, as of then. Empty while the "+
			"room is being joined.",
		func(r row) *int64 { return unless(r.Partial, r.JoinedMembers) }),
	query.TextColumn("room_version", "Room version", "The version of the room's rules. Empty where it is not known.",
		func(r row) string { return textOf(r.RoomVersion) }),
	query.RoomCountColumn("state_events", "State events",
		"Entries of the room's present state, mostly memberships, from Synapse's room statistics, which may count too many. "+
			"A large state is expensive to resolve. Empty for a room that was left or is being joined.",
		func(r row) *int64 { return unless(r.Partial || !r.Facts().Local(), r.StateEvents) }),
	query.RoomTimeColumn("newest_extremity", "Newest", "When this homeserver received the newest of the extremities.",
		func(r row) *time.Time { return r.Facts().Newest }),
	query.RoomTimeColumn("oldest_extremity", "Oldest", "When this homeserver received the oldest of the extremities.",
		func(r row) *time.Time { return r.Facts().Oldest }),
	query.CountColumn("missing_events", "Missing events", "Extremities whose event is not in the database: 0 in a healthy room.",
		func(r row) int64 { return r.Missing }),
	query.TextColumn("verdict", "Verdict",
		"corrupt: Synapse can't continue from here. act: it takes time and does not end by itself. watch: look again later. "+
			"heals-itself: Synapse is merging the extremities. harmless: it costs next to nothing.",
		func(r row) string { return string(r.judgement.Verdict) }).WithColours(
		query.Colour{Value: string(extremities.Corrupt), Colour: "dark-red"}, query.Colour{Value: string(extremities.Act), Colour: "red"},
		query.Colour{Value: string(extremities.Watch), Colour: "orange"}, query.Colour{Value: string(extremities.HealsItself), Colour: "blue"},
		query.Colour{Value: string(extremities.Harmless), Colour: "green"}),
	query.NumberColumn("heals_in", "Heals in", "s", "How long Synapse takes at best to merge them. Empty where it does not.",
		func(r row) *float64 { return secondsOf(r.judgement.HealsIn) }),
	query.TextColumn("advice", "Advice", "Why the room has its verdict, and what to do, from harmless to risky.",
		func(r row) string { return query.BreakSteps(r.advice) }).AsSentence(),
	query.PseudonymColumn("room_alias", "The room's pseudonym, which alerts and viewers see instead of its id.",
		func(r row) query.Room { return r.room }),
}

func filled(s *string) *string {
	if s == nil || *s == "" {
		return nil
	}
	return s
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func unless(unknown bool, n *int64) *int64 {
	if unknown {
		return nil
	}
	return n
}

func secondsOf(d *time.Duration) *float64 {
	if d == nil {
		return nil
	}
	s := d.Seconds()
	return &s
}
