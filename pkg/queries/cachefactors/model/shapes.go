package model

import (
	"math"
	"sync"
)

// A shape is a family member of request streams, in units of the cache size: after n requests (of the part that is
// ever asked for again) a cache without limit holds size(n) entries and hits hit(n) of the next requests; a full LRU
// cache of size(n) entries hits the same (Che, Tung, Wang, IEEE JSAC 2002; Fricker, Robert, Roberts, ITC 2012).
type shape struct {
	size, hit [gridPoints]float32
	keys      float64 // log of the number of keys per size; 0 where keys age
}

// The grid of n / size, logarithmic. It reaches from far below a cache's size to where even the flattest shape has
// seen everything.
const (
	gridPoints = 144
	gridFrom   = -3.0 // powers of 10
	gridTo     = 4.5
)

var grid = sync.OnceValue(func() *[gridPoints]float64 {
	var g [gridPoints]float64
	for i := range g {
		g[i] = math.Pow(10, gridFrom+(gridTo-gridFrom)*float64(i)/(gridPoints-1))
	}
	return &g
})

// Zipf's exponents and the number of keys as a multiple of the size.
var (
	zipfExponents = []float64{0, .3, .5, .65, .8, .9, 1, 1.15, 1.35}
	zipfKeys      = spread(13, .25, 1000)
	lomaxBetas    = []float64{.15, .3, .5, .8, 1.2, 2, 4, math.Inf(1)}
	lomaxScales   = spread(13, .03, 100)
)

// spread returns n values from low to high with equal ratios.
func spread(n int, low, high float64) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = low * math.Pow(high/low, float64(i)/float64(n-1))
	}
	return all
}

// libraries holds the shapes for caches of about 10^k entries: how flat Zipf's law is at its head depends on how many
// keys the head has. They are made when a cache of that size is first predicted.
var libraries [7]struct {
	once   sync.Once
	shapes []shape
}

func library(size float64) []shape {
	k := int(math.Round(math.Log10(max(1, size))))
	k = min(max(k, 1), len(libraries)-1)
	l := &libraries[k]
	l.once.Do(func() { l.shapes = makeShapes(math.Pow(10, float64(k))) })
	return l.shapes
}

func makeShapes(size float64) []shape {
	all := make([]shape, 0, len(zipfExponents)*len(zipfKeys)+len(lomaxBetas)*len(lomaxScales))
	for _, a := range zipfExponents {
		for _, keys := range zipfKeys {
			all = append(all, zipf(a, keys, size))
		}
	}
	for _, beta := range lomaxBetas {
		for _, r := range lomaxScales {
			all = append(all, lomax(beta, r))
		}
	}
	return all
}

// zipf is Che's approximation for popularities proportional to rank^-a over keys*size keys:
//
//	size(n) = sum 1-exp(-p n)    hit(n) = sum p (1-exp(-p n))
//
// Ranks are taken one by one at the head and in geometric groups after it.
func zipf(a, keys, size float64) shape {
	count := max(2, math.Round(keys*size))
	var weights, members []float64
	total := 0.0
	for rank := 1.0; rank <= count; {
		next := min(max(rank+1, math.Floor(rank*1.12)), count+1)
		w := math.Pow((rank+next-1)/2, -a)
		weights = append(weights, w)
		members = append(members, next-rank)
		total += w * (next - rank)
		rank = next
	}
	s := shape{keys: math.Log(keys)}
	for i, n := range grid() {
		var entries, hits float64
		for k, w := range weights {
			p := w / total
			seen := -math.Expm1(-p * n * size)
			entries += members[k] * seen
			hits += members[k] * p * seen
		}
		s.size[i], s.hit[i] = float32(entries/size), float32(hits)
	}
	return s
}

// lomax has reuse distances with the heavy tail F(n) = 1-(1+n/r)^-beta (exponential for infinite beta), for traffic
// whose keys age, such as recent events:
//
//	hit(n) = F(n)    size(n) = integral of 1-F from 0 to n
func lomax(beta, r float64) shape {
	var s shape
	for i, n := range grid() {
		x := n / r
		var rest, size float64
		switch {
		case math.IsInf(beta, 1):
			rest, size = math.Exp(-x), -r*math.Expm1(-x)
		case beta == 1:
			rest, size = 1/(1+x), r*math.Log1p(x)
		default:
			rest = math.Pow(1+x, -beta)
			size = r * (math.Pow(1+x, 1-beta) - 1) / (1 - beta)
		}
		s.size[i], s.hit[i] = float32(size), float32(1-rest)
	}
	return s
}
