// Package caches draws Synapse's caches over time: misses, hit ratio, requests, evictions and sizes of those that
// matter most in the range.
package caches

import (
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// Type declares the query type "caches".
func Type() query.Type {
	formats := make([]query.Format, len(shapes))
	for i, shape := range shapes {
		formats[i] = query.Format{
			ID: shape.id, Title: shape.title, Help: shape.help, Needs: query.Prometheus, Visualization: query.TimeSeries,
		}
	}
	return query.Type{
		ID:    "caches",
		Title: "Caches",
		Help: "Synapse's caches over all processes of a homeserver. Misses cost database time; \"Cache factors\" shows " +
			"whether a larger cache would avoid them.",
		Formats: formats,
		Limit:   query.Limit{Default: 10, Max: 100},
		Params: []query.Param{
			{ID: "cache", Title: "Caches", Kind: query.List, Values: "cache",
				Help: "Draw exactly these caches, by their metric's label name. Empty draws the top ones of the range."},
			{ID: "responseCaches", Title: "Response caches", Kind: query.Boolean, Default: false,
				Help: "Show the caches of finished requests (sync, federation responses) instead. They have no maximum size and " +
					"no factor, so they are never ranked together with the others."},
		},
		Examples: []query.Example{
			{Title: "Which caches miss most?", Query: map[string]any{"queryType": "caches", "format": "misses"}},
			{Title: "Which caches evict entries, and why?", Query: map[string]any{"queryType": "caches", "format": "evictions"}},
			{Title: "How well does the event cache work?", Query: map[string]any{"queryType": "caches", "format": "hitRatio", "cache": "*getEvent*"}},
			{Title: "Which caches are used most?", Query: map[string]any{"queryType": "caches", "format": "requests"}},
			{Title: "Which caches are full or too small?", Query: map[string]any{"queryType": "caches", "format": "size"}},
		},
		Reads: metrics.Names(metrics.ScheduleTime, metrics.CacheRequests, metrics.CacheHits, metrics.CacheEvicted, metrics.CacheSize, metrics.ResponseCacheRequests, metrics.ResponseCacheHits, metrics.ResponseCacheEvicted, metrics.ResponseCacheSize),
		Run:   run,
	}
}
