package checks

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

const (
	cacheWindow = time.Hour
	// cacheSettled is the uptime below which a process's caches may still be filling. Source: ours.
	cacheSettled = 3600
	// cacheFloor is the requests within the window below which a cache is not judged. Source: ours.
	cacheFloor = 1000.0
	// cacheWorth is the part of its misses that a larger cache must be able to avoid. Source: ours.
	cacheWorth = 0.1
	// cacheReused and cacheEarly: entries that are asked for again and leave long before they would expire. With both,
	// 70 of 76 replayed simulations gained by doubling; a hit ratio near nothing is a scan that no size helps.
	cacheReused, cacheEarly = 0.3, 0.1
	// cacheFactorHigh is the factor from which a server is run by a memory limit instead of sizes, as a well-known
	// playbook sets it up.
	cacheFactorHigh = 10.0
	// cacheLoop is how often Synapse looks for expired entries (lrucache.py).
	cacheLoop = 30 * time.Second
)

var cacheUndersized = Check{
	ID:    "cache-undersized",
	Title: "A cache is too small",
	Meaning: "A cache that is full drops entries that are soon asked for again; each such miss costs a database transaction. Only entries dropped for lack of room tell this: " +
		"a low hit ratio alone does not.",
	Decides: "Within the last hour, over the processes that have run for more than an hour: the misses that a larger cache could avoid at most, for which there is a proof " +
		"(no more than the entries dropped for lack of room, now and as long ago as an entry lives). From 1 per second and 10 % of the cache's misses it is a finding: a warning where its entries are asked for again and leave early, " +
		"an info where only a step and a measurement can tell. Caches with fewer than 1000 requests are not judged; with cache_autotuning none is.",
	Source: "The guide's example, and how Synapse's LRU cache counts. The 10 % and 1 per second are ours.",
	CannotKnow: "Whether misses would really be avoided: a loop a little longer than the cache and a scan look alike. A cache that is asked for many keys at once can miss a dropped entry several times: there the proof is an estimate. Ordinary invalidation is counted nowhere. " +
		"cache_autotuning and cache_entry_ttl are settings of this data source, no metric tells them.",
	Unit:    "cps",
	Warning: Threshold(1),
	Measures: func(w Where) map[string]string {
		q := cacheQuestions{w}
		drops := q.drops(cacheWindow, cachecatalogue.ReasonSize, "")
		return map[string]string{
			"counted":  "count " + PerServer + "(" + cachecatalogue.Evicted + w.Selector(query.Equal("reason", cachecatalogue.ReasonSize)) + ")",
			"evicted":  q.full(),
			"requests": q.among(q.sum(w.Increase(cachecatalogue.Requests, cacheWindow))),
			"hits":     q.among(q.sum(w.Increase(cachecatalogue.Hits, cacheWindow))),
			"bound":    q.among(q.sum(q.bound())),
			"expired":  q.among(q.sum(q.drops(cacheWindow, cachecatalogue.ReasonInvalidation, "") + " and " + drops + " > 0")),
			"entries":  q.among(q.sum(cachecatalogue.Size + w.Selector() + " and " + drops + " > 0")),
			"max":      q.among("max by (server_name, name) (" + cachecatalogue.MaxSize + w.Selector() + ")"),
			"resized":  q.among("max by (server_name, name) (changes(" + cachecatalogue.MaxSize + w.Selector() + w.Window(cacheWindow) + ")) > 0"),
		}
	},
	Judge: judgeCacheUndersized,
}

// cacheQuestions writes the PromQL about caches that are full; all sums are over settled processes.
type cacheQuestions struct{ Where }

// drops is what each process's caches dropped for one reason.
func (q cacheQuestions) drops(d time.Duration, reason, offset string) string {
	return "sum without (reason) (increase(" + cachecatalogue.Evicted + q.Selector(query.Equal("reason", reason)) + q.Window(d) + offset + "))"
}

// bound is the misses that a larger cache could have avoided at most, of each process: no more than it dropped for lack
// of room within the window, and before it as long ago as an entry lives (30 minutes by default, and one loop).
func (q cacheQuestions) bound() string {
	misses := "(" + q.Increase(cachecatalogue.Requests, cacheWindow) + " - " + q.Increase(cachecatalogue.Hits, cacheWindow) + ")"
	now := q.drops(cacheWindow, cachecatalogue.ReasonSize, "")
	before := q.drops(30*time.Minute+cacheLoop, cachecatalogue.ReasonSize, fmt.Sprintf(" offset %ds", int(cacheWindow.Seconds())))
	dropped := "((" + now + " + " + before + ") or " + now + ")"
	return "(" + misses + " <= " + dropped + ") or " + dropped
}

// sum adds up the processes that have run long enough.
func (q cacheQuestions) sum(promql string) string {
	return fmt.Sprintf("sum by (server_name, name) ((%s) unless on (job, index, instance) (time() - process_start_time_seconds%s < %d))",
		promql, q.Filters.ProcessSelector(), cacheSettled)
}

// full is the caches that drop the most for lack of room: one in ten seconds at least.
func (q cacheQuestions) full() string {
	return fmt.Sprintf("topk %s(10, %s > %g)", PerServer, q.sum(q.drops(cacheWindow, cachecatalogue.ReasonSize, "")), cacheWindow.Seconds()/10)
}

