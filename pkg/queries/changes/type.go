// Package changes finds what happened to the homeserver and when: restarts, version changes, cache resizes. Shown as
// annotations, they tell whether a graph moved because of them.
package changes

import (
	"cmp"
	"context"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// Type declares the query type "changes".
func Type() query.Type {
	return query.Type{
		ID:    "changes",
		Title: "Changes",
		Help: "Restarts, version changes and cache resizes, as annotations for any graph. Cache resizes show the predicted effect (experimental) " +
			"and, once it is significant, the measured one.",
		Formats: []query.Format{
			{ID: "annotations", Title: "Annotations", Needs: query.Prometheus, Visualization: query.Table, Columns: query.ColumnInfos(columns),
				Help: "One row per event; restarts within a few minutes of each other are one."},
		},
		Limit: query.Limit{Default: 200, Max: 2000},
		Params: []query.Param{
			{ID: "kinds", Title: "Kinds", Kind: query.List, Options: query.OptionsOf(kinds...), Help: "restart, version or cache-resize; empty means all."},
		},
		Examples: []query.Example{
			{Title: "What changed?", Query: map[string]any{"queryType": "changes"}},
		},
		Reads: metrics.Names(metrics.ProcessStart, metrics.BuildInfo, metrics.ScheduleTime, metrics.CacheMaxSize),
		Run:   run,
	}
}

// The kinds of change, also tags of the annotations.
const (
	restart     = "restart"
	version     = "version"
	cacheResize = "cache-resize"
)

var kinds = []string{restart, version, cacheResize}

func run(ctx context.Context, s *query.Session) (query.Result, error) {
	wanted := s.List("kinds")
	for _, kind := range wanted {
		if !slices.Contains(kinds, kind) {
			return nil, query.Badf("Unknown kind of change %q. Valid kinds: restart, version, cache-resize.", kind)
		}
	}
	if len(wanted) == 0 {
		wanted = kinds
	}
	finders := map[string]func(context.Context, *query.Session) ([]event, error){
		restart: fetchRestarts, version: fetchVersions, cacheResize: fetchResizes,
	}
	results := make([][]event, len(wanted))
	questions := make([]query.Question, len(wanted))
	for i, kind := range wanted {
		questions[i] = func(ctx context.Context, s *query.Session) (err error) {
			results[i], err = finders[kind](ctx, s)
			return err
		}
	}
	if err := s.Ask(ctx, questions...); err != nil {
		return nil, err
	}
	all := slices.Concat(results...)
	slices.SortStableFunc(all, func(a, b event) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.title, b.title)) })
	return latest(s, all), nil
}

// latest keeps the last changes of each homeserver and says how many went before.
func latest(s *query.Session, all events) events {
	slices.Reverse(all)
	kept, left := query.LimitPerServer(all, s.Limit, func(e event) string { return e.server })
	slices.Reverse(kept)
	if left > 0 {
		s.Inform("Earlier changes that are not shown: %d (limit %d for each homeserver).", left, s.Limit)
	}
	return kept
}
