package graph

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"

const perProcessCache = "one line for each process and cache"

// cacheMisses needs no care for hits that are not there: a process counts both of each cache.
var cacheMisses = minus(rate(metrics.CacheRequests), rate(metrics.CacheHits))

var caches = []Graph{
	{
		ID: "cache-hit-ratio", Title: "Hit ratio of caches", Unit: "percentunit", By: []string{"name"}, Check: "cache-undersized",
		Help:     "Share of the lookups that a cache answered. The caches with the most misses lead.",
		Replaces: []Panel{panel("Caches", "Cache Hit Ratio", perProcessCache)},
		term:     rankedBy(ratio(rate(metrics.CacheHits), rate(metrics.CacheRequests)), cacheMisses),
	},
	{
		ID: "cache-misses", Title: "Misses of caches", Unit: "cps", By: []string{"name"}, Kind: Stack, Check: "cache-undersized",
		Help:     "Lookups per second that a cache could not answer: mostly a database transaction each.",
		Replaces: []Panel{panel("Caches", "Top 10 cache misses", "chooses other lines at each point, per process")},
		term:     cacheMisses,
	},
	{
		ID: "cache-evictions", Title: "Evictions of caches", Unit: "cps", By: []string{"name", "reason"}, Check: "cache-undersized",
		Help:     "Entries evicted per second, by reason; only \"size\" means that the cache was full.",
		Replaces: []Panel{panel("Caches", "Cache eviction rate", perProcessCache)},
		term:     rate(metrics.CacheEvicted),
	},
	{
		ID: "cache-requests", Title: "Lookups in caches", Unit: "cps", By: []string{"name"}, Kind: Stack,
		Help:     "Lookups per second, hits and misses.",
		Replaces: []Panel{panel("Caches", "Cache request rate", perProcessCache)},
		term:     rate(metrics.CacheRequests),
	},
	{
		ID: "cache-size", Title: "Entries of caches", Unit: "short", By: []string{"name"}, Kind: Stack, Check: "cache-memory",
		Help:     "Entries by cache, over all processes.",
		Replaces: []Panel{panel("Caches", "Cache Size", perProcessCache)},
		term:     level(metrics.CacheSize),
	},
	{
		ID: "cache-entries", Title: "Entries in all caches", Unit: "short", Check: "cache-memory",
		Help: "Entries of all caches: what garbage collection has to visit.",
		term: level(metrics.CacheSize),
	},
	{
		ID: "cache-pending", Title: "Lookups that wait for one load", Unit: "none", By: []string{"name"},
		Help:  "Lookups that wait until somebody else's load of the same entry has ended.",
		Worry: "A cache that stays up: the query behind it is slow.",
		term:  level(metrics.CachePending),
	},
	{
		ID: "response-caches", Title: "Lookups in response caches", Unit: "cps", By: []string{"name"},
		Help: "Identical requests that share one answer. These caches have no size to set.",
		term: rate(metrics.ResponseCacheRequests),
	},
	{
		ID: "response-cache-hits", Title: "Hit ratio of response caches", Unit: "percentunit", By: []string{"name"},
		Help:     "Share of the identical requests that shared an answer.",
		Replaces: []Panel{panel("Response caches", "Response cache hit rate", "holds a second query that is empty")},
		term:     rankedBy(ratio(rate(metrics.ResponseCacheHits), rate(metrics.ResponseCacheRequests)), rate(metrics.ResponseCacheRequests)),
	},
	{
		ID: "response-cache-size", Title: "Answers in response caches", Unit: "short", By: []string{"name"},
		Help:     "Answers kept for identical requests.",
		Replaces: []Panel{panel("Response caches", "Response cache size", noUnit)},
		term:     level(metrics.ResponseCacheSize),
	},
}
