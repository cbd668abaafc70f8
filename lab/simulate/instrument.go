package simulate

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
)

// series is one time series of one process and how to read it; NaN means that it is not exposed yet.
type series struct {
	name   string
	labels []label // as exposed, sorted
	read   func() float64

	stored []stored // as it is written; the first one is that of the process itself
}

type instrument interface{ reset() }

// counter grows; whole counters are exposed as whole numbers.
type counter struct {
	value float64
	whole bool
}

func (c *counter) add(n float64) { c.value += n }
func (c *counter) reset()        { c.value = 0 }

func (c *counter) read() float64 {
	if c.whole {
		return math.Floor(c.value)
	}
	return c.value
}

type gauge struct{ value float64 }

func (g *gauge) set(v float64) { g.value = v }
func (g *gauge) reset()        {}

// histogram holds cumulative buckets, as it exposes them.
type histogram struct {
	bounds  []float64 // the last is +Inf
	buckets []float64
	sum     float64
	// hidden keeps a histogram unexposed until its first observation.
	hidden bool
}

func (h *histogram) reset() {
	clear(h.buckets)
	h.sum = 0
}

func (h *histogram) observe(n float64, s shape) {
	for i, fraction := range s.fractions {
		h.buckets[i] += n * fraction
	}
	h.sum += n * s.mean
}

// observeOne adds one observation of exactly this value.
func (h *histogram) observeOne(value float64) {
	for i, bound := range h.bounds {
		if value <= bound {
			h.buckets[i]++
		}
	}
	h.sum += value
}

func (h *histogram) readBucket(i int) float64 {
	if h.hidden && h.buckets[len(h.buckets)-1] < 1 {
		return math.NaN()
	}
	return math.Floor(h.buckets[i])
}

func (h *histogram) readSum() float64 {
	if math.IsNaN(h.readBucket(0)) {
		return math.NaN()
	}
	return h.sum
}

// shape says how observations spread over the buckets of a histogram.
type shape struct {
	fractions []float64
	mean      float64
}

// logNormal is the usual spread of a duration.
func logNormal(bounds []float64, median, sigma float64) shape {
	s := shape{mean: median * math.Exp(sigma*sigma/2)}
	for _, bound := range bounds {
		z := (math.Log(bound) - math.Log(median)) / sigma
		s.fractions = append(s.fractions, 0.5*math.Erfc(-z/math.Sqrt2))
	}
	return s
}

// weighted spreads observations over the buckets by the given shares, which sum to 1; each counts with its bound.
func weighted(bounds []float64, shares map[float64]float64) shape {
	s := shape{fractions: make([]float64, len(bounds))}
	for _, value := range slices.Sorted(maps.Keys(shares)) {
		part := shares[value]
		s.mean += value * part
		for i, bound := range bounds {
			if value <= bound {
				s.fractions[i] += part
			}
		}
	}
	return s
}

// printNumber writes a number as Python does.
func printNumber(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return fmt.Sprintf("%.1f", v)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
