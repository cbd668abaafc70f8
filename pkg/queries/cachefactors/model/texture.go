package model

import "math"

// texture is what the steady state tells about the order of requests, which no fill shows.
type texture struct {
	// clumping is the index of dispersion of misses: variance over mean of their number per interval, 1 for misses that
	// come one by one. Differences of neighbours take the slow changes out. Rooms asked for member by member come in
	// clumps: what a clump pushes out is asked for again as a clump, so more is gained to the right of the present size
	// than the fill, which clumps cross in one leap, shows on its left.
	clumping float64
	// slope is d ln(miss ratio) / d ln(request rate) over the window, less its standard error, at least 0. Busy hours
	// shorten the time that an entry stays as a smaller cache would; where more is missed then, reuse is bound to time,
	// and more time, that is a larger cache, avoids misses.
	slope float64
}

// slopeBins is the length of the bins that slope is taken over, in seconds.
const slopeBins = 300

func findTexture(window []interval) texture {
	return texture{clumping: clumping(window), slope: loadSlope(window)}
}

// clumping compares each interval with the mean of its neighbours: for independent counts of variance s² that
// difference has the variance 1.5 s².
func clumping(window []interval) float64 {
	var squares, total float64
	n := 0
	for i := 1; i+1 < len(window); i++ {
		a, b, c := &window[i-1], &window[i], &window[i+1]
		if a.fresh || b.fresh || c.fresh || b.evicted == 0 {
			continue
		}
		d := b.misses - (a.misses+c.misses)/2
		squares += d * d
		total += b.misses
		n++
	}
	if n < 20 || total <= 0 {
		return 1
	}
	return max(1, squares/1.5/total)
}

func loadSlope(window []interval) float64 {
	var n, sx, sy, sxx, sxy, syy float64
	for i := 0; i < len(window); {
		var requests, misses, evicted float64
		start := window[i].from
		for ; i < len(window) && window[i].to <= start+slopeBins*1.001; i++ {
			requests += window[i].requests
			misses += window[i].misses
			evicted += window[i].evicted
		}
		if window[min(i, len(window)-1)].from == start { // one interval is longer than a bin
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
	rest := max(0, vy-slope*cov)
	return max(0, slope-math.Sqrt(rest/(n-2)/vx))
}
