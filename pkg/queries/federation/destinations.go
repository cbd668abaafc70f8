package federation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// The states of a destination.
const (
	healthy    = "healthy"
	backingOff = "backing-off"
)

// found is one destination as PostgreSQL gives it; times are milliseconds since 1970.
type found struct {
	Destination   string
	FailureTS     *int64
	RetryLastTS   *int64
	RetryInterval *int64 // milliseconds
	CatchUpRooms  *int64
}

// destination is one row.
type destination struct {
	found
	host   query.Destination
	server string
	now    time.Time
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
const failingSQL = `SELECT destination, failure_ts, retry_last_ts, retry_interval, NULL::bigint AS catch_up_rooms
FROM destinations WHERE retry_interval > 0 ORDER BY destination LIMIT $1`

// countSQL counts the failing ones by the age of the failure: $1, $2 and $3 are an hour, a day and a week ago, in ms.
const countSQL = `SELECT count(*) AS everyone, count(*) FILTER (WHERE retry_interval > 0) AS failing,
  count(*) FILTER (WHERE retry_interval > 0 AND failure_ts > $1) AS hour,
  count(*) FILTER (WHERE retry_interval > 0 AND failure_ts > $2) AS day,
  count(*) FILTER (WHERE retry_interval > 0 AND failure_ts > $3) AS week,
  min(failure_ts) FILTER (WHERE retry_interval > 0) AS oldest,
  count(*) FILTER (WHERE coalesce(retry_interval, 0) = 0 AND last_successful_stream_ordering IS NOT NULL) AS reached
FROM destinations`

// behindSQL finds rooms with events that a healthy destination has not got, for the first $1 that something was ever sent
// to: what is a few minutes old is on its way, so only events received before $2 (ms) count. A destination that never
// failed has no retry_interval; one without last_successful_stream_ordering is not known to have missed anything.
const behindSQL = `SELECT d.destination, d.failure_ts, d.retry_last_ts, d.retry_interval, r.rooms AS catch_up_rooms
FROM (SELECT destination, failure_ts, retry_last_ts, retry_interval, last_successful_stream_ordering FROM destinations
  WHERE coalesce(retry_interval, 0) = 0 AND last_successful_stream_ordering IS NOT NULL ORDER BY destination LIMIT $1) d
CROSS JOIN LATERAL (SELECT count(*) AS rooms FROM destination_rooms r
  LEFT JOIN events e ON e.stream_ordering = r.stream_ordering
  WHERE r.destination = d.destination AND r.stream_ordering > d.last_successful_stream_ordering
    AND (e.received_ts IS NULL OR e.received_ts < $2)) r
WHERE r.rooms > 0 ORDER BY r.rooms DESC, d.destination LIMIT $3`

const (
	// behindLimit bounds the destinations that are looked at for missing rooms.
	behindLimit = 2000
	// onItsWay is how long an event may take before it counts as missing. Source: ours.
	onItsWay = 10 * time.Minute
)

// counts are numbers of destinations. Hour, Day and Week count those that began to fail within them.
type counts struct {
	Everyone, Failing, Hour, Day, Week int64
	Oldest                             *int64 // ms
	Reached                            int64  // healthy, and something was sent there before
}

func runDestinations(ctx context.Context, s *query.Session) (query.Result, error) {
	owner, asked, err := synapse.DatabaseOwner(ctx, s)
	if err != nil {
		return nil, err
	}
	if !asked {
		return destinations{}, nil
	}
	ago := func(d time.Duration) int64 { return s.Now.Add(-d).UnixMilli() }
	var failing, behind []found
	var all []counts
	err = s.Read(ctx, 0, func(ctx context.Context, tx query.Tx) (err error) {
		if all, err = query.Rows[counts](ctx, tx, countSQL, ago(time.Hour), ago(24*time.Hour), ago(7*24*time.Hour)); err != nil {
			return err
		}
		// One more than asked tells whether the limit cuts.
		if behind, err = query.Rows[found](ctx, tx, behindSQL, behindLimit, ago(onItsWay), s.Limit+1); err != nil {
			return err
		}
		failing, err = query.Rows[found](ctx, tx, failingSQL, s.Limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(behind) > s.Limit {
		behind = behind[:s.Limit]
		s.Inform("More healthy destinations than shown miss events (limit %d); those that miss most come first.", s.Limit)
	}
	rows := append(behind, failing...)
	if len(rows) > s.Limit {
		rows = rows[:s.Limit]
	}
	tell(s, all[0], len(behind), len(rows))
	shown := make(destinations, len(rows))
	for i, d := range rows {
		host := s.Options.Destination(d.Destination)
		d.Destination = "" // from here on only the host knows it
		shown[i] = destination{d, host, owner, s.Now}
	}
	return shown, nil
}

// tell says what all destinations are like, and what the table leaves out.
func tell(s *query.Session, c counts, behind, shown int) {
	text := fmt.Sprintf("%d of %d known destinations can't be reached", c.Failing, c.Everyone)
	if c.Failing > 0 {
		text += fmt.Sprintf(": %d for less than an hour, %d for less than a day, %d for less than a week, %d for longer", c.Hour, c.Day-c.Hour, c.Week-c.Day, c.Failing-c.Week)
	}
	if c.Oldest != nil {
		text += ", the first since " + time.UnixMilli(*c.Oldest).UTC().Format(time.DateOnly)
	}
	s.Inform("%s. A third to two thirds is normal: homeservers vanish.", text)
	if left := c.Failing - int64(max(0, shown-behind)); left > 0 {
		s.Inform("More destinations that can't be reached and are not shown: %d (limit %d).", left, s.Limit)
	}
	if c.Reached > behindLimit {
		s.Inform("Only the first %d of %d healthy destinations, by name, were looked at for events that they miss.", behindLimit, c.Reached)
	}
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
	query.HiddenColumn("destination", "Destination", "The other homeserver, or a stable pseudonym for viewers who may not see it.",
		func(d destination) query.Destination { return d.host }),
	query.TextColumn("server_name", "Homeserver", "The homeserver that the database belongs to.", func(d destination) string { return d.server }),
	query.TextColumn("state", "State", "healthy, or backing-off: Synapse waits longer after each failure.", destination.state).
		WithColours(query.Colour{Value: healthy, Colour: "green"}, query.Colour{Value: backingOff, Colour: "orange"}),
	query.DestinationTimeColumn("failing_since", "Failing since", "The first failure since it last worked.", destination.failingSince),
	query.DestinationTimeColumn("next_retry", "Next try", "When Synapse tries again.", destination.nextRetry),
	query.NumberColumn("retry_interval", "Wait", "s", "Wait between tries: 10 minutes at first, a week at most by default.", destination.interval),
	query.TextColumn("age_band", "Failing for", "<1h, <1d, <7d or >=7d.", destination.band),
	query.CountColumn("catch_up_rooms", "Rooms behind", "Rooms with events that a healthy destination has not got yet; not counted for failing ones.", func(d destination) *int64 { return d.CatchUpRooms }),
	query.PseudonymColumn("destination_alias", "The homeserver's pseudonym, which viewers see in place of its name.",
		func(d destination) query.Destination { return d.host }),
}

type destinations []destination

// Frames shows first who misses most, then who can't be reached, in the order of the names that this viewer sees: that of
// the real ones would tell of them.
func (d destinations) Frames(view query.View) data.Frames {
	sorted := slices.SortedStableFunc(slices.Values(d), func(a, b destination) int {
		return cmp.Or(cmp.Compare(b.missing(), a.missing()), cmp.Compare(a.host.In(view), b.host.In(view)))
	})
	frame := query.TableFrame("destinations", destinationColumns, sorted, view)
	for _, one := range sorted {
		view.TellHidden(frame, one.host)
	}
	return data.Frames{frame}
}

// missing is the number of rooms with events that the destination has not got, 0 where nobody counts them.
func (d destination) missing() int64 {
	if d.CatchUpRooms == nil {
		return 0
	}
	return *d.CatchUpRooms
}
