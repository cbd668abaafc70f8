package caches

import "github.com/matrix-insight/synapse-datasource/pkg/query"

// shape is how one format ranks and draws. Ranks are over the whole range, lines over the rate window.
type shape struct {
	id, title, help string
	measure         query.Measure
	needs           func(family) string // the metric without which there is nothing to show
	rankBy, draw    func(selection, string) string
	byReason        bool
}

var shapes = []shape{
	{
		id: "misses", title: "Misses",
		help: "Misses per second of the caches that miss most in the range. A miss usually costs a database query; " +
			"that of a …ChangeCache is often a true \"yes, it changed\" and costs nothing.",
		measure: query.Measure{Name: "misses_per_second", Unit: "cps", Help: "Lookups per second that the cache could not answer."},
		needs:   requestsOf, rankBy: selection.missRate, draw: selection.missRate,
	},
	{
		id: "hitRatio", title: "Hit ratio",
		help:    "Share of lookups that the cache answered, of the caches that miss most in the range.",
		measure: query.Measure{Name: "hit_ratio", Unit: "percentunit", Help: "Hits divided by lookups, over all processes; a gap where nobody asked."},
		needs:   requestsOf, rankBy: selection.missRate, draw: selection.hitRatio,
	},
	{
		id: "requests", title: "Requests",
		help:    "Lookups per second of the caches asked most in the range.",
		measure: query.Measure{Name: "requests_per_second", Unit: "reqps", Help: "Lookups per second, hits and misses."},
		needs:   requestsOf, rankBy: selection.requestRate, draw: selection.requestRate,
	},
	{
		id: "evictions", title: "Evictions by reason",
		help: "Entries that the caches which drop most in the range let go, by reason. Only \"full\" is a sign of a cache " +
			"that is too small. \"unused\" entries of @cached caches, which Synapse's metric calls invalidation, were not " +
			"read for cache_entry_ttl or fell to the memory limit of cache_autotuning. Real invalidations are not counted " +
			"by Synapse.",
		measure: query.Measure{Name: "evictions_per_second", Unit: "cps", Help: "Dropped entries (or items inside them) per second."},
		needs:   func(f family) string { return f.evicted },
		rankBy:  selection.evictionRate, draw: selection.evictionRateByReason, byReason: true,
	},
	{
		id: "size", title: "Size",
		help:    "Entries (or items inside them) of the largest caches in the range, added up over all processes.",
		measure: query.Measure{Name: "entries", Unit: "short", Help: "Entries in all processes together; caches of lists count the items in them."},
		needs:   func(f family) string { return f.size },
		rankBy:  selection.meanSize, draw: selection.meanSize,
	},
}

func requestsOf(f family) string { return f.requests }

func shapeOf(format string) shape {
	for _, s := range shapes {
		if s.id == format {
			return s
		}
	}
	panic("no shape for format " + format)
}
