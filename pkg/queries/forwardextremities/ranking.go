package forwardextremities

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// What Grafana is told as HTTP status.
const (
	forbidden      = 403
	gatewayTimeout = 504
)

// old is the age from which an answer says how old its ranking is: the numbers of the rooms shown are always current.
const old = time.Minute

// patience is the part of the query's time that a first count may take.
func patience(s *query.Session) time.Duration { return s.Settings.QueryTimeout * 3 / 4 }

// ranked is what one reading of the rooms tells: for every viewer, minimum and limit, which cut it.
type ranked struct {
	ranking      extremities.Ranking
	top, orphans []extremities.Detail
}

// readRooms takes the first rooms of the ranking, and those that have no extremity at all, with all that is shown of them.
func (v *survey) readRooms(ctx context.Context, s *query.Session) error {
	size := limit.Default
	if s.Limit > size {
		size = limit.Max
	}
	k, err := query.Once(ctx, s, query.Postgres, fmt.Sprintf("rooms %d", size), func(ctx context.Context, s *query.Session) (ranked, error) {
		return readKnown(ctx, s, size)
	})
	if err != nil {
		return explainRanking(err)
	}
	v.size = k.ranking.Sizes
	shown, beyond := k.ranking.Above(least(s), s.Limit)
	v.missed = beyond
	for _, d := range k.top {
		if slices.ContainsFunc(shown, func(c extremities.Counted) bool { return c.RoomID == d.RoomID }) {
			v.top = append(v.top, d)
		}
	}
	v.orphans = k.orphans
	switch most := max(1, min(maxOrphans, s.Limit/2)); {
	case k.ranking.OrphansUnknown:
		tellOrphansSkipped(s, k.ranking.Sizes)
	case len(k.ranking.Orphans) > most:
		tellMoreOrphans(s, most)
		v.orphans = k.orphans[:most]
	}
	return nil
}

func readKnown(ctx context.Context, s *query.Session, size int) (ranked, error) {
	ranking, err := extremities.Rank(ctx, s, patience(s))
	if err != nil {
		return ranked{}, err
	}
	if age := s.Now.Sub(ranking.At); age > old {
		tellOldRanking(s, age)
	}
	k := ranked{ranking: ranking}
	first, _ := ranking.Above(0, size)
	named := false
	err = s.Read(ctx, 0, func(ctx context.Context, tx query.Tx) (err error) {
		k.top, named, err = extremities.Details(ctx, tx, s.Now, first)
		if err == nil {
			k.orphans, _, err = extremities.Details(ctx, tx, s.Now, ranking.Orphans[:min(maxOrphans, len(ranking.Orphans))])
		}
		return err
	})
	if err != nil {
		return ranked{}, err
	}
	if !named {
		s.Warn("The role may not read room names, versions, members and state events, so these columns are empty. \"Save & test\" in the data source settings names the missing grants.")
	}
	k.top, k.orphans = readAgain(ctx, s, k.top, k.orphans)
	return k, nil
}

// explainRanking says why there is no ranking, and what to do.
func explainRanking(err error) error {
	switch {
	case errors.Is(err, extremities.ErrOff):
		return &upstream.Fault{Kind: upstream.Limit, Source: upstream.Downstream, Status: forbidden, Err: err,
			Message: "The data source setting postgresWholeTable is none, so the rooms are not counted.",
			Remedy:  "Set it to background to rank them: a count reads the table of forward extremities in steps of a second at most."}
	case errors.Is(err, extremities.ErrCounting):
		return &upstream.Fault{Kind: upstream.Timeout, Source: upstream.Downstream, Status: gatewayTimeout, Err: err,
			Message: "Counting the forward extremities of all rooms takes longer than a query may, and no count has finished yet.",
			Remedy:  "A count runs in the background now. Look again in a few minutes."}
	}
	var fault *upstream.Fault
	if !errors.As(err, &fault) || fault.Kind != upstream.Timeout {
		return err
	}
	told := *fault
	told.Message = "The last count of the forward extremities of all rooms did not finish in time."
	told.Remedy = "It is tried again after a quarter of an hour. Raise postgresFullPassTimeout in the data source settings."
	return &told
}
