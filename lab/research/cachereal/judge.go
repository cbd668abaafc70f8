package main

import (
	"cmp"
	"math"
	"slices"
)

// judged is one cache of one homeserver in all runs.
type judged struct {
	key
	cache
	again    float64             // hit ratio of the second run at the same size
	measured map[float64]float64 // hit ratio by multiplier
}

// judge takes the caches that all runs have, those with the most misses first.
func judge(small, again, double, fourfold seen) []judged {
	var all []judged
	for k, c := range small {
		second, in := again[k]
		two, inTwo := double[k]
		four, inFour := fourfold[k]
		if in && inTwo && inFour {
			all = append(all, judged{k, c, second.HitRatio(), map[float64]float64{2: two.HitRatio(), 4: four.HitRatio()}})
		}
	}
	slices.SortFunc(all, func(a, b judged) int {
		return cmp.Or(cmp.Compare(b.Misses, a.Misses), cmp.Compare(a.name, b.name), cmp.Compare(a.server, b.server))
	})
	return all
}

// summary is how right the predictions at one multiple of the size were, in percentage points of the hit ratio.
type summary struct {
	caches           int
	off, noise       float64 // mean error; mean difference of two runs at the same size
	in               int     // measured in the 80 % interval, give or take the noise of that cache
	above            int     // measured above the limit by more than the noise
	right, said, was int     // "avoids a tenth of the misses": said rightly, said, was so
}

func summarise(all []judged, multiplier float64, belongs func(judged) bool) summary {
	s := summary{}
	for _, j := range all {
		if !belongs(j) {
			continue
		}
		s.caches++
		p, hit, noise := j.larger[multiplier], j.measured[multiplier], math.Abs(j.again-j.HitRatio())
		s.off += 100 * math.Abs(p.HitRatio-hit)
		s.noise += 100 * noise
		s.in += one(hit >= p.Low-noise-shown && hit <= p.High+noise+shown)
		s.above += one(hit > p.Limit+noise+shown)
		says, is := j.worth(p.HitRatio), j.worth(hit)
		s.said, s.was, s.right = s.said+one(says), s.was+one(is), s.right+one(says && is)
	}
	s.off /= float64(max(1, s.caches))
	s.noise /= float64(max(1, s.caches))
	return s
}

// shown is half of what a table shows of a hit ratio.
const shown = .0005

// worth tells whether a hit ratio avoids a tenth of the present misses.
func (j judged) worth(hit float64) bool {
	return j.Misses > 0 && (hit-j.HitRatio())/(1-j.HitRatio()) >= .1
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
