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
	return Tuned.Predict(s, ttl, w, multipliers)
}

// Predict with other constants.
func (k *Constants) Predict(s Series, ttl float64, w Window, multipliers []float64) []Prediction {
	all := s.intervals()
	all = all[:sort.Search(len(all), func(i int) bool { return all[i].to > w.To })]
	b := findBounds(all, ttl, w)
	first := sort.Search(len(all), func(i int) bool { return all[i].from >= w.From-1e-9 })
	t := target{
		Constants: k, hitRatio: b.HitRatio(), size: b.MaxSize, ratios: multipliers, perTTL: math.Inf(1),
		fill: findFill(all, 1-b.HitRatio()), texture: findTexture(all[first:]),
	}
	if ttl > 0 {
		t.perTTL = b.Requests / (w.To - w.From) * ttl / b.MaxSize
	}
	fits := t.fit()
	out := make([]Prediction, len(multipliers))
	for i, x := range multipliers {
		p := summarise(fits, i)
		p.Multiplier, p.Limit = x, b.HitRatioLimit(x)
		out[i] = t.correct(p, b)
	}
	return out
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
		if math.IsNaN(p.Low) && sum >= .1 {
			p.Low = fits[k].hits[i]
		}
		if math.IsNaN(p.High) && sum >= .9 {
			p.High = fits[k].hits[i]
		}
	}
	return p
}

// steepest is the largest load slope that counts.
const steepest = .6

// correct adds what the shapes don't know.
func (t *target) correct(p Prediction, b Bounds) Prediction {
	h0 := t.hitRatio
	m0 := 1 - h0
	if m0 <= 0 || p.Limit <= h0 {
		p.HitRatio, p.Low, p.High = h0, h0, h0
		return p
	}
	useful := math.Log(max(1, min(p.Multiplier, b.MeanUseful/b.MaxSize)))
	clumps := max(0, 1-t.ClumpFrom/max(1, t.texture.clumping))
	load := min(t.texture.slope, steepest)
	extra := (t.Clumps*clumps + t.Load*load) * h0 * useful
	change := func(h float64) float64 { return math.Log(max(1e-6, 1-h)/m0) - extra }
	y := change(p.HitRatio)
	if t.fill.fills > 0 && t.FillLaw > 0 {
		law := -t.FillPower * max(0, t.fill.ratio-1) * useful
		share := t.FillLaw / (1 + t.FillCount*t.fill.noise*t.fill.noise)
		y = (1-share)*y + share*law
	}
	low, high := change(p.Low), change(p.High)
	low = y + t.LowSpread*max(0, low-y) + t.Floor*useful
	high = y - t.HighSpread*max(0, y-high) - (t.Floor+t.ClumpSpread*clumps)*useful
	back := func(y float64) float64 { return min(p.Limit, max(h0, 1-m0*math.Exp(min(0, y)))) }
	p.HitRatio, p.Low, p.High = back(y), back(low), back(high)
	return p
}
