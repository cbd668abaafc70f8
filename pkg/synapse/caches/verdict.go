package caches

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"

// Verdict is what is to be done about a cache's size.
type Verdict string

// The verdicts.
const (
	Raise        Verdict = "raise"
	Probe        Verdict = "probe"
	Keep         Verdict = "keep"
	Lower        Verdict = "lower"
	NotSizeBound Verdict = "not-size-bound"
	MemoryBound  Verdict = "memory-bound"
	Idle         Verdict = "idle"
	CannotTell   Verdict = "cannot-tell"
)

// Advised tells whether a step up is.
func (v Verdict) Advised() bool { return v == Raise || v == Probe }

// Judgement is the verdict on one cache, how sure it is, what it rests on, and what to do.
type Judgement struct {
	Verdict    Verdict
	Confidence float64
	Reason     string
	Advice     string
}

// How sure a verdict is. Source: of the replayed simulations that it was given, how many gained a tenth of their misses by
// doubling (docs/cache-model.md); ours where none apply.
const (
	SureRaise  = 0.9
	sureProbe  = 0.6
	sureScan   = 0.2
	sureExpiry = 0.5 // ours: nothing is proved of caches that are not LRU
	sureMemory = 0.7 // ours: rests on a setting that no metric confirms
	sureEffect = 0.8 // ours: a loop of keys hits nothing until all of it fits
	proved     = 1.0
	unjudged   = 0.0
)

// rule judges a cache or leaves it to the next rule.
type rule func(m *Measurements, h Homeserver) (Judgement, bool)

// rules in their order: what can't be judged, what no size changes, what the bound rejects; what is left may be too small.
var rules = []rule{tooFewRequests, noCapacity, unreliable, justStarted, tooLarge, neverFull, notLRU, autotuned, boundTooSmall, largest}

// Judge gives the verdict on a cache. A step up whose predecessor brought too little is not advised again.
func Judge(m *Measurements, h Homeserver) Judgement {
	judged := judge(m, h)
	if brought := m.broughtByLastStep(); judged.Verdict.Advised() && brought != nil && *brought < WorthEffect.Value {
		return Judgement{Keep, sureEffect, m.sayLastStep(), "That is too little for another step; undo it if memory is short."}
	}
	return judged
}

func judge(m *Measurements, h Homeserver) Judgement {
	for _, rule := range rules {
		if judged, decided := rule(m, h); decided {
			return judged
		}
	}
	return sizeBound(m, h)
}

func tooFewRequests(m *Measurements, _ Homeserver) (Judgement, bool) {
	return Judgement{Verdict: Idle, Confidence: proved, Reason: m.sayFewRequests()}, m.Requests < EnoughRequests.Value
}

// noCapacity: no factor changes what these do.
func noCapacity(m *Measurements, _ Homeserver) (Judgement, bool) {
	reason := ""
	switch made := Named(m.Cache); {
	case made.Keys == One:
		reason = "It holds one entry at most, so its size changes nothing."
	case made.Keys == Few:
		reason = "It has few possible entries, so its size changes nothing."
	case made.Kind != StreamChange && !made.Resizable:
		reason = "It has no maximum size, so no factor changes it."
	}
	return Judgement{Verdict: NotSizeBound, Confidence: proved, Reason: reason}, reason != ""
}

// unreliable: the metrics say too little, or say it about another size.
func unreliable(m *Measurements, _ Homeserver) (Judgement, bool) {
	reason := ""
	switch made := Named(m.Cache); {
	case made.Kind == StreamChange:
		reason = `It answers "has this changed since?": a miss is often a true yes, and Synapse does not count its evictions. A low hit ratio is normal here.`
	case made.Keys == Shared:
		reason = "Each bridge has a cache of this name, and the metrics show only one of them."
	case !m.EvictionsSeen:
		reason = "The metric of its evictions is absent, and only evictions show whether a cache is too small."
	case m.Resized:
		reason = "It was resized within the time range. Choose a range after or before the change."
	case m.isLRU() && m.MaxEntries == nil && m.Evicted > 0:
		reason = "The metric of its size is absent."
	}
	return Judgement{Verdict: CannotTell, Confidence: unjudged, Reason: reason}, reason != ""
}

func justStarted(m *Measurements, _ Homeserver) (Judgement, bool) {
	return Judgement{Verdict: CannotTell, Confidence: unjudged, Reason: m.sayCold(), Advice: "Look again when they have."}, m.Warm < EnoughRequests.Value
}

