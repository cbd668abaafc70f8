package forwardextremities

import (
	"context"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
)

const (
	// passKey names the full count that runs on after a query.
	passKey = "forwardExtremities"
	// passRooms bounds what a full count keeps: some MB at most.
	passRooms = 20_000
	// passFresh is how long a full count answers before a quick one is tried again.
	passFresh = 15 * time.Minute
)

// readTop ranks the rooms and decorates the first ones, in one transaction. Where the ranking takes longer than a
// statement may, a full count goes on in the background and its last result answers.
func (v *survey) readTop(ctx context.Context, s *query.Session) error {
	pass := s.Background(passKey)
	if pass.Value != nil && s.Now.Sub(pass.At) < passFresh {
		return v.readFromPass(ctx, s, pass)
	}
	ranked := false
	err := s.Read(ctx, 0, func(ctx context.Context, tx query.Tx) error {
		ranked = false
		list, err := extremities.Top(ctx, tx, least(s), int64(s.Limit))
		if err != nil {
			return err
		}
		ranked = true
		v.keep(list)
		v.top, err = extremities.Details(ctx, tx, s.Now, list)
		return err
	})
	if ranked || !isTimeout(err) {
		return err
	}
	s.StartBackground(passKey, s.Settings.Postgres.FullPassTimeout, fullPass)
	if pass.Value == nil {
		return explainCounting(err, s.Background(passKey))
	}
	return v.readFromPass(ctx, s, pass)
}

func (v *survey) keep(list []extremities.Counted) {
	v.missed = 0
	if len(list) > 0 {
		v.missed = list[0].Total - int64(len(list))
	}
}

// fullPass ranks all rooms with more than one extremity.
func fullPass(ctx context.Context, tx query.Tx) (any, error) {
	return extremities.Top(ctx, tx, 1, passRooms)
}

func (v *survey) readFromPass(ctx context.Context, s *query.Session, pass query.Background) error {
	tellOldRanking(s, s.Now.Sub(pass.At))
	all, _ := pass.Value.([]extremities.Counted) // fullPass makes nothing else
	shown := above(all, least(s))
	v.missed = 0
	if len(shown) > s.Limit {
		v.missed, shown = int64(len(shown)-s.Limit), shown[:s.Limit]
	}
	return s.Read(ctx, 0, func(ctx context.Context, tx query.Tx) (err error) {
		v.top, err = extremities.Details(ctx, tx, s.Now, shown)
		return err
	})
}

// above keeps the rooms of a ranking with more extremities.
func above(ranking []extremities.Counted, least int64) []extremities.Counted {
	for i, r := range ranking {
		if r.Extremities <= least {
			return ranking[:i]
		}
	}
	return ranking
}
