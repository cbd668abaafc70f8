package forwardextremities

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// secondLook is how long we wait before we look at a corrupt room again: a standby may lag behind its primary, and a
// room may be on its way out.
const secondLook = time.Second

// survey is everything that one answer is made of.
type survey struct {
	top     []extremities.Detail
	orphans []extremities.Detail
	missed  int64 // rooms above the minimum that the limit leaves out
	lost    int   // rooms without any extremity that it leaves out
	size    extremities.Sizes
}

func fetchRooms(ctx context.Context, s *query.Session) (query.Result, error) {
	owner, asked, err := process.DatabaseOwner(ctx, s)
	if err != nil || !asked {
		return table{}, err
	}
	var found survey
	if err := found.readRooms(ctx, s); err != nil {
		return nil, err
	}
	all := slices.Concat(found.top, found.orphans)
	all = slices.DeleteFunc(all, func(d extremities.Detail) bool { return d.Extremities <= least(s) && !d.Facts().Corrupt() })
	slices.SortFunc(all, func(a, b extremities.Detail) int {
		return cmp.Or(cmp.Compare(b.Extremities, a.Extremities), cmp.Compare(a.RoomID, b.RoomID))
	})
	all = found.cut(s.Limit, all)
	tellRest(s, found, all)
	return table{rows: judgeRooms(s, owner, all)}, nil
}

// cut keeps the first rooms and counts what it leaves out.
func (v *survey) cut(limit int, all []extremities.Detail) []extremities.Detail {
	shown := min(limit, len(all))
	for _, d := range all[shown:] {
		if d.Extremities == 0 {
			v.lost++
		} else {
			v.missed++
		}
	}
	return all[:shown]
}

// readAgain reads corrupt rooms a second time: what is gone then was no corruption.
func readAgain(ctx context.Context, s *query.Session, top, orphans []extremities.Detail) ([]extremities.Detail, []extremities.Detail) {
	var suspects []extremities.Counted
	for _, d := range slices.Concat(top, orphans) {
		if d.Facts().Corrupt() {
			suspects = append(suspects, extremities.Counted{RoomID: d.RoomID, Extremities: d.Extremities})
		}
	}
	if len(suspects) == 0 {
		return top, orphans
	}
	select {
	case <-time.After(secondLook):
	case <-ctx.Done():
	}
	var again []extremities.Detail
	err := s.Read(ctx, 0, func(ctx context.Context, tx query.Tx) (err error) {
		again, _, err = extremities.Details(ctx, tx, s.Now, suspects)
		return err
	})
	if err != nil {
		tellNotConfirmed(s)
		return top, orphans
	}
	for _, d := range again {
		for _, list := range [][]extremities.Detail{top, orphans} {
			if i := slices.IndexFunc(list, func(old extremities.Detail) bool { return old.RoomID == d.RoomID }); i >= 0 {
				list[i] = d
			}
		}
	}
	return top, orphans
}

// maxOrphans is how many rooms without any extremity are shown; one is bad enough.
const maxOrphans = 20
