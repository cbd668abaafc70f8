package caches

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"

// Bound is how many misses of a time range a larger cache could avoid at most. With the same lookups, an LRU cache of
// n more entries avoids at most
//
//	min( misses, E + min( E(before), n ) )
//
// where E counts evictions because the cache was full, and E(before) those of the time before the range in which an unread
// entry still lives. Proof: an avoided miss hits in the larger cache and not in this one. The larger one still has the key, so
// since its last lookup it was neither invalidated nor did it expire: this one evicted it because it was full, after that
// lookup. Distinct misses have distinct evictions, as a miss writes the entry before the next lookup of it. Such an eviction
// is younger than cache_entry_ttl plus one round of expiry. What was evicted before the range counts as far as the larger
// cache can hold it next to what this one holds (LRU inclusion).
//
// It needs a constant size, and cache_autotuning to be off: what that evicts is counted otherwise. Where lookups are batched, a
// miss does not write its entry before the next lookup, and an eviction counts Repeats times: an estimate and no proof.
type Bound struct {
	Misses, Evicted, Before float64
	Repeats                 float64
}

// With is the bound for n more entries.
func (b Bound) With(n float64) float64 {
	return min(b.Misses, max(1, b.Repeats)*(b.Evicted+max(0, min(b.Before, n))))
}

// Bound is that of these measurements.
func (m *Measurements) Bound() Bound {
	return Bound{Misses: m.Misses(), Evicted: m.Evicted, Before: m.Before, Repeats: RepeatsOf(m.Cache)}
}

// RepeatsOf is the misses that one eviction of a cache can cause.
func RepeatsOf(cache string) float64 {
	if Named(cache).Batched() {
		return BatchRepeats.Value
	}
	return 1
}

// MayHelp tells whether a larger cache could avoid enough of its misses to look at it at all; both numbers are of the same
// time.
func MayHelp(cache string, misses, evicted float64) bool {
	return evicted > 0 && Bound{Misses: misses, Evicted: evicted, Repeats: RepeatsOf(cache)}.With(0) >= WorthShare.Value*misses
}

// avoidable is the bound for any size in PromQL: of each process, and then added up.
func (q Queries) avoidable() string {
	misses := "(" + q.increase(metrics.CacheRequests) + " - " + q.increase(metrics.CacheHits) + ")"
	evicted := "((" + q.evictedFull() + " + " + q.evictedBefore() + ") or " + q.evictedFull() + ")"
	return q.aggregate("sum", "("+misses+" <= "+evicted+") or "+evicted)
}

// evictedFull is what each process's caches evicted because they were full.
func (q Queries) evictedFull() string {
	return "sum without (reason) (" + q.full().Increase(q.matching(ReasonSize), metrics.Window(q.Window)) + ")"
}

// evictedBefore is the same before the window, as far as a larger cache could still hold it: as long ago as an entry stays
// unread, or ever, where entries don't expire.
func (q Queries) evictedBefore() string {
	if q.lifetime() == 0 {
		return "sum without (reason) (" + q.full().Of(q.matching(ReasonSize)+metrics.Offset(q.Window)) + ")"
	}
	return "sum without (reason) (" + q.full().Increase(q.matching(ReasonSize), metrics.Window(q.lifetime())+metrics.Offset(q.Window)) + ")"
}

// useful asks for the size above which nothing can change: what a cache without any limit would hold at most, which at any
// moment is its entries and what it evicted because it was full within the lifetime of an entry. Each point of the sliding
// maximum looks one step further back than an entry stays, so that the points together cover every moment, and the largest
// number of entries is taken apart, so the answer is never too small.
func (q Queries) useful() string {
	step := q.usefulStep()
	return q.aggregate("max", q.mostEntries()+" + max_over_time(("+q.evictedWithin(q.lifetime()+step)+")"+
		"["+seconds(q.Window)+":"+seconds(step)+"])")
}

// usefulAtTheEnd is its last piece, which the points of the sliding maximum may leave out.
func (q Queries) usefulAtTheEnd() string {
	return q.aggregate("max", q.mostEntries()+" + "+q.evictedWithin(q.lifetime()+q.usefulStep()))
}
