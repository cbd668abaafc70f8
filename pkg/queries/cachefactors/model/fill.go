package model

import "math"

// A cache that fills after a start sweeps all sizes from 0 to its own: what it hits while it holds n entries is what a
// full cache of n entries would hit (Denning's working set identity; Xiang et al., "HOTL", ASPLOS 2013, for the
// footprint). So a fill is a free piece of the curve to the left of the present size.

// settle is how long after a fill the miss ratio is taken that a fill is compared with, in seconds.
const settle = 600

// point is the hit ratio seen while the cache held a share of its size; in one half octave of shares.
type point struct{ share, hitRatio, requests float64 }

// fill is what the intervals without evictions tell.
type fill struct {
	points []point
	// ratio is the miss ratio until the cache was full over the one of the ten minutes after it, 0 when no fill was seen;
	// of several fills, the geometric mean.
	ratio float64
	fills int
}

// Half octaves of the share from 2^-binsBelow/2 to 1.
const binsBelow = 14

type bin struct{ share, misses, requests float64 } // share times requests

// findFill reads all fills: those after a start, and nights in which fewer entries are needed than fit. A fill's miss
// ratios are scaled by m0 (the window's) over the miss ratio of the ten minutes after it: what has changed since, such
// as the hour of the day, then cancels.
func findFill(all []interval, m0 float64) fill {
	var f fill
	var bins [binsBelow + 1]bin
	logRatio := 0.0
	for i := 0; i < len(all); {
		end := quiet(all, i)
		// A start before the cache was full leaves nothing to compare with.
		known := end < len(all) && (end == i || !all[end].fresh)
		after := 0.0
		if known {
			after = missAfter(all[end+1:])
		}
		scale := 1.0
		if after > 0 && m0 > 0 {
			scale = m0 / after
		}
		for _, iv := range all[i:end] {
			collect(&bins, iv, scale)
		}
		if all[i].fresh && known {
			if ratio := fillRatio(all[i:end], all[end], all[end+1:]); ratio > 0 {
				logRatio += math.Log(ratio)
				f.fills++
			}
		}
		i = end + 1
		for i < len(all) && all[i].evicted > 0 && !all[i].fresh {
			i++
		}
	}
	if f.fills > 0 {
		f.ratio = math.Exp(logRatio / float64(f.fills))
	}
	for k := range bins {
		if b := bins[k]; b.requests >= 1 {
			f.points = append(f.points, point{b.share / b.requests, 1 - min(1, b.misses/b.requests), b.requests})
		}
	}
	return f
}

// quiet returns the end of the run of intervals without evictions that begins at i; a start ends it.
func quiet(all []interval, i int) int {
	end := i
	for end < len(all) && all[end].evicted == 0 && (end == i || !all[end].fresh) {
		end++
	}
	return end
}

// missAfter is the miss ratio of the ten minutes after a fill, up to the next start; 0 when there is none.
func missAfter(rest []interval) float64 {
	requests, misses, _ := sum(rest, settle)
	if requests <= 0 {
		return 0
	}
	return misses / requests
}

// sum adds up the intervals of the first seconds, up to the next start.
func sum(all []interval, seconds float64) (requests, misses, evicted float64) {
	for k, iv := range all {
		if iv.fresh || iv.to > all[0].from+seconds && k > 0 {
			break
		}
		requests += iv.requests
		misses += iv.misses
		evicted += iv.evicted
	}
	return requests, misses, evicted
}

// fillRatio compares a fill with the time after it. The last interval of a fill is partly after it; with e evictions and
// m misses per request afterwards, E evictions in it took E/e requests:
//
//	n_fill = n - E/e    m_fill = (M - E m/e) / n_fill    ratio = m_fill / m
//
// n and M counted since the start. It is exact even for a fill shorter than one scrape.
func fillRatio(quiet []interval, last interval, rest []interval) float64 {
	n, m := last.requests, last.misses
	for _, iv := range quiet {
		n += iv.requests
		m += iv.misses
	}
	requests, misses, evicted := sum(rest, settle)
	if requests <= 0 || evicted <= 0 || misses <= 0 {
		return 0
	}
	perRequest, missRatio := evicted/requests, misses/requests
	need := n - last.evicted/perRequest
	missed := m - last.evicted*missRatio/perRequest
	if need < 1 || missed <= 0 {
		return 0
	}
	return missed / need / missRatio
}

func collect(bins *[binsBelow + 1]bin, iv interval, scale float64) {
	mean := (iv.before + iv.after) / 2
	if iv.requests <= 0 || mean <= 0 || iv.size <= 0 || mean > iv.size {
		return
	}
	share := mean / iv.size
	k := binsBelow + int(math.Round(2*math.Log2(share)))
	if k < 0 {
		return
	}
	b := &bins[k]
	b.share += share * iv.requests
	b.misses += min(iv.requests, iv.misses*scale)
	b.requests += iv.requests
}
