// Package compare holds the plugin's answers, and Prometheus' own, against what Synapse's /metrics and PostgreSQL say
// directly.
package compare

import "time"

// Sample is one value of one series.
type Sample struct {
	At    time.Time
	Value float64
}

// Span is a number that depends on how a version of Prometheus rounds: any value in it is right. Nearly always its
// ends are equal.
type Span struct{ Low, High float64 }

// Times scales a span.
func (s Span) Times(factor float64) Span { return Span{s.Low * factor, s.High * factor} }

// Increase is PromQL's increase() over the samples of a window: the growth between the first and the last sample,
// resets counted, carried on to the ends of the window by the rules of Prometheus. Nothing is known from one sample.
func Increase(samples []Sample, start, end time.Time) (Span, bool) {
	if len(samples) < 2 {
		return Span{}, false
	}
	first, last := samples[0], samples[len(samples)-1]
	growth := last.Value - first.Value
	for i, sample := range samples[1:] {
		if sample.Value < samples[i].Value {
			growth += samples[i].Value
		}
	}
	sampled := last.At.Sub(first.At).Seconds()
	gap := sampled / float64(len(samples)-1)
	before, after := first.At.Sub(start).Seconds(), end.Sub(last.At).Seconds()
	zero := before // where the counter would have been zero
	if growth > 0 && first.Value >= 0 {
		zero = sampled * first.Value / growth
	}
	if after >= gap*1.1 {
		after = gap / 2
	}
	// Before 3.0 the way to zero was cut first and the threshold applied to what was left.
	older, newer := min(before, zero), before
	if older >= gap*1.1 {
		older = gap / 2
	}
	if newer >= gap*1.1 {
		newer = gap / 2
	}
	newer = min(newer, zero)
	low := growth * (sampled + min(older, newer) + after) / sampled
	high := growth * (sampled + max(older, newer) + after) / sampled
	return Span{low, high}, true
}
