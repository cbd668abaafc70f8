package federation

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// found is one destination as PostgreSQL gives it; times are milliseconds since 1970.
type found struct {
	Destination   string
	FailureTS     *int64
	RetryLastTS   *int64
	RetryInterval *int64 // milliseconds
	CatchUpRooms  *int64
}

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

// limit is of the rows shown.
var limit = query.Limit{Default: 50, Max: 1000}

func fetchDestinations(ctx context.Context, s *query.Session) (query.Result, error) {
	owner, asked, err := process.DatabaseOwner(ctx, s)
	if err != nil {
		return nil, err
	}
	if !asked {
		return destinations{}, nil
	}
	read, err := query.Once(ctx, s, query.Postgres, "destinations", readDestinations)
	if err != nil {
		return nil, err
	}
	behind := read.behind
	if len(behind) > s.Limit {
		behind = behind[:s.Limit]
		tellMoreBehind(s)
	}
	rows := slices.Concat(behind, read.failing)
	rows = rows[:min(len(rows), s.Limit)]
	if read.counted {
		tellDestinations(s, read.counts, len(rows)-len(behind), read.looked)
	} else {
		tellNotCounted(s)
	}
	return destinationsOf(s, owner, rows), nil
}

// reading is what PostgreSQL tells of the destinations, for every viewer and limit, which cuts it.
type reading struct {
	counts          counts
	counted         bool // and the failing ones listed: both read all destinations
	failing, behind []found
	looked          bool // for events that healthy destinations miss
}

func readDestinations(ctx context.Context, s *query.Session) (reading, error) {
	ago := func(d time.Duration) int64 { return s.Now.Add(-d).UnixMilli() }
	r := reading{counted: s.Settings.Postgres.WholeTable != settings.WholeTableNone}
	err := s.Read(ctx, 0, func(ctx context.Context, tx query.Tx) error {
		if !r.counted {
			return nil
		}
		all, err := query.Rows[counts](ctx, tx, countSQL, ago(hour), ago(day), ago(week))
		if err != nil {
			return err
		}
		r.counts = all[0]
		r.failing, err = query.Rows[found](ctx, tx, failingSQL, limit.Max)
		return err
	})
	if err != nil {
		return reading{}, err
	}
	share, cancel := context.WithTimeout(ctx, s.Settings.QueryTimeout/2) // where it hangs, the rest is still told
	defer cancel()
	err = s.Read(share, 0, func(ctx context.Context, tx query.Tx) (err error) {
		// One more than asked tells whether the limit cuts.
		r.behind, err = query.Rows[found](ctx, tx, behindSQL, behindLimit, ago(onItsWay), limit.Max+1)
		return err
	})
	r.looked = err == nil
	if fault := (*upstream.Fault)(nil); errors.As(err, &fault) && fault.Source == upstream.Downstream && ctx.Err() == nil { // it costs its rows, never the table
		tellNotLooked(s, fault)
		return r, nil
	}
	return r, err
}
