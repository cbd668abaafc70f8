package model

import (
	"math"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
)

// Totals is what a window's series add up to.
type Totals struct {
	Requests, Misses float64
	MaxSize          float64 // at its end
	// Resized: max_size changed in the window or within reach of it.
	Resized bool

	Bound    caches.Bound
	smallest float64 // max size in reach
}

// totals adds up the window, and what was evicted within reach before it, which is infinite when the series begins later.
// Between samples both are taken on the safe side: evictions from the last sample before the look-back begins.
func totals(all []interval, repeats, ttl float64, w Window) Totals {
	reach := math.Inf(1)
	if ttl > 0 {
		reach = caches.Lifetime(seconds(ttl)).Seconds()
	}
	t := Totals{smallest: math.Inf(1), Bound: caches.Bound{Repeats: repeats}}
	for i := range all {
		iv := &all[i]
		if iv.fresh {
			t.Bound.Before = 0
		}
		switch {
		case iv.from >= w.From-1e-9:
			t.Requests += iv.requests
			t.Misses += iv.misses
			t.Bound.Evicted += iv.evicted
		case iv.to > w.From-reach:
			t.Bound.Before += iv.evicted
		default:
			continue
		}
		t.Resized = t.Resized || (t.MaxSize > 0 && iv.size != t.MaxSize)
		t.MaxSize = iv.size
		t.smallest = min(t.smallest, iv.size)
	}
	if len(all) > 0 && !all[0].fresh && all[0].from > w.From-reach {
		t.Bound.Before = math.Inf(1)
	}
	t.Bound.Misses = t.Misses
	return t
}

// Avoidable is the largest number of misses of the window that a cache of multiplier times the size could avoid.
func (t Totals) Avoidable(multiplier float64) float64 {
	if multiplier <= 1 || t.MaxSize <= 0 {
		return 0
	}
	return t.Bound.With(multiplier*t.MaxSize - t.smallest)
}

// HitRatio is what the window had; 0 without requests.
func (t Totals) HitRatio() float64 {
	if t.Requests <= 0 {
		return 0
	}
	return 1 - t.Misses/t.Requests
}

// limit is the hit ratio that no cache of multiplier times the size exceeds.
func (t Totals) limit(multiplier float64) float64 {
	if t.Requests <= 0 {
		return 0
	}
	return min(1, t.HitRatio()+t.Avoidable(multiplier)/t.Requests)
}
