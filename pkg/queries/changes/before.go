package changes

import (
	"context"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// Change is what happened to a homeserver, for what looks for the reason of something else.
type Change struct {
	Server, Title string
	At            time.Time
	Processes     []string // that restarted; none: it concerns all
}

// Find gives all changes of the range, the oldest first. What is not known is left out.
func Find(ctx context.Context, s *query.Session) ([]Change, error) {
	var starts, builds model.Matrix
	var identity process.Identity
	var resizes [][]resize
	err := s.Ask(ctx,
		func(ctx context.Context, s *query.Session) (err error) {
			starts, identity, err = fetchStarts(ctx, s)
			return err
		},
		func(ctx context.Context, s *query.Session) (err error) { builds, err = fetchBuilds(ctx, s); return err },
		func(ctx context.Context, s *query.Session) (err error) {
			resizes, err = fetchResizeGroups(ctx, s)
			return err
		},
	)
	if err != nil {
		return nil, err
	}
	all := append(rolloutsOf(startsOf(identity, starts, s.Range.From)), upgradesOf(builds)...)
	for _, group := range resizes {
		all = append(all, resizeEvent(group, nil))
	}
	found := make([]Change, len(all))
	for i, e := range all {
		found[i] = Change{e.server, e.title, e.at, e.processes}
	}
	slices.SortStableFunc(found, func(a, b Change) int { return a.At.Compare(b.At) })
	return found, nil
}
