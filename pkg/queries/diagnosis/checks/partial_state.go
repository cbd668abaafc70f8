package checks

import (
	"context"
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// partialRooms bounds what is read; one is enough to look.
const partialRooms = 50

var partialState = Check{
	ID:    "partial-state",
	Title: "A room has been half joined for more than a day",
	Meaning: "A large room of other homeservers is joined in two steps: people can talk at once, and the rest of its state is fetched afterwards. Until that is " +
		"done, members are missing, and some requests wait.",
	Decides: "Per room whose state has not all arrived: when this homeserver received its join. More than 24 hours ago is a warning.",
	Source:  "Synapse's tables partial_state_rooms and events. The day is ours: fetching takes minutes to hours.",
	CannotKnow: "Nothing without PostgreSQL: the metric of the job that fetches does not tell for which room it runs and for how long. The age of a join whose event is " +
		"not known.",
	Unit:    "s",
	Warning: Threshold(24 * 3600),
	Measures: func(w Where) map[string]string {
		return map[string]string{
			"fetching": "sum " + PerServer + "(synapse_background_process_in_flight_count" + w.Selector(query.Equal("name", "sync_partial_state_room")) + ")",
		}
	},
	Read:  readPartialState,
	Judge: judgePartialState,
}

// partialSQL reads a table of a few rows; the events go by their index.
const partialSQL = `SELECT p.room_id, e.received_ts AS joined, count(*) OVER () AS total
FROM partial_state_rooms p LEFT JOIN events e ON e.event_id = p.join_event_id
ORDER BY e.received_ts NULLS LAST, p.room_id LIMIT $1`

type partialRoom struct {
	room   query.Room
	joined *time.Time // nil: not known
	total  int64      // of all such rooms
}

func readPartialState(ctx context.Context, tx query.Tx, in ReadInput) (any, error) {
	rows, err := query.Rows[struct {
		RoomID string `db:"room_id"`
		Joined *int64
		Total  int64
	}](ctx, tx, partialSQL, partialRooms)
	rooms := make([]partialRoom, len(rows))
	for i, r := range rows {
		rooms[i] = partialRoom{room: in.Options.Room(r.RoomID), total: r.Total}
		if r.Joined != nil {
			at := time.UnixMilli(*r.Joined).UTC()
			rooms[i].joined = &at
		}
	}
	return rooms, err
}

func judgePartialState(in Input) []Finding {
	rooms, ok := in.Rows.([]partialRoom)
	if !ok {
		reason := "Only PostgreSQL can tell: " + in.RowsMissing
		if in.Has("fetching") {
			reason += fmt.Sprintf(" Synapse fetches the state of %s at the moment, for how long can't be told.", counted(int64(in.Total("fetching")), "room", "rooms"))
		}
		return Blind(reason)
	}
	if len(rooms) == 0 {
		return Fine("The state of every room has arrived.")
	}
	var found []Finding
	unknown, longest := 0, 0.0
	for _, r := range rooms {
		if r.joined == nil {
			unknown++
			continue
		}
		age := in.Now.Sub(*r.joined).Seconds()
		longest = max(longest, age)
		if in.Grade(age) == OK {
			continue
		}
		found = append(found, in.Graded(age, Finding{
			Subject: Subject{Hidden: r.room},
			EvidenceFor: func(view query.View) string {
				return fmt.Sprintf("The room was joined %s and its state has not all arrived. Rooms in that condition: %d.", roomMoment(view, *r.joined, in.Now), r.total)
			},
			Advice: "1. Look for sync_partial_state_room and for the room's id in Synapse's log: it tries one homeserver of the room after the other, and again after errors. " +
				"2. Check that the homeservers of the room can be reached. 3. A restart begins the fetching anew. 4. If nobody needs the room, let its local members leave.",
			Remedy: "Look for sync_partial_state_room in Synapse's log.",
		}))
	}
	if len(found) > 0 {
		return found
	}
	text := fmt.Sprintf("Rooms whose state is still being fetched: %d, the oldest for %s.", rooms[0].total, lasting(longest))
	if unknown > 0 {
		text += fmt.Sprintf(" Of %d of them it is not known since when.", unknown)
	}
	f := Fine(text)
	f[0].Value, f[0].Threshold = &longest, Threshold(in.Warning)
	return f
}
