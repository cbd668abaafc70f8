package cachefactors

import (
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

// key names one row: a cache of a homeserver, or of one process of it.
type key struct{ server, cache, job, index, instance string }

func keyOf(m model.Metric) key {
	return key{string(m["server_name"]), string(m["name"]), string(m["job"]), string(m["index"]), string(m["instance"])}
}

// facts is what the metrics tell about one row. Counts are over the whole window.
type facts struct {
	key
	made   cachecatalogue.Cache
	listed bool // the catalogue has it

	window    time.Duration
	requests  float64
	hits      float64
	settled   float64 // requests of processes that have run for an hour
	sizeDrops float64 // dropped because the cache was full
	idleDrops float64 // LRU: unused for cache_entry_ttl, or memory limit
	dropsSeen bool    // the metric of drops is there
	carried   float64 // dropped for lack of room before the window, near enough to count
	bound     float64 // avoidable misses, by any size

	entries     *float64 // of the largest process
	fullEntries float64  // of the processes that drop some for lack of room
	maxEntries  *float64 // of the largest process
	uneven      bool     // processes differ in max entries
	fullness    float64  // of the fullest process, at its fullest moment
	resized     bool
	hurried     bool // entries leave unused sooner than cache_entry_ttl lets them
	processes   int
	alone       string   // the process that does nearly all the dropping, where there are several
	useful      *float64 // entries above which nothing changes
	bytes       *float64
}

// BatchRepeats is how many misses one dropped entry of a batched cache is taken to cause at most. Source: ours, four times
// what was seen on a real server.
const BatchRepeats = 10

// repeats is theory.Series.Repeats of the cache.
func (k key) repeats() float64 {
	if made, listed := cachecatalogue.Lookup(k.cache); listed && made.Batched() {
		return BatchRepeats
	}
	return 1
}

func (f facts) misses() float64 { return max(0, f.requests-f.hits) }

func (f facts) perSecond(count float64) float64 { return count / f.window.Seconds() }

// hitRatio is nil for a cache that nobody asked.
func (f facts) hitRatio() *float64 {
	if f.requests <= 0 {
		return nil
	}
	return known(min(1, f.hits/f.requests))
}

// provable: the proof of the bound needs an LRU cache of constant size, whose entries nothing but size and age drops.
func (f facts) provable(o options) bool {
	return f.dropsSeen && !f.resized && !o.tuned(f.server) && f.isLRU() && f.maxEntries != nil
}

// isLRU: a cache that the catalogue does not know is a Synapse module's, which is made with @cached.
func (f facts) isLRU() bool { return !f.listed || f.made.Kind == cachecatalogue.LRU }

// fullFrom is the fill from which a cache counts as full. Source: ours; an LRU cache that drops for lack of room is at
// its limit, one that fills at peak hours only is near it.
const fullFrom = 0.9

// residence is how long an entry stays in a full cache: entries divided by drops per second (Little's law), in seconds.
func (f facts) residence() *float64 {
	drops := f.sizeDrops + f.idleDrops
	if f.fullness < fullFrom || f.sizeDrops <= 0 || !f.isLRU() {
		return nil
	}
	return known(f.fullEntries / f.perSecond(drops))
}

func known(v float64) *float64 { return &v }

func value(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}
