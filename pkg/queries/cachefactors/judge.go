package cachefactors

import (
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

// The verdicts.
const (
	raise        = "raise"
	probe        = "probe"
	keep         = "keep"
	lower        = "lower"
	notSizeBound = "not-size-bound"
	memoryBound  = "memory-bound"
	idle         = "idle"
	cannotTell   = "cannot-tell"
)

// Floors below which nothing is judged. Source: ours; a cache needs an hour or more to fill after a start.
const (
	enoughRequests = 1000
	settledAfter   = time.Hour
)

// A step is worth its memory when it could avoid this share and this number of misses. Source: ours; in 221 replayed
// simulations they rejected none that doubling helped by a tenth of its misses.
const (
	worthShare  = 0.1
	worthMisses = 50
)

// A cache is raised without a probe when its entries are asked for again (hit ratio) and leave early (residence time as
// a share of cache_entry_ttl): entries pushed out that soon would be asked for again. Source: ours; of 76 replayed
// simulations that meet both, doubling avoided a tenth of the misses or more in 70. What hits nothing looks like a scan
// that no size helps; of 18 such, 5 gained.
const (
	reusedFrom     = 0.3
	leavesEarly    = 0.1
	scanHitRatio   = 0.05
	raiseSureness  = 0.9 // 70 of 76
	probeSureness  = 0.6 // 64 of 111
	scanSureness   = 0.3 // 5 of 18
	expirySureness = 0.5 // ours: no proof for caches that are not LRU
	memorySureness = 0.7 // ours: rests on a setting that no metric confirms
	proved         = 1.0
	unjudged       = 0.0
)

// advice is the verdict on one row, how sure it is, and why.
type advice struct {
	verdict    string
	confidence float64
	reason     string
}

// rule judges a row or leaves it to the next rule.
type rule func(f facts, o options) (advice, bool)

// rules in their order: what can't be judged, what no size changes, what the bound rejects, what to raise.
var rules = []rule{tooFewRequests, noLimit, unreliable, justStarted, tooLarge, nothingDropped, notLRU, autotuned, boundTooSmall, largest}

func judge(f facts, o options) advice {
	for _, rule := range rules {
		if a, decided := rule(f, o); decided {
			return a
		}
	}
	return sizeBound(f, o)
}

func tooFewRequests(f facts, _ options) (advice, bool) {
	return advice{idle, proved, f.sayFew()}, f.requests < enoughRequests
}

// noLimit: no factor changes what these do.
func noLimit(f facts, _ options) (advice, bool) {
	if !f.listed {
		return advice{}, false
	}
	switch {
	case f.made.Keys == cachecatalogue.One:
		return advice{notSizeBound, proved, "It holds one entry at most: its size changes nothing."}, true
	case f.made.Keys == cachecatalogue.Few:
		return advice{notSizeBound, proved, "It has few possible entries: its size changes nothing."}, true
	case f.made.Kind != cachecatalogue.StreamChange && !f.made.Resizable:
		return advice{notSizeBound, proved, "It has no size limit: no factor changes it."}, true
	}
	return advice{}, false
}

// unreliable: the metrics say too little, or say it about another size.
func unreliable(f facts, _ options) (advice, bool) {
	reason := ""
	switch {
	case f.made.Kind == cachecatalogue.StreamChange:
		reason = "It answers \"has this changed since\": a miss is often a true yes, and Synapse does not count what it drops. A low hit ratio is normal here."
	case f.made.Keys == cachecatalogue.Shared:
		reason = "Each bridge has a cache of this name and the metrics show one of them only."
	case !f.dropsSeen:
		reason = "The metric of its evictions is absent, and only evictions tell whether a cache is too small."
	case f.resized:
		reason = "It was resized within the time range. Choose a range after the change, or one before it."
	case f.isLRU() && f.maxEntries == nil && f.sizeDrops > 0:
		reason = "The metric of its size is absent."
	}
	return advice{cannotTell, unjudged, reason}, reason != ""
}

func justStarted(f facts, _ options) (advice, bool) {
	return advice{cannotTell, unjudged, f.sayYoung()}, f.settled < enoughRequests
}

// mostlyHeld is the fill from which half the size holds less than now.
const mostlyHeld = 0.5

// tooLarge: memory is short, and next to nothing that it holds is asked for again. An entry that is asked for again is
// hit at least once, so a smaller size costs as many misses as there are hits at most.
func tooLarge(f facts, o options) (advice, bool) {
	fits := o.short(f.server) && f.isLRU() && f.maxEntries != nil && f.fullness > mostlyHeld
	return advice{lower, proved, f.sayTooLarge()}, fits && f.sizeDrops < worthShare*f.misses() && f.hits < worthShare*f.misses()
}

func nothingDropped(f facts, _ options) (advice, bool) {
	verdict := notSizeBound
	if f.fullness >= fullFrom {
		verdict = keep
	}
	return advice{verdict, proved, f.sayNothingDropped()}, f.sizeDrops+f.carried <= 0
}

// notLRU: an expiring cache drops its oldest entries, used or not, so the bound isn't proved for it.
func notLRU(f facts, _ options) (advice, bool) {
	if f.isLRU() {
		return advice{}, false
	}
	if f.sizeDrops < worthShare*f.misses() || f.sizeDrops < worthMisses {
		return advice{keep, expirySureness, f.sayFewDrops()}, true
	}
	return advice{probe, expirySureness, f.sayExpiring()}, true
}

// autotuned: with a memory limit the bound isn't proved, and which of the two drops more tells what holds the cache.
func autotuned(f facts, o options) (advice, bool) {
	switch {
	case !o.tuned(f.server):
		return advice{}, false
	case f.idleDrops >= f.sizeDrops:
		return advice{memoryBound, memorySureness, f.sayMemoryBound()}, true
	case f.sizeDrops < worthShare*f.misses() || f.sizeDrops < worthMisses:
		return advice{keep, memorySureness, f.sayFewDrops()}, true
	}
	return advice{probe, probeSureness, f.sayAutotunedFull()}, true
}

func boundTooSmall(f facts, _ options) (advice, bool) {
	sureness := proved
	if f.repeats() > 1 {
		sureness = raiseSureness
	}
	return advice{keep, sureness, f.sayBoundTooSmall()}, f.bound < worthShare*f.misses() || f.bound < worthMisses
}

// leastStep: a smaller one is not worth a restart.
const leastStep = 1.1

// largest: it has nearly the size above which nothing changes.
func largest(f facts, _ options) (advice, bool) {
	reached := f.useful != nil && f.maxEntries != nil && *f.useful < leastStep**f.maxEntries
	return advice{keep, proved, f.sayLargest()}, reached
}

// sizeBound is what remains: misses that a larger cache may avoid.
func sizeBound(f facts, o options) advice {
	hits := value(f.hitRatio())
	switch {
	case hits < scanHitRatio:
		return advice{probe, scanSureness, f.sayScan()}
	case o.common[f.server] >= playbookFactor:
		return advice{probe, probeSureness, f.sayProbe() + " " + sayPlaybook(o.common[f.server])}
	case hits >= reusedFrom && f.leavesEarly(o):
		return advice{raise, raiseSureness, f.sayRaise(o)}
	}
	return advice{probe, probeSureness, f.sayProbe()}
}

// leavesEarly tells whether entries go long before they would expire.
func (f facts) leavesEarly(o options) bool {
	stays := f.residence()
	return stays != nil && (o.CacheEntryTTL == 0 || *stays <= leavesEarly*o.CacheEntryTTL.Seconds())
}
