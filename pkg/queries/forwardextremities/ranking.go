package forwardextremities

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// old is the age from which an answer says how old its ranking is: the numbers of the rooms shown are always current.
const old = time.Minute

// patience is the part of the query's time that a first count may take.
func patience(s *query.Session) time.Duration { return s.Settings.QueryTimeout * 3 / 4 }

// readRooms takes the first rooms of the ranking, and those that have no extremity at all, and reads all that is shown of them.
func (v *survey) readRooms(ctx context.Context, s *query.Session) error {
	ranking, err := extremities.Rank(ctx, s, patience(s))
	if err != nil {
		return explainRanking(err)
	}
	if age := s.Now.Sub(ranking.At); age > old {
		tellOldRanking(s, age)
	}
	v.size = ranking.Sizes
	shown, beyond := ranking.Above(least(s), s.Limit)
	v.missed = beyond
	orphans := ranking.Orphans
	switch limit := max(1, min(maxOrphans, s.Limit/2)); {
	case ranking.OrphansUnknown:
		tellOrphansSkipped(s, ranking.Sizes)
	case len(orphans) > limit:
		tellMoreOrphans(s, limit)
		orphans = orphans[:limit]
	}
	named := false
	err = s.Read(ctx, 0, func(ctx context.Context, tx query.Tx) (err error) {
		v.top, named, err = extremities.Details(ctx, tx, s.Now, shown)
		if err == nil {
			v.orphans, _, err = extremities.Details(ctx, tx, s.Now, orphans)
		}
		return err
	})
	if err == nil && !named {
		s.Warn("The role may not read room names, versions, members and state events, so these columns are empty. \"Save & test\" in the data source settings names the missing grants.")
	}
	return err
}

// explainRanking says why there is no ranking, and what to do.
func explainRanking(err error) error {
	switch {
	case errors.Is(err, extremities.ErrOff):
		return &upstream.Fault{Kind: upstream.Limit, Source: upstream.Downstream, Status: http.StatusForbidden, Err: err,
			Message: "The data source setting postgresWholeTable is none, so the rooms are not counted.",
			Remedy:  "Set it to background to rank them: a count reads the table of forward extremities in steps of a second at most."}
	case errors.Is(err, extremities.ErrCounting):
		return &upstream.Fault{Kind: upstream.Timeout, Source: upstream.Downstream, Status: http.StatusGatewayTimeout, Err: err,
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
