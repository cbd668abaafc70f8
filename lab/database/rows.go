package database

import (
	"fmt"
	"math/rand/v2"
	"time"
)

const localUsers = 600

// rowWriter collects the rows of every table, in memory.
type rowWriter struct {
	options    Options
	random     *rand.Rand
	rows       map[string][][]any
	nextStream int64
	nextGroup  int64
}

func (r *rowWriter) add(table string, values ...any) { r.rows[table] = append(r.rows[table], values) }

// ago is a time as Synapse stores it.
func (r *rowWriter) ago(age time.Duration) int64 { return r.options.Now.Add(-age).UnixMilli() }

func (r *rowWriter) eventID() string {
	return "$" + randomText(r.random, letters+"0123456789-_", 43)
}

func (r *rowWriter) users() {
	for number := range localUsers {
		r.add("users", userID(number, r.options.ServerName), Canary, r.ago(200*day)/1000)
	}
}

func (r *rowWriter) schema() {
	r.add("schema_version", "X", 94, true)
	r.add("schema_compat_version", "X", 84)
	r.add("applied_schema_deltas", 94, "94/01_federation_in.sql")
}

// room adds a room with its state, members and extremities.
func (r *rowWriter) room(room Room) {
	r.add("rooms", room.ID, room.Alias != "", room.creator, room.Version, true)
	var alias any
	if room.Alias != "" {
		alias = room.Alias
		r.add("room_aliases", room.Alias, room.ID, room.creator)
	}
	r.add("room_stats_state", room.ID, room.Name, alias, "public", "shared", nil, "")
	r.add("room_stats_current", room.ID, room.StateEvents, room.JoinedMembers, 0, room.JoinedMembers/8, 0,
		room.LocalMembers, r.nextStream, 0)
	r.members(room)
	r.currentState(room)
	joined := r.extremities(room)
	if room.PartialState {
		r.add("partial_state_rooms", room.ID, int64(0), joined, "server-1.example.net")
	}
}

func (r *rowWriter) members(room Room) {
	for number := range room.LocalMembers {
		r.add("local_current_membership", room.ID, userID(number, r.options.ServerName), r.eventID(), "join", nil)
	}
	if room.Left {
		r.add("local_current_membership", room.ID, userID(localUsers-1, r.options.ServerName), r.eventID(), "leave", nil)
	}
}

// currentState: some rows of the room itself, the others are members.
func (r *rowWriter) currentState(room Room) {
	own := []string{"m.room.create", "m.room.power_levels", "m.room.join_rules", "m.room.name", "m.room.history_visibility"}
	for number := range room.CurrentStateRows() {
		if number < len(own) {
			r.add("current_state_events", r.eventID(), room.ID, own[number], "", nil, nil)
			continue
		}
		membership := "join"
		if number-len(own) >= room.JoinedMembers {
			membership = "leave"
		}
		user := fmt.Sprintf("@member-%d:server-%d.example.net", number, number%400)
		if number-len(own) < room.LocalMembers {
			user = userID(number-len(own), r.options.ServerName)
		}
		r.add("current_state_events", r.eventID(), room.ID, "m.room.member", user, membership, nil)
	}
}

// extremities adds the room's newest events, all of them heads, and returns the id of the oldest.
func (r *rowWriter) extremities(room Room) (oldest string) {
	groups := make([]int64, room.StateGroups)
	for i := range groups {
		r.nextGroup++
		groups[i] = r.nextGroup
		r.add("state_groups", groups[i], room.ID, r.eventID())
		r.add("state_groups_state", groups[i], room.ID, "m.room.create", "", r.eventID())
	}
	for i := range room.Extremities {
		age := room.OldestAge
		if room.Extremities > 1 {
			age -= (room.OldestAge - room.NewestAge) * time.Duration(i) / time.Duration(room.Extremities-1)
		}
		head := head{id: r.eventID(), kind: "m.room.encrypted", age: age, depth: int64(1000 + i*3)}
		if room.DummyEventAge > 0 && i == room.Extremities-1 {
			head.kind, head.age = "org.matrix.dummy_event", room.DummyEventAge
		}
		// The faults are in the oldest heads.
		head.outlier = room.Outlier && i == 0
		if room.Rejected && i == 1 {
			head.rejection = "auth_error"
		}
		r.head(room, head)
		if !(room.Bare && i == 2) {
			r.add("event_to_state_groups", head.id, groups[i%len(groups)])
		}
		if i == 0 {
			oldest = head.id
		}
	}
	return oldest
}

type head struct {
	id, kind  string
	age       time.Duration
	depth     int64
	outlier   bool
	rejection any
}

func (r *rowWriter) head(room Room, h head) {
	r.nextStream++
	sender := fmt.Sprintf("@member-%d:server-%d.example.net", h.depth%90, h.depth%40)
	if h.kind == "org.matrix.dummy_event" {
		sender = userID(0, r.options.ServerName)
	}
	at := r.ago(h.age)
	r.add("events", h.depth, h.id, h.kind, room.ID, true, h.outlier, h.depth, at-150, at, sender, false, "master",
		r.nextStream, nil, h.rejection)
	r.add("event_json", h.id, room.ID, "{}", `{"content": {"body": "`+Canary+`"}}`, 3)
	r.add("event_forward_extremities", h.id, room.ID)
	r.add("stream_ordering_to_exterm", r.nextStream, room.ID, h.id)
}
