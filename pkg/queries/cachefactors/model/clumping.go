package model

// clumping is the index of dispersion of misses: by how much their number per interval varies more than that of independent
// requests would; 1 for misses that come one by one. Rooms asked for member by member come in clumps: what a clump pushes out
// is asked for again as a clump, so more is gained to the right of the present size than the fill, which clumps cross in one
// leap, shows on its left.
//
// So that load that comes and goes does not count, it compares the misses of each interval with what its neighbours' miss
// ratio m lets expect of its requests R: for independent requests the variance of that difference is
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
