package compare

import (
	"github.com/matrix-insight/synapse-datasource/lab/servers/synapse"
)

const (
	sizeMetric = "synapse_util_caches_cache_size"
	maxMetric  = "synapse_util_caches_cache_max_size"
)

// CacheFactors compares the table of caches: fill, limit, factor, traffic and size evictions of each cache on each
// homeserver, and that every cache with a limit has its row.
func CacheFactors(report *Report, rows []Row, truths Truths) {
	for name, mine := range keyed(report, rows, "cache", truths) {
		truth := truths[name]
		entries, limits := truth.Last(sizeMetric, "name", nil), truth.Last(maxMetric, "name", nil)
		lookups, hits := truth.Increases(lookupMetric, "name", nil), truth.Increases(hitsMetric, "name", nil)
		evictions := truth.Increases(evictMetric, "name", sizeEvictions)
		for cache, limit := range limits {
			row, shown := mine[cache]
			report.Check(shown, "%s: cache %s is missing", name, cache)
			if !shown {
				continue
			}
			report.Number(label(name, cache, "entries"), row.Number("entries"), Exactly(entries[cache]))
			report.Number(label(name, cache, "max_entries"), row.Number("max_entries"), Exactly(limit))
			report.Number(label(name, cache, "current_factor"), row.Number("current_factor"), factors(cache, limit))
			traffic(report, name, cache, row, truth.Window, lookups[cache], hits[cache], evictions[cache])
		}
		for cache := range mine {
			_, known := entries[cache]
			report.Check(known, "%s has no cache %s", name, cache)
		}
	}
}

func traffic(report *Report, name, cache string, row Row, window Window, lookups, hits, evictions Span) {
	perSecond := 1 / window.Seconds()
	misses := Span{lookups.Low - hits.High, lookups.High - hits.Low}
	report.Number(label(name, cache, "requests_per_second"), row.Number("requests_per_second"), lookups.Times(perSecond))
	report.Number(label(name, cache, "misses_per_second"), row.Number("misses_per_second"), misses.Times(perSecond))
	report.Number(label(name, cache, "size_evictions_per_second"), row.Number("size_evictions_per_second"),
		evictions.Times(perSecond))
	if lookups.Low > 0 {
		report.Number(label(name, cache, "hit_ratio"), row.Number("hit_ratio"), ratio(hits, lookups))
	}
}

// factors are what max/base may be under the factor in homeserver.yaml: max is the whole part of base × factor.
func factors(cache string, limit float64) Span {
	configured, set := synapse.CacheFactors[cache]
	if !set {
		configured = 0.5
	}
	return Span{configured * limit / (limit + 1), configured}
}
