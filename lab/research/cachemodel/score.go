package cachemodel

import (
	"math"
	"slices"
	"sort"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
)

// Multipliers are the sizes that are judged, as multiples of the simulated one; the truth has them all.
var Multipliers = []float64{1.5, 2, 3, 4, 6, 10, 20}

// Doubling and Quadrupling are their places in Multipliers.
const (
	Doubling    = 1
	Quadrupling = 3
)

// worthwhile is the share of the misses that a size has to avoid.
const worthwhile = 0.1

// Predictor is what is judged.
type Predictor func(c *Cache) []model.Prediction

// Score is how well a predictor does on a group of caches.
type Score struct {
	Caches   int
	MAE      []float64 // of the hit ratio, in percentage points, per multiplier
	Median   float64   // at 2×
	Rank     float64   // Spearman's correlation of the misses avoided at 2×
	Yes      int       // caches in which 2× avoids a tenth of the misses or more
	Precise  float64   // of "2× avoids a tenth"
	Recall   float64
	Open     int       // caches whose bound leaves a tenth of the misses: the others' intervals are a point, and right
	Coverage []float64 // share of the open ones' truths in the 80% interval
	Width    []float64 // of their intervals, percentage points
}

// Judge compares predictions with the truth on the caches that belong.
func Judge(caches []Cache, predict Predictor, belongs func(*Cache) bool) Score {
	s := Score{MAE: make([]float64, len(Multipliers)), Coverage: make([]float64, len(Multipliers)), Width: make([]float64, len(Multipliers))}
	var doubling, predicted, real []float64
	var right, said int
	for i := range caches {
		c := &caches[i]
		if !belongs(c) {
			continue
		}
		s.Caches++
		h0 := c.Base.HitRatio()
		predictions := predict(c)
		open := avoids(h0, predictions[Quadrupling].Limit)
		s.Open += one(open)
		for k, p := range predictions {
			h := c.Larger[k].HitRatio()
			miss := 100 * math.Abs(p.HitRatio-h)
			s.MAE[k] += miss
			if open {
				s.Width[k] += 100 * (p.High - p.Low)
				s.Coverage[k] += float64(one(h >= p.Low-tolerance && h <= p.High+tolerance))
			}
			if k != Doubling {
				continue
			}
			doubling = append(doubling, miss)
			predicted = append(predicted, (p.HitRatio-h0)*c.Base.Requests)
			real = append(real, (h-h0)*c.Base.Requests)
			is, says := avoids(h0, h), avoids(h0, p.HitRatio)
			s.Yes += one(is)
			said += one(says)
			right += one(is && says)
		}
	}
	for k := range s.MAE {
		s.MAE[k] /= float64(s.Caches)
		s.Coverage[k] /= float64(s.Open)
		s.Width[k] /= float64(s.Open)
	}
	slices.Sort(doubling)
	s.Median = doubling[len(doubling)/2]
	s.Rank = spearman(predicted, real)
	s.Precise, s.Recall = float64(right)/float64(max(1, said)), float64(right)/float64(max(1, s.Yes))
	return s
}

// covered is the share of the truths at 2× and 4× in the 80% interval.
func (s Score) covered() float64 { return (s.Coverage[Doubling] + s.Coverage[Quadrupling]) / 2 }

// tolerance is what a hit ratio may lie outside of an interval: half a tenth of a percentage point, as displayed.
const tolerance = 0.0005

func avoids(h0, h float64) bool { return h0 < 1 && (h-h0)/(1-h0) >= worthwhile }

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// spearman is Pearson's correlation of the ranks, ties sharing theirs.
func spearman(a, b []float64) float64 { return pearson(ranks(a), ranks(b)) }

func ranks(v []float64) []float64 {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(i, j int) bool { return v[order[i]] < v[order[j]] })
	r := make([]float64, len(v))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && v[order[j]] == v[order[i]] {
			j++
		}
		for k := i; k < j; k++ {
			r[order[k]] = float64(i+j-1) / 2
		}
		i = j
	}
	return r
}

func pearson(a, b []float64) float64 {
	n := float64(len(a))
	var sa, sb, saa, sbb, sab float64
	for i := range a {
		sa += a[i]
		sb += b[i]
		saa += a[i] * a[i]
		sbb += b[i] * b[i]
		sab += a[i] * b[i]
	}
	return (sab - sa*sb/n) / math.Sqrt((saa-sa*sa/n)*(sbb-sb*sb/n))
}
