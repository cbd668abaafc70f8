package caches

import (
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// shape is how one format ranks and draws. Ranks are over the whole range, lines over the rate window.
type shape struct {
	id, title, help string
	measure         query.Measure
	needs           func(family) *metrics.Metric // the metric without which there is nothing to show
	rankBy, draw    func(selection, string) string
	byReason        bool
}

var shapes = []shape{
	{
		id: "misses", title: "Misses",
		help: "Misses per second of the caches that miss most in the range. A miss usually costs a database query; " +
			"one of a …ChangeCache is often a true \"yes, it changed\" and costs nothing.",
		measure: query.Measure{Name: "misses_per_second", Unit: "cps", Help: "Lookups per second that the cache could not answer."},
		needs:   requestsOf, rankBy: selection.missRate, draw: selection.missRate,
	},
	{
		id: "hitRatio", title: "Hit ratio",
		help:    "Share of lookups that the cache answered, of the caches that miss most in the range.",
		measure: query.Measure{Name: "hit_ratio", Unit: "percentunit", Help: "Hits divided by lookups, over all processes; a gap without lookups."},
		needs:   requestsOf, rankBy: selection.missRate, draw: selection.hitRatio,
	},
	{
		id: "requests", title: "Requests",
		help:    "Lookups per second of the caches with the most lookups in the range.",
		measure: query.Measure{Name: "requests_per_second", Unit: "reqps", Help: "Lookups per second, hits and misses."},
		needs:   requestsOf, rankBy: selection.requestRate, draw: selection.requestRate,
	},
	{
		id: "evictions", title: "Evictions by reason",
		help: "Evictions per second of the caches that evict most in the range, by reason. Only \"full\" is a sign of a cache " +
			"that is too small. \"unused\" entries (reason invalidation in Synapse's metric) were not read for cache_entry_ttl, or " +
			"evicted by the memory limit of cache_autotuning. Synapse does not count real invalidations.",
		measure: query.Measure{Name: "evictions_per_second", Unit: "cps", Help: "Evicted entries (or items inside them) per second."},
		needs:   func(f family) *metrics.Metric { return f.evicted },
		rankBy:  selection.evictionRate, draw: selection.evictionRateByReason, byReason: true,
	},
	{
		id: "size", title: "Size",
		help:    "Entries (or items inside them) of the largest caches in the range, added up over all processes.",
		measure: query.Measure{Name: "entries", Unit: "short", Help: "Entries in all processes together; caches of lists count the items in them."},
		needs:   func(f family) *metrics.Metric { return f.size },
		rankBy:  selection.meanSize, draw: selection.meanSize,
	},
}

func requestsOf(f family) *metrics.Metric { return f.requests }

func shapeOf(format string) shape {
	for _, s := range shapes {
		if s.id == format {
			return s
		}
	}
	panic("no shape for format " + format)
}
