package checks

import (
	"context"
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var partialFetches = measure("fetching", func(s Scope) string {
	return s.Sum(s.Now(metrics.JobsInFlight.Series(), query.Equal("name", "sync_partial_state_room")))
})

var partialState = Check{
	ID:    "partial-state",
	Topic: "Room joins",
	Title: "Room join incomplete",
	Meaning: "A large room of other homeservers is joined in two steps: people can talk at once, and the rest of its state is fetched afterwards. Until then, " +
		"members are missing and some requests wait.",
	Decides:    "Per room whose state is incomplete: the time since this homeserver received its join. {warning} is a warning.",
	CannotKnow: "Nothing without PostgreSQL: the metric of the job that fetches does not say for which room it runs, and for how long. The age of a join whose event is not known.",
	Thresholds: limits.Thresholds{
		Check: "partial-state", Warning: limits.At(24 * 3600), Unit: "s", WarningOf: "since the join of a room",
		Source: "ours, on Synapse's tables partial_state_rooms and events: fetching takes minutes to hours",
	},
	Steps: []string{
		"Search Synapse's log for `sync_partial_state_room` and the room's id: Synapse asks one homeserver of the room after the other, and tries again after errors.",
		"Check that the homeservers in the room are reachable.",
		"Restart the main process: it then starts to fetch the state again.",
		"If nobody needs the room, let its local members leave.",
	},
	Panel:    "jobs-running",
	Measures: []*Measurement{partialFetches},
	Read:     readPartialState,
	Judge:    judgePartialState,
}

// partialSQL reads a table of a few rows; the events go by their index. One room is enough to look. Before schema 73 the table
// has no join_event_id: the name then means the one around it, and since when a join lasts is not known.
const partialSQL = `SELECT p.room_id, e.received_ts AS joined, count(*) OVER () AS total
FROM (SELECT NULL::text AS join_event_id) AS older
CROSS JOIN LATERAL (SELECT partial_state_rooms.room_id, join_event_id FROM partial_state_rooms) AS p
LEFT JOIN events e ON e.event_id = p.join_event_id
ORDER BY e.received_ts NULLS LAST, p.room_id LIMIT 50`

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
	}](ctx, tx, partialSQL)
	rooms := make([]partialRoom, len(rows))
	for i, r := range rows {
		rooms[i] = partialRoom{room: query.NewRoom(in.Settings, r.RoomID), total: r.Total}
		if r.Joined != nil {
			at := time.UnixMilli(*r.Joined).UTC()
			rooms[i].joined = &at
		}
	}
	return rooms, err
}

func judgePartialState(in Input) []Finding {
	rooms, ok := in.Rows.([]partialRoom)
	switch {
	case !ok && in.Has(partialFetches):
		return UnknownFinding(fmt.Sprintf("%s Synapse is fetching the state of %s; since when is not known.", in.RowsMissing, words.Count(in.Total(partialFetches), "room", "rooms")))
	case !ok:
		return UnknownFinding("Only PostgreSQL has this. " + in.RowsMissing)
	case len(rooms) == 0:
		return okFinding("The state of every room is complete.")
	}
	var found []Finding
	unknown, longest := 0, 0.0
	for _, r := range rooms {
		if r.joined == nil {
			unknown++
			continue
		}
		age := max(0, in.Now.Sub(*r.joined).Seconds()) // two clocks
		longest = max(longest, age)
		f := in.graded(age, Finding{Subject: Subject{Hidden: r.room}, EvidenceFor: func(view query.View) string {
			return fmt.Sprintf("Joined %s, state still incomplete. Rooms with incomplete state: %d.", roomMoment(view, *r.joined, in.Now), r.total)
		}})
		if f.Severity > OK {
			found = append(found, f)
		}
	}
	if len(found) > 0 {
		return found
	}
	text := fmt.Sprintf("Rooms with incomplete state: %d", rooms[0].total)
	if unknown < len(rooms) {
		text += ", the oldest for " + words.Seconds(longest)
	}
	if unknown > 0 {
		text += fmt.Sprintf("; since when is not known for %d of them", unknown)
	}
	return []Finding{in.graded(longest, Finding{Evidence: text + "."})}
}