func (q cacheQuestions) among(promql string) string {
	return "(" + promql + ") and on (server_name, name) " + q.full()
}

// fullCache is one cache over the last hour; numbers are per second.
type fullCache struct {
	cachecatalogue.Cache
	listed                                                bool
	requests, misses, evicted, avoidable, entries, factor float64
	maxEntries, stays                                     float64
	resized                                               bool
}

func (c fullCache) hitRatio() float64 { return 1 - c.misses/c.requests }

func fullCaches(in Input) []fullCache {
	named := func(measurement, name string) float64 {
		for _, s := range in.Samples(measurement) {
			if s.Label("name") == name {
				return s.Value
			}
		}
		return 0
	}
	var all []fullCache
	for _, s := range in.Samples("evicted") {
		name, hour := s.Label("name"), cacheWindow.Seconds()
		made, listed := cachecatalogue.Lookup(name)
		c := fullCache{Cache: made, listed: listed, evicted: s.Value / hour, requests: named("requests", name) / hour, avoidable: named("bound", name) / hour,
			entries: named("entries", name), maxEntries: named("max", name), resized: named("resized", name) > 0}
		c.Name = name
		c.misses = max(0, c.requests-named("hits", name)/hour)
		if drops := c.evicted + named("expired", name)/hour; drops > 0 {
			c.stays = c.entries / drops
		}
		if made.BaseSize > 0 {
			c.factor = c.maxEntries / made.BaseSize
		}
		all = append(all, c)
	}
	return all
}

// judged tells whether a size of this cache means anything: no change-log caches, whose misses are often true answers,
// none with few possible entries, none that was resized just now.
func (c fullCache) judged() bool {
	if c.requests*cacheWindow.Seconds() < cacheFloor || c.resized {
		return false
	}
	if !c.listed {
		return true // of a module, made with @cached
	}
	return c.Resizable && c.Kind != cachecatalogue.StreamChange && c.Keys == cachecatalogue.Many
}

func judgeCacheUndersized(in Input) []Finding {
	if in.Options.CacheAutotuning {
		return Fine("cache_autotuning is on: a memory limit, and not sizes, decides what the caches hold. See cache-memory.")
	}
	if !in.Has("counted") {
		return Absent(cachecatalogue.Evicted)
	}
	var found []Finding
	for _, c := range fullCaches(in) {
		if c.judged() && c.avoidable >= in.Warning && c.avoidable >= cacheWorth*c.misses {
			found = append(found, c.finding(in))
		}
	}
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(*b.Value, *a.Value))
	})
	if len(found) == 0 {
		return Fine(fmt.Sprintf("Caches that drop entries for lack of room: %d. By being larger, none could avoid as much as %s misses per second and %s of its misses.",
			len(in.Samples("evicted")), number(in.Warning), percent(cacheWorth)))
	}
	return found
}

func (c fullCache) finding(in Input) Finding {
	ttl := in.Options.CacheEntryTTL.Seconds()
	f := in.Graded(c.avoidable, Finding{
		Subject: Subject{Name: c.Name},
		Title:   "The cache " + c.Name + " is too small",
		Evidence: fmt.Sprintf("%s is full (%.0f entries at most in a process): within the last hour it missed %s of %s requests per second (hit ratio %s) and dropped %s entries per second for lack of room. A larger one could avoid up to %s misses per second, %s of them.",
			c.Name, c.maxEntries, number(c.misses), number(c.requests), percent(c.hitRatio()), number(c.evicted), number(c.avoidable), percent(c.avoidable/max(c.misses, 1e-9))),
		Advice: "See what the cache factors say about it, and what the memory costs. Raise its factor by one step (double it, or half as much again where memory is short), reload the configuration, and measure again after a day, at the same hours: " +
			"misses should fall. If they don't, take the step back. Other caches need not change.",
		Remedy: "Query type cacheFactors: " + c.Name + " (caches.per_cache_factors." + cachecatalogue.Key(c.Name) + ").",
	})
	if c.stays > 0 {
		f.Evidence += fmt.Sprintf(" An entry stays for %s.", seconds(c.stays))
	}
	early := ttl == 0 || c.stays > 0 && c.stays <= cacheEarly*ttl
	switch {
	case c.factor >= cacheFactorHigh:
		f.Evidence += fmt.Sprintf(" Its factor is %s already.", number(c.factor))
		f.Advice = "With factors this high a memory limit (cache_autotuning) is usually meant to decide: if it is on, say so in the data source settings. " + f.Advice
	case c.listed && c.Kind != cachecatalogue.LRU:
		f.Evidence += " It drops its oldest entries, used or not, so this is a guess."
	case c.hitRatio() < cacheReused:
		f.Evidence += " Few of its entries are asked for twice: this looks like a scan, which no size helps."
	case !early:
		f.Evidence += " That is long, so what leaves may not be asked for again."
	default:
		return f
	}
	f.Severity, f.Confidence = min(f.Severity, Info), 0.5
	f.Title = "The cache " + c.Name + " may be too small"
	return f
}
