package caches

import (
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
)

// What decides about a cache.
var (
	EnoughRequests = limits.Limit{Name: "enoughRequests", Value: 1000, Meaning: "number of lookups below which a cache is not judged", Source: "ours"}
	// WorthShare and WorthMisses: a step is worth its memory when it could avoid this share and this number of misses.
	WorthShare = limits.Limit{Name: "worthShare", Value: 0.1, Unit: "percentunit", Meaning: "share of its misses that a larger cache must be able to avoid",
		Source: "ours: in 221 replayed simulations it rejected no cache that doubling helped by a tenth"}
	WorthMisses = limits.Limit{Name: "worthMisses", Value: 50, Meaning: "number of misses that a larger cache must be able to avoid", Source: "ours, as the share"}
	// Reused and EarlyShare: entries that are looked up again and evicted soon would be looked up again if they stayed.
	Reused = limits.Limit{Name: "reused", Value: 0.3, Unit: "percentunit", Meaning: "hit ratio from which a cache's entries are reused",
		Source: "ours, from replayed simulations"}
	EarlyShare = limits.Limit{Name: "early", Value: 0.1, Unit: "percentunit", Meaning: "share of cache_entry_ttl within which entries are evicted early",
		Source: "ours, from replayed simulations"}
	Scan = limits.Limit{Name: "scan", Value: 0.05, Unit: "percentunit", Meaning: "hit ratio below which a full cache looks like a scan, which no size helps",
		Source: "ours: below it, a scan and a loop somewhat larger than the cache show the same metrics"}
	// Playbook: a server whose caches are as large as this usually limits their memory instead.
	Playbook = limits.Limit{Name: "playbook", Value: 5, Meaning: "factor of most caches from which a memory limit is usually meant to decide",
		Source: "ours: half of what matrix-docker-ansible-deploy sets together with cache_autotuning"}
	Full = limits.Limit{Name: "full", Value: 0.9, Unit: "percentunit", Meaning: "fill from which a cache counts as full",
		Source: "ours: a cache that fills at peak hours only is near its limit"}
	// HalfFull: a cache that never holds more loses nothing at half the size, and frees nothing either.
	HalfFull = limits.Limit{Name: "halfFull", Value: 0.5, Unit: "percentunit", Meaning: "fill up to which half the size frees nothing", Source: "arithmetic"}
	// LeastStep: less than this is not worth a reload.
	LeastStep = limits.Limit{Name: "leastStep", Value: 1.1, Meaning: "smallest step, as a multiple of the size", Source: "ours"}
	// WorthEffect is what a step must have brought for another one.
	WorthEffect = limits.Limit{Name: "worthEffect", Value: 0.05, Unit: "percentunit", Meaning: "share of the misses that the last step must have avoided for another one",
		Source: "ours: simulated step by step"}
	// BatchRepeats is the misses that one evicted entry of a batched cache can cause.
	BatchRepeats = limits.Limit{Name: "batchRepeats", Value: 10, Meaning: "number of misses per eviction where Synapse looks up many keys at once",
		Source: "ours: four times what was seen on a real server"}
	// AloneShare: a process that does this much of the evicting alone is named.
	AloneShare = limits.Limit{Name: "alone", Value: 0.9, Unit: "percentunit", Meaning: "share of the evictions from which one process is named", Source: "ours"}
)

// What shows that cache_autotuning evicts at its memory limit.
var (
	// manyEarly: fewer caches that lose entries too soon have another reason, such as a purged room.
	manyEarly = limits.Limit{Name: "manyEarly", Value: 3, Meaning: "number of caches that lose unread entries too soon, in bursts", Source: "ours"}
	burst     = limits.Limit{Name: "burst", Value: 10, Meaning: "multiple of the mean rate that leaves within a minute or two", Source: "ours"}
)

// Steps double a cache: far enough to be measured, near enough to undo. Where memory is short a step is half of that.
// Source: simulated step by step, doubling with a measurement after each step came closest to the best factors.
const (
	FullStep  = 2.0
	ShortStep = 1.5
)

// expiryLoop is how often Synapse looks for entries older than cache_entry_ttl, so an entry leaves at most this much late.
// Source: lrucache.py, setup_expire_lru_cache_entries.
const expiryLoop = 30 * time.Second

// Lifetime is how long an unread entry stays in a cache at most; 0 means for ever.
func Lifetime(entryTTL time.Duration) time.Duration {
	if entryTTL == 0 {
		return 0
	}
	return entryTTL + expiryLoop
}
