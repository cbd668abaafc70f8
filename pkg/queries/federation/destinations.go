package federation

import (
	"context"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// The states of a destination.
const (
	healthy    = "healthy"
	backingOff = "backing-off"
)

// destination is one row as PostgreSQL gives it; times are milliseconds since 1970.
type destination struct {
	Destination   string
	FailureTS     *int64
	RetryLastTS   *int64
	RetryInterval *int64 // milliseconds
	CatchUpRooms  *int64
	server        string
	now           time.Time
}

func (d destination) state() string {
	if d.failing() {
		return backingOff
	}
	return healthy
}

func (d destination) failing() bool { return d.RetryInterval != nil && *d.RetryInterval > 0 }

// The destinations that fail are found by one pass over the table, which has a row per homeserver ever met and no index
// but on its name; a few tens of thousand on the largest servers. Sorted by the name's index; the limit comes after.
const failingSQL = `SELECT destination, failure_ts, retry_last_ts, retry_interval::bigint AS retry_interval, NULL::bigint AS catch_up_rooms
FROM destinations WHERE retry_interval > 0 ORDER BY destination LIMIT $1`

const countSQL = `SELECT count(*) FILTER (WHERE retry_interval > 0) AS failing, count(*) AS everyone FROM destinations`

// Rooms with events that a healthy destination has not got, for the first healthy ones that it is known of.
const behindSQL = `SELECT d.destination, d.failure_ts, d.retry_last_ts, d.retry_interval::bigint AS retry_interval, r.rooms AS catch_up_rooms
FROM (SELECT * FROM destinations WHERE retry_interval = 0 AND last_successful_stream_ordering IS NOT NULL ORDER BY destination LIMIT $1) d
CROSS JOIN LATERAL (SELECT count(*) AS rooms FROM destination_rooms r
  WHERE r.destination = d.destination AND r.stream_ordering > d.last_successful_stream_ordering) r
WHERE r.rooms > 0 ORDER BY d.destination`

// behindLimit bounds the destinations that are looked at for missing rooms.
const behindLimit = 2000

func runDestinations(ctx context.Context, s *query.Session) (query.Result, error) {
	owner, err := s.Owner(ctx)
	if err != nil {
		return nil, err
	}
	if !s.Filters.AllowsServer(owner) {
		s.Inform("PostgreSQL belongs to %s only, which the query does not ask for.", owner)
		return destinations{}, nil
	}
	var failing, behind []destination
	var counts []struct{ Failing, Everyone int64 }
	err = s.Read(ctx, 0, func(ctx context.Context, tx query.Tx) (err error) {
		if counts, err = query.Rows[struct{ Failing, Everyone int64 }](ctx, tx, countSQL); err != nil {
			return err
		}
		if failing, err = query.Rows[destination](ctx, tx, failingSQL, s.Limit); err != nil {
			return err
		}
		behind, err = query.Rows[destination](ctx, tx, behindSQL, behindLimit)
		return err
	})
	if err != nil {
		return nil, err
	}
	if left := counts[0].Failing - int64(len(failing)); left > 0 {
		s.Inform("%d more destinations that can't be reached are not shown (limit %d).", left, s.Limit)
	}
	s.Inform("%d of %d known destinations can't be reached. A third to two thirds is normal: homeservers vanish.", counts[0].Failing, counts[0].Everyone)
	rows := append(behind, failing...)
	for i := range rows {
		rows[i].server, rows[i].now = owner, s.Now
	}
	return destinations(rows), nil
}

// bands are the ages of a failure. Source: Synapse backs off from 10 minutes to a week.
func (d destination) band() string {
	if !d.failing() || d.FailureTS == nil {
		return ""
	}
	switch age := d.now.Sub(time.UnixMilli(*d.FailureTS)); {
	case age < time.Hour:
		return "<1h"
	case age < 24*time.Hour:
		return "<1d"
	case age < 7*24*time.Hour:
		return "<7d"
	}
	return ">=7d"
}

func (d destination) failingSince() *time.Time {
	if !d.failing() || d.FailureTS == nil {
		return nil
	}
	at := time.UnixMilli(*d.FailureTS).UTC()
	return &at
}

func (d destination) nextRetry() *time.Time {
	if !d.failing() || d.RetryLastTS == nil {
		return nil
	}
	at := time.UnixMilli(*d.RetryLastTS + *d.RetryInterval).UTC()
	return &at
}

func (d destination) interval() *float64 {
	if !d.failing() {
		return nil
	}
	seconds := float64(*d.RetryInterval) / 1000
	return &seconds
}

var destinationColumns = []query.Column[destination]{
	query.Words("destination", "Destination", "The other homeserver.", func(d destination) string { return d.Destination }),
	query.Words("server_name", "Homeserver", "The homeserver that the database belongs to.", func(d destination) string { return d.server }),
	query.Words("state", "State", "healthy, or backing-off: Synapse waits longer after each failure.", destination.state).
		Painted(query.Colour{Value: healthy, Colour: "green"}, query.Colour{Value: backingOff, Colour: "orange"}),
	query.MaybeTime("failing_since", "Failing since", "The first failure since it last worked.", destination.failingSince),
	query.MaybeTime("next_retry", "Next try", "When Synapse tries again.", destination.nextRetry),
	query.MaybeAmount("retry_interval", "Wait", "s", "Wait between tries: 10 minutes at first, a week at most by default.", destination.interval),
	query.Words("age_band", "Failing for", "<1h, <1d, <7d or >=7d.", destination.band),
	query.MaybeCount("catch_up_rooms", "Rooms behind", "Rooms with events that a healthy destination has not got yet; not counted for failing ones.", func(d destination) *int64 { return d.CatchUpRooms }),
}

type destinations []destination

func (d destinations) Frames(view query.View) data.Frames {
	return data.Frames{query.TableFrame("destinations", destinationColumns, d, view)}
}
