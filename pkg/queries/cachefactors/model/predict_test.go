package model

import (
	"math"
	"testing"
)

// filled is a cache of 1000 entries that fills after a start and then drops an entry per miss; miss gives the miss ratio
// while it holds a share of its size.
func filled(miss func(share float64) float64) (Series, Window) {
	var s Series
	var requests, hits, evicted, entries float64
	for i := range 400 {
		s.Times = append(s.Times, float64(15*i))
		s.Requests = append(s.Requests, requests)
		s.Hits = append(s.Hits, hits)
		s.EvictedSize = append(s.EvictedSize, evicted)
		s.EvictedInvalidation = append(s.EvictedInvalidation, 0)
		s.Entries = append(s.Entries, entries)
		s.MaxSize = append(s.MaxSize, 1000)
		misses := 200 * miss(entries/1000)
		requests += 200
		hits += 200 - misses
		evicted += max(0, entries+misses-1000)
		entries = min(1000, entries+misses)
	}
	return s, Window{3000, 6000}
}

func TestPredictReadsTheFill(t *testing.T) {
	multipliers := []float64{1.5, 2, 4}
	flat, w := filled(func(share float64) float64 { return .6 })
	steep, _ := filled(func(share float64) float64 { return 1 - .4*share })
	f, s := Predict(flat, 1800, w, multipliers), Predict(steep, 1800, w, multipliers)
	if f.Predictions[1].HitRatio >= s.Predictions[1].HitRatio {
		t.Errorf("a fill that went on improving predicts %.3f, one that had stopped %.3f", s.Predictions[1].HitRatio, f.Predictions[1].HitRatio)
	}
	last := Prediction{}
	for _, p := range s.Predictions {
		if p.HitRatio < .4 || p.HitRatio < last.HitRatio || p.Low > p.HitRatio || p.High < p.HitRatio || p.High > p.Limit {
			t.Errorf("out of order: %+v after %+v", p, last)
		}
		last = p
	}
}

func TestPredictWidensWithoutAStart(t *testing.T) {
	s, w := filled(func(share float64) float64 { return 1 - .4*share })
	seen := Predict(s, 1800, w, []float64{2})
	s = s.from(150)
	blind := Predict(s, 1800, w, []float64{2})
	if width(blind) <= width(seen) {
		t.Errorf("width %.3f with the fill, %.3f without", width(seen), width(blind))
	}
}

func width(f Forecast) float64 { return f.Predictions[0].High - f.Predictions[0].Low }

func (s Series) from(i int) Series {
	return Series{s.Times[i:], s.Requests[i:], s.Hits[i:], s.EvictedSize[i:], s.EvictedInvalidation[i:], s.Entries[i:], s.MaxSize[i:], s.Repeats}
}

// TestPredictNothing: what can't be predicted must not end in nonsense.
func TestPredictNothing(t *testing.T) {
	scan, w := filled(func(float64) float64 { return 1 })
	roomy, _ := filled(func(share float64) float64 { return max(0, .5-share) })
	all, _ := filled(func(share float64) float64 { return max(0, .001-share) })
	for name, s := range map[string]Series{"scan": scan, "never full": roomy, "hits all": all, "empty": {}, "one sample": scan.from(399)} {
		f := Predict(s, 1800, w, []float64{1.5, 2})
		for _, p := range f.Predictions {
			if math.IsNaN(p.HitRatio+p.Low+p.High+p.Limit) || p.HitRatio > p.Limit || p.Low > p.High {
				t.Errorf("%s: %+v", name, p)
			}
		}
		if gain := f.Predictions[1].HitRatio - f.HitRatio(); gain > .005 {
			t.Errorf("%s: predicts a gain of %.3f", name, gain)
		}
	}
	if p := Predict(scan, 1800, w, []float64{2}).Predictions[0]; p.High != p.Limit || p.Limit != 1 {
		t.Errorf("a scan may be a loop, up to the bound: %+v", p)
	}
}

// BenchmarkTenProcesses predicts 1000 caches of 400 samples, as many as ten processes have; every fifth is left open by its
// bound. The aim is 1 s on two cores.
func BenchmarkTenProcesses(b *testing.B) {
	open, _ := filled(func(share float64) float64 { return 1 - .4*share })
	closed, w := filled(func(share float64) float64 { return max(0, .5-share) })
	b.ReportAllocs()
	for b.Loop() {
		for i := range 1000 {
			s := closed
			if i%5 == 0 {
				s = open
			}
			Predict(s, 1800, w, []float64{1.5, 2, 3, 4, 6, 10, 20})
		}
	}
}