// tooLarge: memory is short, and next to nothing that it holds is looked up again. An entry that is looked up again is hit at
// least once, so a smaller size costs as many misses as there are hits at most.
func tooLarge(m *Measurements, h Homeserver) (Judgement, bool) {
	fits := h.Short() && m.isLRU() && m.MaxEntries != nil && m.Fill > HalfFull.Value
	unused := m.Evicted < WorthShare.Value*m.Misses() && m.Hits < WorthShare.Value*m.Misses()
	return Judgement{Verdict: Lower, Confidence: proved, Reason: m.sayTooLarge()}, fits && unused
}

func neverFull(m *Measurements, _ Homeserver) (Judgement, bool) {
	verdict := NotSizeBound
	if m.Fill >= Full.Value {
		verdict = Keep
	}
	return Judgement{Verdict: verdict, Confidence: proved, Reason: m.sayNothingEvicted()}, m.Evicted+m.Before <= 0
}

// fewEvictions: too few for a step to be worth it, whether they bound the misses or not.
func (m *Measurements) fewEvictions() bool {
	return m.Evicted < WorthShare.Value*m.Misses() || m.Evicted < WorthMisses.Value
}

// notLRU: an expiring cache evicts its oldest entries, used or not, so the bound isn't proved for it.
func notLRU(m *Measurements, _ Homeserver) (Judgement, bool) {
	switch {
	case m.isLRU():
		return Judgement{}, false
	case m.fewEvictions():
		return Judgement{Verdict: Keep, Confidence: sureExpiry, Reason: m.sayFewEvictions()}, true
	}
	return Judgement{Probe, sureExpiry, m.sayExpiring(), oneStep}, true
}

// autotuned: with a memory limit the bound isn't proved, and which of the two evicts more tells what holds the cache.
func autotuned(m *Measurements, h Homeserver) (Judgement, bool) {
	switch {
	case !h.Autotuning():
		return Judgement{}, false
	case m.Unread >= m.Evicted:
		return Judgement{MemoryBound, sureMemory, m.sayMemoryBound(), moreMemory}, true
	case m.fewEvictions():
		return Judgement{Verdict: Keep, Confidence: sureMemory, Reason: m.sayFewEvictions()}, true
	}
	return Judgement{Probe, sureProbe, m.sayAutotunedFull(), oneStep}, true
}

func boundTooSmall(m *Measurements, _ Homeserver) (Judgement, bool) {
	sure := proved
	if RepeatsOf(m.Cache) > 1 {
		sure = SureRaise
	}
	small := m.Avoidable < WorthShare.Value*m.Misses() || m.Avoidable < WorthMisses.Value
	return Judgement{Verdict: Keep, Confidence: sure, Reason: m.sayLimit(), Advice: "That is not worth a step."}, small
}

// largest: it has nearly the size above which nothing changes.
func largest(m *Measurements, _ Homeserver) (Judgement, bool) {
	reached := m.Useful != nil && m.MaxEntries != nil && *m.Useful < LeastStep.Value**m.MaxEntries
	return Judgement{Verdict: Keep, Confidence: proved, Reason: m.sayLargest()}, reached
}

// sizeBound is what remains: misses that a larger cache may avoid. It is raised without a probe where entries are looked up
// again and evicted early.
func sizeBound(m *Measurements, h Homeserver) Judgement {
	switch {
	case m.hitRatio() < Scan.Value:
		return Judgement{Probe, sureScan, m.sayScan(), oneStep + " " + undo}
	case h.Playbook():
		return Judgement{Probe, sureProbe, m.sayProbe(h), oneStep + " " + h.sayPlaybook()}
	case m.hitRatio() >= Reused.Value && m.leavesEarly(h):
		return Judgement{Raise, SureRaise, m.sayRaise(h), "Raise the factor one step, then look again."}
	}
	return Judgement{Probe, sureProbe, m.sayProbe(h), oneStep}
}

// leavesEarly tells whether entries go long before they would expire.
func (m *Measurements) leavesEarly(h Homeserver) bool {
	stays := m.Residence()
	return stays != nil && (h.EntryTTL == 0 || *stays <= EarlyShare.Value*h.EntryTTL.Seconds())
}

// Limits are the numbers that decide whether a cache is too small.
var Limits = []limits.Limit{EnoughRequests, limits.Warm, WorthShare, WorthMisses, Reused, EarlyShare, Scan, Playbook, Full, LeastStep, WorthEffect, BatchRepeats}
