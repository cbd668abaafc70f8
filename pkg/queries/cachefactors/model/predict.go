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

// Forecast is what Predict finds.
type Forecast struct {
	Totals
	Predictions []Prediction // in the order of the multipliers
}

// Predict estimates the hit ratio at each multiplier (ascending, above 1). ttl is cache_entry_ttl in seconds, 0 when
// entries never expire. Give it samples back to the last restart; without a restart in sight its interval is wider.
func Predict(s Series, ttl float64, w Window, multipliers []float64) Forecast {
	return Tuned.Predict(s, ttl, w, multipliers)
}

// Predict with other constants.
func (k *Constants) Predict(s Series, ttl float64, w Window, multipliers []float64) Forecast {
	all := s.intervals()
	all = all[:sort.Search(len(all), func(i int) bool { return all[i].to > w.To })]
	f := Forecast{Totals: totals(all, s.Repeats, ttl, w), Predictions: make([]Prediction, len(multipliers))}
	present := f.HitRatio()
	for i, x := range multipliers {
		f.Predictions[i] = Prediction{x, present, present, present, f.limit(x)}
	}
	if len(multipliers) == 0 || f.Avoidable(multipliers[len(multipliers)-1]) <= 0 {
		return f
	}
	first := sort.Search(len(all), func(i int) bool { return all[i].from >= w.From-1e-9 })
	t := target{
		Constants: k, hitRatio: present, size: f.MaxSize, ratios: multipliers, perTTL: math.Inf(1),
		fill: findFill(all, 1-present), clumping: clumping(all[first:]),
	}
	if ttl > 0 {
		t.perTTL = f.Requests / (w.To - w.From) * ttl / f.MaxSize
	}
	fits := t.fit()
	for i := range f.Predictions {
		t.correct(&f.Predictions[i], summarise(fits, i))
	}
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
