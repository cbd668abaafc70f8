package caches

import (
	"math"

	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

const (
	// daysBack are compared with: a change is followed up for a week at most.
	daysBack = 7
	// leastDays before the change tell how much a cache differs from day to day. Source: ours.
	leastDays = 3
)

// Day is one cache over the same hours of one day.
type Day struct {
	Requests, Misses float64
	MaxSize          float64 // of its largest process, at the end of these hours; 0 when unknown
	// Disturbed: the size changed or a process started, within these hours or within cache_entry_ttl before them.
	Disturbed bool
}

func (d Day) usable() bool {
	return !d.Disturbed && d.Requests >= EnoughRequests.Value && d.MaxSize > 0
}

func (d Day) missRatio() float64 { return d.Misses / d.Requests }

// Effect is what a cache's last change of size did: its miss ratio of some hours after it against that of the same hours of
// the days before it.
type Effect struct {
	From, To float64 // max entries
	Avoided  float64 // share of the misses that it avoided at the same lookups; negative when there are more
	// Usual is the largest difference of the miss ratio between two days before the change, as a share, and at least what
	// counting leaves open.
	Usual float64
}

// Clear tells whether the effect stands out from what is usual.
func (e Effect) Clear() bool { return math.Abs(e.Avoided) > e.Usual }

// Change is "12% fewer misses".
func (e Effect) Change() string {
	if e.Avoided < 0 {
		return words.Percent(-e.Avoided) + " more misses"
	}
	return words.Percent(e.Avoided) + " fewer misses"
}

// broughtByLastStep is the share of the misses that the last step avoided; nil before the first, and where it can't be told
// from what changes from day to day anyway.
func (m *Measurements) broughtByLastStep() *float64 {
	if m.LastStep == nil {
		return nil
	}
	small := m.LastStep.Avoided < WorthEffect.Value && m.LastStep.Usual < WorthShare.Value
	if small || m.LastStep.Clear() {
		return &m.LastStep.Avoided
	}
	return nil
}

// LastEffect finds the last change of size and its effect; found is false where none is seen, or too little before or after
// it is comparable. days are in falling order, the latest first.
func LastEffect(days []Day) (e Effect, found bool) {
	if len(days) == 0 || !days[0].usable() {
		return e, false
	}
	e.To = days[0].MaxSize
	change := 0
	for change < len(days) && (days[change].MaxSize == e.To || days[change].MaxSize == 0) {
		change++
	}
	if change == len(days) {
		return e, false
	}
	e.From = days[change].MaxSize
	after, before := usableDays(days[:change], e.To), usableDays(days[change:], e.From)
	if len(before) < leastDays {
		return e, false
	}
	a, b := sumOf(after), sumOf(before)
	if b.Misses <= 0 {
		return e, false
	}
	e.Avoided = 1 - a.missRatio()/b.missRatio()
	e.Usual = 2 * math.Sqrt(1/max(1, a.Misses)+1/b.Misses)
	for i := 1; i < len(before); i++ {
		if earlier := before[i].missRatio(); earlier > 0 {
			e.Usual = max(e.Usual, math.Abs(before[i-1].missRatio()/earlier-1))
		}
	}
	return e, true
}

// usableDays are the comparable days up to the first of another size.
func usableDays(days []Day, size float64) (kept []Day) {
	for _, d := range days {
		if d.MaxSize > 0 && d.MaxSize != size {
			break
		}
		if d.usable() {
			kept = append(kept, d)
		}
	}
	return kept
}

func sumOf(days []Day) (total Day) {
	for _, d := range days {
		total.Requests += d.Requests
		total.Misses += d.Misses
	}
	return total
}
