// Package cachefactors judges the size of each cache: which are too small, which no size helps, and what to write into
// homeserver.yaml. Its verdicts rest on what was measured and proved; only what that leaves open is predicted, from the
// series of each process.
package cachefactors

import (
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// Type declares the query type "cacheFactors".
func Type() query.Type {
	return query.Type{
		ID:    "cacheFactors",
		Title: "Cache factors",
		Help: "Which caches are too small, and the next factor to try. Drops for lack of room are the only sign of a cache that " +
			"is too small: a low hit ratio alone is not. Response caches have no size and are left out.",
		Formats: []query.Format{
			{ID: "table", Title: "Verdicts", Needs: query.Prometheus, Visualization: query.Table,
				Columns: append(query.ColumnInfos(columns), query.ColumnInfos(processColumns)...),
				Help:    "One row per cache over all processes of a homeserver, caches to raise first. The time range is what is judged: hours with usual load, at least one."},
			{ID: "curve", Title: "What if", Needs: query.Prometheus, Visualization: query.Trend, Columns: query.ColumnInfos(curveColumns),
				Help: "The hit ratio that a cache of other sizes likely reaches, the range in which four of five such predictions come true, and what no size exceeds. Without a named cache, the first advised one of each homeserver. A chart shows one cache."},
			{ID: "config", Title: "Configuration", Needs: query.Prometheus, Visualization: query.Table, Columns: query.ColumnInfos(configColumns),
				Help: "The advised steps as homeserver.yaml and as environment variables, one row per homeserver."},
		},
		Params: []query.Param{
			{ID: "cache", Title: "Caches", Kind: query.List, Values: "cache", Formats: []string{"table", "curve"},
				Help: "Only these caches, by their metrics' label name; empty means all."},
			{ID: "perProcess", Title: "Per process", Kind: query.Boolean, Default: false, Formats: []string{"table"},
				Help: "One row per cache and process, with further columns for the process."},
			{ID: "memoryShort", Title: "Memory is short", Kind: query.Boolean, Default: false, Formats: []string{"table", "config"},
				Help: "Steps of half instead of double, and caches that could do with less room are named. Seen without it only where cache_autotuning drops entries at its limit."},
			{ID: "multipliers", Title: "Sizes", Kind: query.Numbers, Default: []float64{1.5, 2, 3, 4, 6, 10, 20}, Formats: []string{"curve"},
				Min: query.Bound(1), Max: query.Bound(1000), Help: "Multiples of the present size to look at."},
		},
		Limit: query.Limit{Default: 50, Max: 500},
		Examples: []query.Example{
			{Title: "Which caches should be larger?", Query: map[string]any{"queryType": "cacheFactors", "format": "table"}},
			{Title: "What to write into homeserver.yaml", Query: map[string]any{"queryType": "cacheFactors", "format": "config"}},
			{Title: "What could a larger event cache reach?", Query: map[string]any{"queryType": "cacheFactors", "format": "curve", "cache": "*getEvent*"}},
		},
		Reads: metrics.Names(metrics.ProcessStart, metrics.CacheRequests, metrics.CacheHits, metrics.CacheEvicted, metrics.CacheMaxSize, metrics.CacheSize, metrics.CacheSizeBytes),
		Run:   run,
	}
}
