package cachefactors

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

// expiryLoop is how often Synapse looks for entries older than cache_entry_ttl (lrucache.py,
// setup_expire_lru_cache_entries): an entry leaves at most this much late.
const expiryLoop = 30 * time.Second

// questions writes the PromQL about a selection of caches. Everything is over the whole window, at its end.
type questions struct {
	filters  query.Filters
	names    []string // empty: all
	by       string   // the labels of one row
	window   time.Duration
	memory   time.Duration // how long an entry stays unused at most; 0: for ever
	interval time.Duration // between scrapes
}

func seconds(d time.Duration) string { return fmt.Sprintf("%ds", int(d.Seconds())) }

func (q questions) selector(more ...query.Matcher) string {
	return q.filters.Selector(append([]query.Matcher{query.OneOf("name", q.names)}, more...)...)
}

func (q questions) in(d time.Duration) string { return "[" + seconds(d) + "]" }

func (q questions) increase(metric string) string {
	return "increase(" + metric + q.selector() + q.in(q.window) + ")"
}

func (q questions) aggregate(how, promql string) string {
	return how + " by (" + q.by + ") (" + promql + ")"
}

func (q questions) requests() string {
	return q.aggregate("sum", q.increase(cachecatalogue.Requests))
}

func (q questions) hits() string { return q.aggregate("sum", q.increase(cachecatalogue.Hits)) }

func (q questions) drops() string {
	return "sum by (" + q.by + ", reason) (" + q.increase(cachecatalogue.Evicted) + ")"
}

// settled is the requests made by processes that have run for an hour; a process without a known start counts.
func (q questions) settled() string {
	young := fmt.Sprintf("(time() - process_start_time_seconds%s < %d)", q.filters.ProcessSelector(), int(settledAfter.Seconds()))
	return q.aggregate("sum", q.increase(cachecatalogue.Requests)+" unless on (job, index, instance) "+young)
}

func (q questions) starts() string {
	return "count(process_start_time_seconds" + q.filters.ProcessSelector() + ")"
}

func (q questions) full() string {
	return cachecatalogue.Evicted + q.selector(query.Equal("reason", cachecatalogue.ReasonSize))
}

// evicted is the size evictions of each process in the window.
func (q questions) evicted() string {
	return "sum without (reason) (increase(" + q.full() + q.in(q.window) + "))"
}

// before is the size evictions of each process before the window whose entries a larger cache could still hold: as
// long ago as an entry stays unused, or ever, where entries don't expire.
func (q questions) before() string {
	if q.memory == 0 {
		return "sum without (reason) (" + q.full() + " offset " + seconds(q.window) + ")"
	}
	return "sum without (reason) (increase(" + q.full() + q.in(q.memory) + " offset " + seconds(q.window) + "))"
}

func (q questions) carried() string { return q.aggregate("sum", q.before()) }

// bound is how many misses a cache of any size could have avoided at most, of each process and then added up: an
// avoided miss asks for an entry that was dropped for lack of room after it was last used, at most cache_entry_ttl and
// one loop ago, so avoided ≤ min(misses, size evictions in the window and just before it). It holds for LRU caches
// whose size did not change in the window, without cache_autotuning.
func (q questions) bound() string {
	misses := "(" + q.increase(cachecatalogue.Requests) + " - " + q.increase(cachecatalogue.Hits) + ")"
	evicted := "((" + q.evicted() + " + " + q.before() + ") or " + q.evicted() + ")"
	return q.aggregate("sum", "("+misses+" <= "+evicted+") or "+evicted)
}

// worst is the process with the most size evictions of each cache.
func (q questions) worst() string { return "topk by (server_name, name) (1, " + q.evicted() + " > 0)" }

func (q questions) entries(how string) string {
	return q.aggregate(how, cachecatalogue.Size+q.selector())
}

// fullEntries is the entries of the processes that drop some for lack of room.
func (q questions) fullEntries() string {
	return q.aggregate("sum", cachecatalogue.Size+q.selector()+" and "+q.evicted()+" > 0")
}

func (q questions) maxEntries(how string) string {
	return q.aggregate(how, cachecatalogue.MaxSize+q.selector())
}

// fullness is the fill of the fullest process at its fullest moment, 0..1.
func (q questions) fullness() string {
	return q.aggregate("max", "max_over_time("+cachecatalogue.Size+q.selector()+q.in(q.window)+") / "+cachecatalogue.MaxSize+q.selector())
}

// resized is the caches whose size changed: within a series, and from the range's start to its end, as a process that
// restarts in Kubernetes has another instance.
func (q questions) resized() string {
	size := cachecatalogue.MaxSize + q.selector()
	return q.aggregate("max", "changes("+size+q.in(q.window)+")") + " > 0 or " +
		q.maxEntries("max") + " != " + q.aggregate("max", size+" offset "+seconds(q.window))
}

func (q questions) bytes() string { return q.aggregate("sum", cachecatalogue.SizeBytes+q.selector()) }
