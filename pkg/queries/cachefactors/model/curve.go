package model

import (
	"math"
	"sort"
)

// solve finds where on the grid the shape fills the cache and the share of new keys that makes it hit the wanted ratio
// there: q = u/(1-u), entries = size(n) + q n = 1. As n grows, q falls and the hit ratio rises.
func (s *shape) solve(wanted float64, nothing bool) (q float64, ok bool) {
	g := grid()
	hits := func(i int) float64 { return float64(s.hit[i]) / (1 + (1-float64(s.size[i]))/g[i]) }
	// end is the first point whose entries leave no room for new keys.
	end := sort.Search(gridPoints, func(i int) bool { return s.size[i] >= 1 })
	i := sort.Search(end, func(i int) bool { return hits(i) >= wanted })
	switch {
	case i == 0 && nothing:
		return s.between(1, 0)
	case i == 0:
		return 0, false
	case i < end:
		low, high := hits(i-1), hits(i)
		return s.between(i, (wanted-low)/max(1e-12, high-low))
	case end == gridPoints:
		return 0, false
	}
	// Between the last point with room and the first without lies the one with u = 0.
	part := (1 - float64(s.size[end-1])) / float64(s.size[end]-s.size[end-1])
	low := hits(end - 1)
	full := float64(s.hit[end-1]) + part*float64(s.hit[end]-s.hit[end-1])
	if full < wanted {
		return 0, false
	}
	return s.between(end, part*(wanted-low)/max(1e-12, full-low))
}

// between is the point that lies part of the way from i-1 to i.
func (s *shape) between(i int, part float64) (q float64, ok bool) {
	g := grid()
	part = min(max(part, 0), 1)
	n := g[i-1] * math.Pow(g[i]/g[i-1], part)
	size := float64(s.size[i-1]) + part*float64(s.size[i]-s.size[i-1])
	return max(0, (1-size)/n), true
}

// curve is a shape diluted by the shares v and u; q is u/(1-u).
type curve struct {
	*shape
	v, u, q float64
}

// entries after n requests for keys that are asked for again, at grid point i.
func (c *curve) entries(i int) float64 { return float64(c.size[i]) + c.q*grid()[i] }

// hitAt is the hit ratio of a full cache of so many entries, and of a filling one while it holds them.
func (c *curve) hitAt(entries float64) float64 {
	i := sort.Search(gridPoints, func(i int) bool { return c.entries(i) >= entries })
	switch i {
	case 0:
		return c.mix(float64(c.hit[0]) * entries / c.entries(0))
	case gridPoints:
		return c.mix(float64(c.hit[i-1]))
	}
	low, high := c.entries(i-1), c.entries(i)
	return c.mix(float64(c.hit[i-1]) + (entries-low)/max(1e-12, high-low)*float64(c.hit[i]-c.hit[i-1]))
}

// hitAfter is the hit ratio of a cache without limit that keeps entries for a number of requests.
func (c *curve) hitAfter(requests float64) float64 {
	n := requests * (1 - c.u) * (1 - c.v)
	i := sort.Search(gridPoints, func(i int) bool { return grid()[i] >= n })
	return c.mix(float64(c.hit[min(i, gridPoints-1)]))
}

func (c *curve) mix(hit float64) float64 { return c.v + (1-c.v)*(1-c.u)*hit }
