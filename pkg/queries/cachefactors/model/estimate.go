package model

import (
	"math"
	"sort"
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
	texture  texture
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
		for _, r := range repetitions {
			hits := values[:len(t.ratios):len(t.ratios)]
			weight, ok := t.weigh(&shapes[i], r*t.hitRatio, hits)
			if !ok {
				continue
			}
			values = values[len(t.ratios):]
			all = append(all, fitted{weight, hits})
		}
	}
	normalise(all)
	return all
}

// weigh fills in the shape's hit ratio at each ratio and returns the log weight; ok is false when the shape can't
// explain the hit ratio.
func (t *target) weigh(s *shape, v float64, hits []float64) (weight float64, ok bool) {
	at, q, ok := s.solve((t.hitRatio-v)/(1-v), t.hitRatio == 0)
	if !ok {
		return 0, false
	}
	u := q / (1 + q)
	c := curve{s: s, v: v, u: u, q: q}
	weight = t.prior(s, u, v)
	for _, p := range t.fill.points {
		w := min(max(t.PointTop+t.PointSlope*math.Log2(p.share), t.PointLeast), t.PointTop)
		noise := .5 * math.Sqrt(t.texture.clumping/p.requests)
		d := (c.hitAt(p.share) - p.hitRatio) / math.Hypot(t.PointNoise, noise)
		weight -= w * d * d / 2
	}
	if t.fill.fills > 0 {
		need := at * (1 + q) / (1 - v) // requests until full, in units of the size
		ratio := 1 / need / (1 - t.hitRatio)
		noise := t.FillCount * t.fill.noise * math.Sqrt(t.texture.clumping)
		d := (math.Log(ratio) - math.Log(t.fill.ratio)) / math.Hypot(t.FillNoise, noise)
		weight -= d * d / 2
	}
	limit := c.hitAfter(t.perTTL)
	c.from = 0
	for i, x := range t.ratios {
		hits[i] = max(t.hitRatio, min(c.hitAt(x), limit))
	}
	return weight, true
}

func (t *target) prior(s *shape, u, v float64) float64 {
	weight := t.New*math.Log(max(1e-9, 1-u)) + t.Soon*math.Log(1-v)
	if s.ages {
		return weight + t.Lomax
	}
	return weight + t.Keys*s.keys + t.Flat*s.flat
}

// solve finds where on the grid the shape fills the cache and the share of new keys that makes it hit the wanted ratio
// there: q = u/(1-u), entries = size(n) + q n = 1. As n grows, q falls and the hit ratio rises.
func (s *shape) solve(wanted float64, nothing bool) (n, q float64, ok bool) {
	g := grid()
	ratio := func(i int) float64 {
		q := (1 - float64(s.size[i])) / g[i]
		return float64(s.hit[i]) / (1 + q)
	}
	// The last point that leaves room for new keys.
	end := sort.Search(gridPoints, func(i int) bool { return s.size[i] >= 1 })
	i := sort.Search(end, func(i int) bool { return ratio(i) >= wanted })
	if i == 0 {
		if nothing {
			i = 1
		} else {
			return 0, 0, false
		}
	}
	if i == end {
		if end == gridPoints {
			return 0, 0, false
		}
		// Between the last point with room and the first without: there u = 0.
		f := (1 - float64(s.size[end-1])) / float64(s.size[end]-s.size[end-1])
		full := float64(s.hit[end-1]) + f*float64(s.hit[end]-s.hit[end-1])
		if full < wanted {
			return 0, 0, false
		}
		low := ratio(end - 1)
		part := f * (wanted - low) / max(1e-12, full-low)
		n = g[end-1] * math.Pow(g[end]/g[end-1], part)
		size := float64(s.size[end-1]) + part*float64(s.size[end]-s.size[end-1])
		return n, max(0, (1-size)/n), true
	}
	low, high := ratio(i-1), ratio(i)
	part := (wanted - low) / max(1e-12, high-low)
	part = min(max(part, 0), 1)
	n = g[i-1] * math.Pow(g[i]/g[i-1], part)
	size := float64(s.size[i-1]) + part*float64(s.size[i]-s.size[i-1])
	return n, max(0, (1-size)/n), true
}

// curve is a diluted shape. hitAt must be asked in ascending order between resets of from.
type curve struct {
	s       *shape
	v, u, q float64
	from    int
}

// hitAt is the hit ratio at a size.
func (c *curve) hitAt(size float64) float64 {
	g := grid()
	i := c.from
	for i < gridPoints && float64(c.s.size[i])+c.q*g[i] < size {
		i++
	}
	c.from = max(0, i-1)
	if i == gridPoints {
		return c.mix(float64(c.s.hit[gridPoints-1]))
	}
	if i == 0 {
		first := float64(c.s.size[0]) + c.q*g[0]
		return c.mix(float64(c.s.hit[0]) * size / first)
	}
	low, high := float64(c.s.size[i-1])+c.q*g[i-1], float64(c.s.size[i])+c.q*g[i]
	part := (size - low) / max(1e-12, high-low)
	return c.mix(float64(c.s.hit[i-1]) + part*float64(c.s.hit[i]-c.s.hit[i-1]))
}

// hitAfter is the hit ratio of a cache without limit that keeps entries for a number of requests.
func (c *curve) hitAfter(requests float64) float64 {
	g := grid()
	n := requests * (1 - c.u) * (1 - c.v)
	if n >= g[gridPoints-1] {
		return c.mix(float64(c.s.hit[gridPoints-1]))
	}
	if n <= g[0] {
		return c.mix(float64(c.s.hit[0]))
	}
	x := (math.Log10(n) - gridFrom) / (gridTo - gridFrom) * (gridPoints - 1)
	i := int(x)
	part := x - float64(i)
	return c.mix(float64(c.s.hit[i]) + part*float64(c.s.hit[i+1]-c.s.hit[i]))
}

func (c *curve) mix(hit float64) float64 { return c.v + (1-c.v)*(1-c.u)*hit }

// normalise turns log weights into shares.
func normalise(all []fitted) {
	most, total := math.Inf(-1), 0.0
	for i := range all {
		most = max(most, all[i].weight)
	}
	for i := range all {
		all[i].weight = math.Exp(all[i].weight - most)
		total += all[i].weight
	}
	for i := range all {
		all[i].weight /= total
	}
}
