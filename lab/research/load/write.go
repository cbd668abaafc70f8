package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// rate is how many events a second are written.
const rate = 40

// stream is the last stream ordering that was written.
var stream int64 = 2_000_000_000

// written are the durations of all events of a phase, sorted.
type written []time.Duration

func (w written) quantile(q float64) time.Duration { return w[int(q*float64(len(w)-1))] }

// write writes events for a while, at the same moments whatever each takes.
func write(ctx context.Context, conn *pgx.Conn, phase time.Duration) (written, error) {
	var all written
	tick := time.NewTicker(time.Second / rate)
	defer tick.Stop()
	for end := time.Now().Add(phase); time.Now().Before(end); {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
		stream++
		began := time.Now()
		if err := event(ctx, conn, stream); err != nil {
			return nil, err
		}
		all = append(all, time.Since(began))
	}
	slices.Sort(all)
	return all, nil
}

// event does what Synapse does with these tables for an event that arrives: it reads the room's extremities, writes the event with what
// it follows and its state group, and makes it an extremity in place of one.
func event(ctx context.Context, conn *pgx.Conn, n int64) error {
	room, id := fmt.Sprintf("!load%d:example.org", 50+n%busyRooms), fmt.Sprintf("$load-written-%d", n)
	rows, err := conn.Query(ctx, `SELECT event_id FROM event_forward_extremities WHERE room_id = $1`, room)
	if err != nil {
		return err
	}
	before, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx) //nolint:errcheck // after Commit there is nothing to end
	for _, s := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO events (topological_ordering, event_id, type, room_id, processed, outlier, depth, origin_server_ts, received_ts, sender, stream_ordering)
			VALUES ($3, $1, 'm.room.message', $2, true, false, $3, $4, $4, '@a:example.org', $3)`, []any{id, room, n, time.Now().UnixMilli()}},
		{`INSERT INTO event_edges (event_id, prev_event_id) SELECT $1, unnest($2::text[])`, []any{id, before}},
		{`INSERT INTO event_to_state_groups (event_id, state_group) VALUES ($1, $2)`, []any{id, n}},
		{`DELETE FROM event_forward_extremities WHERE room_id = $1 AND event_id = ANY($2)`, []any{room, before[:min(1, len(before))]}},
		{`INSERT INTO event_forward_extremities (event_id, room_id) VALUES ($1, $2)`, []any{id, room}},
	} {
		if _, err := tx.Exec(ctx, s.sql, s.args...); err != nil {
			return fmt.Errorf("%.40s: %w", s.sql, err)
		}
	}
	return tx.Commit(ctx)
}
