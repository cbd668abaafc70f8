package model

import (
	"math"
	"sort"
)

// Prediction is the hit ratio expected at a multiple of the present size.
type Prediction struct {
	Multiplier float64
	HitRatio   float64
	Low, High  float64 // 80 % interval
	Limit      float64 // proved: no cache of that size exceeds it
}

// Predict estimates the hit ratio at each multiplier (ascending).
func Predict(s Series, ttl float64, w Window, multipliers []float64) []Prediction {
	all := s.intervals()
	b := findBounds(all, ttl, w)
	f := findFill(until(all, w.To), 1-b.HitRatio())
	out := make([]Prediction, len(multipliers))
	t := target{hitRatio: b.HitRatio(), size: b.MaxSize, fill: f, ratios: multipliers, perTTL: math.Inf(1)}
	if ttl > 0 {
		t.perTTL = b.Requests / (w.To - w.From) * ttl / b.MaxSize
	}
	fits := t.fit()
	for i, x := range multipliers {
		p := summarise(fits, i)
		p.Multiplier, p.Limit = x, b.HitRatioLimit(x)
		p.HitRatio, p.Low, p.High = min(p.HitRatio, p.Limit), min(p.Low, p.Limit), min(p.High, p.Limit)
		out[i] = p
	}
	return out
}

func until(all []interval, to float64) []interval {
	return all[:sort.Search(len(all), func(i int) bool { return all[i].to > to })]
}

// summarise takes the weighted mean and the 10 and 90 % quantiles.
func summarise(fits []fitted, i int) Prediction {
	sort.Slice(fits, func(a, b int) bool { return fits[a].hits[i] < fits[b].hits[i] })
	var p Prediction
	sum := 0.0
	p.Low, p.High = math.NaN(), math.NaN()
	for k := range fits {
		p.HitRatio += fits[k].weight * fits[k].hits[i]
		sum += fits[k].weight
		if math.IsNaN(p.Low) && sum >= lowQuantile {
			p.Low = fits[k].hits[i]
		}
		if math.IsNaN(p.High) && sum >= 1-lowQuantile {
			p.High = fits[k].hits[i]
		}
	}
	return p
}
