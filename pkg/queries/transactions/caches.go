package transactions

import (
	"context"
	"slices"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

// guard is the cache that stands before a transaction.
type guard struct {
	requests, misses float64  // per second
	sizeEvictions    *float64 // per second; nil where Prometheus does not have them
}

// hitRatio is nil for a cache that nobody asked.
func (g guard) hitRatio() *float64 {
	if g.requests <= 0 {
		return nil
	}
	ratio := 1 - g.misses/g.requests
	return &ratio
}

// fetchGuards reads the caches before the shown transactions, of all homeservers at once.
func fetchGuards(ctx context.Context, s *query.Session, shown []row) (map[id]guard, error) {
	var names []string
	for _, r := range shown {
		if name, ok := cachecatalogue.GuardOf(r.id.desc); ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	slices.Sort(names)
	rate := func(metric string, more ...query.Matcher) string {
		selector := s.Filters.Selector(append([]query.Matcher{query.OneOf("name", names)}, more...)...)
		return "sum by (server_name, name) (rate(" + metric + selector + s.Range.Window() + "))"
	}
	var requests, hits, evicted model.Vector
	err := s.Ask(ctx,
		query.At(rate("synapse_util_caches_cache"), &requests),
		query.At(rate("synapse_util_caches_cache_hits"), &hits),
		query.At(rate("synapse_util_caches_cache_evicted_size", query.Equal("reason", "size")), &evicted),
	)
	if err == nil && len(requests) == 0 {
		s.Inform("Prometheus has no synapse_util_caches_cache of the caches in front of these transactions, so their hit ratios and misses are empty.")
	}
	guards := map[id]guard{}
	hit, out := byID(hits, "name"), byID(evicted, "name")
	for cache, asked := range byID(requests, "name") {
		g := guard{requests: asked, misses: max(0, asked-hit[cache])}
		if evictions, known := out[cache]; known {
			g.sizeEvictions = &evictions
		}
		guards[cache] = g
	}
	return guards, err
}
