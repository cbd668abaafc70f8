package model

import "testing"

func TestLoadSlopeEndsAnywhere(t *testing.T) {
	const perBin = 3
	for n := range 8 * perBin { // the last bin holds one interval, some, or all of its own
		var window []interval
		for i := range n {
			from := float64(i) * slopeBins / perBin
			window = append(window, interval{
				from: from, to: from + slopeBins/perBin, requests: float64(100 + i), misses: 20, evicted: 5,
			})
		}
		loadSlope(window)
	}
	// Intervals longer than a bin stand for themselves.
	loadSlope([]interval{{from: 0, to: 2 * slopeBins, requests: 9, misses: 3, evicted: 1}})
}
