package model

import (
	"math"
	"slices"
)

// Immediate repetitions as a share of the hit ratio.
var repetitions = [...]float64{0, .3, .6, .85}

// fitted is one shape with the shares solved so that it hits what the cache hits at its size.
type fitted struct {
	weight float64 // logarithmic until normalised
	hits   []float64
}

// target is what the shapes are fitted to and asked.
type target struct {
	*Constants
	hitRatio float64
	size     float64
	perTTL   float64 // requests in one ttl, in units of the size; infinite without expiry
	fill     fill
	clumping float64
	ratios   []float64 // ascending
}

// fit weighs all shapes. A stream is a shape diluted by two shares: v of all requests repeat the request before them,
// u of the others are for keys never asked for again. At the size of the cache it has to hit what the cache hits,
// which for each v leaves one u.
//
//	hit ratio at n   = v + (1-v)(1-u) hit(n)
//	entries after n  = size(n) + n u/(1-u)
//	requests so far  = n / ((1-u)(1-v))
func (t *target) fit() []fitted {
	shapes := library(t.size)
	all := make([]fitted, 0, len(shapes)*len(repetitions))
	values := make([]float64, len(shapes)*len(repetitions)*len(t.ratios))
	for i := range shapes {
		for k, r := range repetitions {
			if k > 0 && t.hitRatio == 0 {
				break
			}
			hits := values[:len(t.ratios):len(t.ratios)]
			weight, ok := t.weigh(&shapes[i], r*t.hitRatio, hits)
			if !ok {
				continue
			}
			values = values[len(t.ratios):]
			all = append(all, fitted{weight, hits})
		}
	}
	return normalise(all)
}

// weigh fills in the shape's hit ratio at each ratio and returns the log weight; ok is false when the shape can't
// explain the hit ratio.
func (t *target) weigh(s *shape, v float64, hits []float64) (weight float64, ok bool) {
	q, ok := s.solve((t.hitRatio-v)/(1-v), t.hitRatio == 0)
	if !ok {
		return 0, false
	}
	u := q / (1 + q)
	c := curve{shape: s, v: v, u: u, q: q}
	weight = t.prior(s, u, v)
	for _, p := range t.fill.points {
		noise := .5 * math.Sqrt(t.clumping/p.requests)
		d := (c.hitAt(p.share) - p.hitRatio) / math.Hypot(t.PointNoise, noise)
		weight -= d * d / 2
	}
	limit := c.hitAfter(t.perTTL)
	for i, x := range t.ratios {
		hits[i] = max(t.hitRatio, min(c.hitAt(x), limit))
	}
	return weight, true
}

func (t *target) prior(s *shape, u, v float64) float64 {
	return t.New*math.Log(max(1e-9, 1-u)) + t.Soon*math.Log(1-v) + t.Keys*s.keys
}

// negligible is the weight relative to the largest below which a shape is dropped.
const negligible = 1e-5

// normalise drops shapes of no weight and turns log weights into shares.
func normalise(all []fitted) []fitted {
	most, total := math.Inf(-1), 0.0
	for i := range all {
		most = max(most, all[i].weight)
	}
	least := most + math.Log(negligible)
	all = slices.DeleteFunc(all, func(f fitted) bool { return f.weight < least })
	for i := range all {
		all[i].weight = math.Exp(all[i].weight - most)
		total += all[i].weight
	}
	for i := range all {
		all[i].weight /= total
	}
	return all
}
