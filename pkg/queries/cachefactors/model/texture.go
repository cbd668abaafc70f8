package model

import "math"

// What the steady state tells about the order of requests, which no fill shows.

// slopeBins is the length of the bins that loadSlope is taken over, in seconds.
const slopeBins = 300

// clumping is the index of dispersion of misses: by how much their number per interval varies more than that of independent
// requests would; 1 for misses that come one by one. Rooms asked for member by member come in clumps: what a clump pushes out
// is asked for again as a clump, so more is gained to the right of the present size than the fill, which clumps cross in one
// leap, shows on its left. So that load that comes and goes does not count, it
// compares the misses of each interval with what its neighbours' miss ratio m lets expect of its requests R:
// for independent requests the variance of that difference is
//
//	R m (1-m) (1 + R / (requests of both neighbours))
func clumping(window []interval) float64 {
	var squares, expected float64
	n := 0
	for i := 1; i+1 < len(window); i++ {
		a, b, c := &window[i-1], &window[i], &window[i+1]
		around := a.requests + c.requests
		if a.fresh || b.fresh || c.fresh || b.evicted == 0 || around <= 0 {
			continue
		}
		m := (a.misses + c.misses) / around
		d := b.misses - b.requests*m
		squares += d * d
		expected += b.requests * m * (1 - m) * (1 + b.requests/around)
		n++
	}
	if n < 20 || expected <= 0 {
		return 1
	}
	return max(1, squares/expected)
}

// loadSlope is d ln(miss ratio) / d ln(request rate) over the window, less its standard error. Busy hours shorten the time
// that an entry stays as a smaller cache would; where more is missed then (above 0), reuse is bound to time, and more time, that
// is a larger cache, avoids misses. Below 0, misses come from elsewhere than the load, such as sessions that begin.
func loadSlope(window []interval) float64 {
	var n, sx, sy, sxx, sxy, syy float64
	for i := 0; i < len(window); {
		var requests, misses, evicted float64
		first, start := i, window[i].from
		for ; i < len(window) && window[i].to <= start+slopeBins*1.001; i++ {
			requests += window[i].requests
			misses += window[i].misses
			evicted += window[i].evicted
		}
		if i == first { // one interval is longer than a bin
			requests, misses, evicted = window[i].requests, window[i].misses, window[i].evicted
			i++
		}
		if evicted <= 0 || misses < 10 {
			continue
		}
		x, y := math.Log(requests), math.Log(misses/requests)
		n++
		sx, sy, sxx, sxy, syy = sx+x, sy+y, sxx+x*x, sxy+x*y, syy+y*y
	}
	if n < 6 {
		return 0
	}
	vx, vy, cov := sxx-sx*sx/n, syy-sy*sy/n, sxy-sx*sy/n
	if vx/n < .02*.02 {
		return 0
	}
	slope := cov / vx
	doubt := math.Sqrt(max(0, vy-slope*cov) / (n - 2) / vx)
	return math.Copysign(max(0, math.Abs(slope)-doubt), slope)
}
