// Package cachefactors is the table of Synapse's caches: which are too small, which no size helps, and what to write into
// homeserver.yaml. The verdict is that of pkg/synapse/caches; what a step brings is predicted beside it.
package cachefactors

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// experimental links what was measured of the predictions.
const experimental = "Experimental: " + words.Docs + "cache-evaluation.md says how often predictions were right."

// Type declares the query type "cacheFactors".
func Type() query.Type {
	return query.Type{
		ID:    "cacheFactors",
		Title: "Cache factors",
		Help: "Which caches are too small, and the next factor to try. Evictions because the cache is full are the only sign of a cache that " +
			"is too small; a low hit ratio alone is not. Response caches have no maximum size and are left out.",
		Formats: []query.Format{
			{ID: "table", Title: "Verdicts", Needs: query.Prometheus, Visualization: query.Table,
				Columns: append(query.ColumnInfos(columns), query.ColumnInfos(processColumns)...),
				Help:    "One row per cache over all processes of a homeserver, caches to raise first. The time range is judged: choose hours with usual load, at least one."},
			{ID: "curve", Title: "What if", Needs: query.Prometheus, Visualization: query.Trend, Columns: query.ColumnInfos(curveColumns),
				Help: "The hit ratio that a cache of other sizes is expected to reach, its 80% interval, and what no size exceeds. Without a named cache: the first advised one of each homeserver. A chart shows one cache. " + experimental},
			{ID: "config", Title: "Configuration", Needs: query.Prometheus, Visualization: query.Table, Columns: query.ColumnInfos(configColumns),
				Help: "The advised steps as homeserver.yaml and as environment variables, one row per homeserver."},
		},
		Params: []query.Param{
			{ID: "cache", Title: "Caches", Kind: query.List, Values: "cache", Formats: []string{"table", "curve"},
				Help: "Only these caches, by their metrics' label name; empty means all."},
			{ID: "perProcess", Title: "Per process", Kind: query.Boolean, Default: false, Formats: []string{"table"},
				Help: "One row per cache and process, with further columns for the process."},
			{ID: "memoryShort", Title: "Memory is short", Kind: query.Boolean, Default: false, Formats: []string{"table", "config"},
				Help: "Smaller steps, and caches that can shrink are named. Detected without it only where cache_autotuning evicts entries at its limit."},
			{ID: "multipliers", Title: "Sizes", Kind: query.Numbers, Default: []float64{1.5, 2, 3, 4, 6, 10, 20}, Formats: []string{"curve"},
				Min: new(1.0), Max: new(1000.0), Help: "Multiples of the present size to look at."},
		},
		Reads: metrics.Names(metrics.CacheRequests, metrics.CacheHits, metrics.CacheEvicted, metrics.CacheSize, metrics.CacheMaxSize,
			metrics.CacheSizeBytes),
		Limit: query.Limit{Default: 50, Max: 500},
		Examples: []query.Example{
			{Title: "Which caches are too small?", Query: map[string]any{"queryType": "cacheFactors", "format": "table"}},
			{Title: "What should homeserver.yaml say?", Query: map[string]any{"queryType": "cacheFactors", "format": "config"}},
			{Title: "What could a larger event cache reach?", Query: map[string]any{"queryType": "cacheFactors", "format": "curve", "cache": "*getEvent*"}},
		},
		Run: run,
	}
}

func run(ctx context.Context, s *query.Session) (query.Result, error) {
	switch s.Format.ID {
	case "curve":
		return runCurve(ctx, s)
	case "config":
		return runConfig(ctx, s)
	}
	perProcess := s.Flag("perProcess")
	rows, _, err := judgeCaches(ctx, s, perProcess)
	return table{firstRows(s, rows), perProcess}, err
}
