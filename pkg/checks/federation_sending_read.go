package checks

import (
	"context"
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

const (
	// catchUpLooked bounds the destinations whose rooms are compared, and catchUpKept those that are remembered.
	catchUpLooked = 2000
	catchUpKept   = 500
	// catchUpWake is the time between two destinations that a sender wakes after its start. Source: federation/sender/__init__.py.
	catchUpWake = 5 * time.Second
	// catchUpOnItsWay is how long an event may be under way before its destination misses it. Source: ours.
	catchUpOnItsWay = 10 * time.Minute
)

// sendingState is what PostgreSQL tells of deliveries.
type sendingState struct {
	Reached int64 // destinations to which something was ever delivered, catchUpLooked at most
	missing int   // destinations that don't fail and miss events
	stuck   int   // those of them that have made no progress for long enough
	longest time.Duration
}

// reachedSQL counts up to $1 only: whether there are a few or many is all that matters.
const reachedSQL = `SELECT count(*) AS reached FROM (SELECT FROM destinations WHERE last_successful_stream_ordering IS NOT NULL LIMIT $1) d`

// missingSQL finds destinations that don't fail and miss an event received before $2 (ms). One to which nothing was ever
// delivered is not known to miss anything.
const missingSQL = `SELECT d.destination, d.last_successful_stream_ordering AS progress
FROM (SELECT destination, last_successful_stream_ordering FROM destinations
  WHERE coalesce(retry_interval, 0) = 0 AND last_successful_stream_ordering IS NOT NULL ORDER BY destination LIMIT $1) d
WHERE EXISTS (SELECT FROM destination_rooms r JOIN events e ON e.stream_ordering = r.stream_ordering
  WHERE r.destination = d.destination AND r.stream_ordering > d.last_successful_stream_ordering AND e.received_ts < $2)
ORDER BY d.last_successful_stream_ordering, d.destination LIMIT $3`

type missingDestination struct {
	Destination string
	Progress    int64
}

func readSending(ctx context.Context, tx query.Tx, in ReadInput) (any, error) {
	reached, err := query.Rows[struct{ Reached int64 }](ctx, tx, reachedSQL, int64(catchUpLooked))
	if err != nil || len(reached) == 0 {
		return nil, err
	}
	missing, err := query.Rows[missingDestination](ctx, tx, missingSQL, int64(catchUpLooked), in.Now.Add(-catchUpOnItsWay).UnixMilli(), int64(catchUpKept))
	if err != nil {
		return nil, err
	}
	state := sendingState{Reached: reached[0].Reached, missing: len(missing)}
	for _, age := range since(in, "missing destinations", missing, func(d missingDestination) string { return fmt.Sprintf("%s/%d", d.Destination, d.Progress) }) {
		if *age >= catchUpStuck.Duration() {
			state.stuck++
			state.longest = max(state.longest, *age)
		}
	}
	return state, nil
}

// judgeCatchUp leaves a sender time to wake all destinations that miss something, one after the other.
func judgeCatchUp(in Input, s sendingState) Finding {
	waking := catchUpStuck.Duration() + time.Duration(s.missing)*catchUpWake
	age := in.Total(sendingUptime)
	if s.stuck == 0 || in.Has(sendingUptime) && age < waking.Seconds() {
		return Finding{}
	}
	n := float64(s.stuck)
	f := Finding{
		Subject: Subject{Name: "catch-up"}, Severity: Info, Title: "Destinations catch up without progress", Value: &n, Threshold: limits.At(catchUpMany.Value), Unit: "none", Confidence: 0.7,
		NotCausedBy: []string{"cpu-saturation"},
		Evidence: fmt.Sprintf("%s no failure and missing events got none for at least %s, the longest for %s.", words.Count(s.stuck, "destination with", "destinations with"),
			catchUpStuck, words.Duration(s.longest)),
		Steps: []string{
			"Check that every sender of `federation_sender_instances` runs, and that the list is the same in every configuration: each serves its own part of the destinations.",
			"Open \"Destinations that fail or miss events\" on this dashboard, and search the sender's log for one of them.",
			"If `federation_domain_whitelist` excludes them, nothing is wrong.",
		},
	}
	if n >= catchUpMany.Value && in.Has(sendingUptime) {
		f.Severity = Warning
	}
	return f
}
