package model

import (
	"math"
	"slices"
	"sort"
)

// Prediction is the hit ratio expected at a multiple of the present size.
type Prediction struct {
	Multiplier float64
	HitRatio   float64
	Low, High  float64 // 80 % interval
	Limit      float64 // proved: no cache of that size exceeds it
}

// Avoided is the share of the present misses that the prediction avoids.
func (p Prediction) Avoided(present float64) float64 {
	if present >= 1 {
		return 0
	}
	return max(0, (p.HitRatio-present)/(1-present))
}

// Forecast is what Predict finds, and what it rests on.
type Forecast struct {
	Predictions []Prediction // in the order of the multipliers
	Bounds      Bounds
	Starts      int     // fills after a start that were seen from beginning to end
	Points      int     // half octaves of sizes whose hit ratio a fill showed
	Clumping    float64 // index of dispersion of misses, 1 when they come one by one
	LoadSlope   float64 // by how much misses grow more than requests in busy hours
	// Confidence in the prediction, 0 to 1. It is a grade, not a probability; 1 only for what is proved.
	Confidence float64
}

// Predict estimates the hit ratio at each multiplier (ascending, above 1). ttl is cache_entry_ttl in seconds, 0 when
// entries never expire. Give it samples back to the last restart, and to twice the ttl before the window for the largest
// useful size; without a restart in sight its interval is wider.
func Predict(s Series, ttl float64, w Window, multipliers []float64) Forecast {
	return Tuned.Predict(s, ttl, w, multipliers)
}

// Predict with other constants.
func (k *Constants) Predict(s Series, ttl float64, w Window, multipliers []float64) Forecast {
	all := s.intervals()
	all = all[:sort.Search(len(all), func(i int) bool { return all[i].to > w.To })]
	b := findBounds(all, s.Repeats, ttl, w)
	f := Forecast{Bounds: b, Predictions: make([]Prediction, len(multipliers)), Confidence: 1, Clumping: 1}
	for i, x := range multipliers {
		f.Predictions[i] = Prediction{x, b.HitRatio(), b.HitRatio(), b.HitRatio(), b.HitRatioLimit(x)}
	}
	if len(multipliers) == 0 || b.Avoidable(multipliers[len(multipliers)-1]) <= 0 {
		return f
	}
	first := sort.Search(len(all), func(i int) bool { return all[i].from >= w.From-1e-9 })
	t := target{
		Constants: k, hitRatio: b.HitRatio(), size: b.MaxSize, ratios: multipliers, perTTL: math.Inf(1),
		fill: findFill(all, 1-b.HitRatio()), texture: findTexture(all[first:]),
	}
	if ttl > 0 {
		t.perTTL = b.Requests / (w.To - w.From) * ttl / b.MaxSize
	}
	fits := t.fit()
	for i := range f.Predictions {
		t.correct(&f.Predictions[i], summarise(fits, i), b)
	}
	f.Starts, f.Points = t.fill.fills, len(t.fill.points)
	f.Clumping, f.LoadSlope = t.texture.clumping, t.texture.slope
	f.Confidence = f.confidence()
	return f
}

// expected is the mean over the shapes and their 10 and 90 % quantiles; known is false where no shape fits.
type expected struct {
	mean, low, high float64
	known           bool
}

func summarise(fits []fitted, i int) expected {
	if len(fits) == 0 {
		return expected{}
	}
	slices.SortFunc(fits, func(a, b fitted) int {
		switch {
		case a.hits[i] < b.hits[i]:
			return -1
		case a.hits[i] > b.hits[i]:
			return 1
		}
		return 0
	})
	e := expected{known: true, low: math.NaN(), high: fits[len(fits)-1].hits[i]}
	sum := 0.0
	for _, f := range fits {
		e.mean += f.weight * f.hits[i]
		if sum < .9 && sum+f.weight >= .9 {
			e.high = f.hits[i]
		}
		sum += f.weight
		if math.IsNaN(e.low) && sum >= .1 {
			e.low = f.hits[i]
		}
	}
	return e
}

// Grades of confidence: with points of a fill, with the fill alone, without, and where a cache hits next to nothing.
// Source: ours, ordered by the errors on simulated caches.
const (
	sureWithPoints = .9
	sureWithFill   = .8
	sureWithout    = .6
	sureOfNothing  = .3
)

// confidence is the grade less what the interval at the smallest multiplier leaves open, as a share of the misses.
func (f *Forecast) confidence() float64 {
	h0 := f.Bounds.HitRatio()
	grade := sureWithout
	switch {
	case h0 < nothingHit:
		return sureOfNothing
	case f.Points >= 2:
		grade = sureWithPoints
	case f.Starts > 0:
		grade = sureWithFill
	}
	p := f.Predictions[0]
	return grade * (1 - min(1, (p.High-p.Low)/max(1e-9, 1-h0)))
}
