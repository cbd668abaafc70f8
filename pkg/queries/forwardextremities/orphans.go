package forwardextremities

import (
	"context"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
)

const (
	// orphanLimit bounds the statement that looks for rooms without any extremity: it reads all local memberships.
	orphanLimit = 3 * time.Second
	// maxOrphans is how many are shown; one is bad enough.
	maxOrphans = 20
)

// readOrphans finds rooms with local members and no extremity. It is worth a look, not worth a failure.
func (v *survey) readOrphans(ctx context.Context, s *query.Session) error {
	limit := max(1, min(maxOrphans, s.Limit/2))
	var size extremities.Sizes
	var found []extremities.Detail
	err := s.Read(ctx, orphanLimit, func(ctx context.Context, tx query.Tx) error {
		var err error
		if size, err = extremities.Size(ctx, tx); err != nil {
			return err
		}
		if size.Memberships > extremities.OrphanMemberships {
			return nil
		}
		list, err := extremities.Orphans(ctx, tx, int64(limit+1))
		if err != nil {
			return err
		}
		found, err = extremities.Details(ctx, tx, s.Now, list)
		return err
	})
	v.size = size
	switch {
	case isTimeout(err):
		s.Inform("Rooms with local members but without any forward extremity were not looked for: it took longer than %s.", orphanLimit)
		return nil
	case err != nil:
		return err
	case size.Memberships > extremities.OrphanMemberships:
		s.Inform("Rooms with local members but without any forward extremity were not looked for: there are about %d memberships, "+
			"too many to read each time.", size.Memberships)
	case len(found) > limit:
		s.Warn("More rooms than shown have local members but no forward extremity at all: they are corrupt (at most %d are shown).", limit)
		found = found[:limit]
	}
	v.orphans = found
	return nil
}

// tellRest adds the notices that depend on what is shown.
func tellRest(s *query.Session, v survey, all []extremities.Detail) {
	if v.missed > 0 {
		s.Inform("Further rooms with more than %d extremities: %d; raise the limit to see them.", least(s), v.missed)
	}
	if v.lost > 0 {
		s.Warn("Corrupt rooms, with local members but without any forward extremity, that are not shown: %d; raise the limit to see them.", v.lost)
	}
	if v.size.StateDAG {
		s.Inform("This homeserver has rooms with a state DAG (MSC4242), whose state has extremities of its own; they are not counted here.")
	}
	partial, known, local := 0, false, false
	for _, d := range all {
		if d.Partial {
			partial++
		}
		known = known || d.JoinedMembers != nil
		local = local || d.LocalMembers > 0
	}
	if partial > 0 {
		s.Inform("Rooms that are still being joined: %d. Their members and state are not all known yet and are left empty.", partial)
	}
	if local && !known {
		s.Inform("Synapse has no statistics of these rooms (stats.enabled may be false), so joined members and state events are empty.")
	}
}
