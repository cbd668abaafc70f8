package checks

import (
	"math"
	"testing"
)

// chance is the smallest number of slow requests among n that comes by chance less than once in a thousand times.
func chance(n int) int {
	p := fewShare.Value
	term, below := math.Pow(1-p, float64(n)), 0.0
	for k := 0; ; k++ {
		if 1-below < 0.001 {
			return k
		}
		below += term
		term *= float64(n-k) / float64(k+1) * p / (1 - p)
	}
}

// The line that PromQL can draw is never below the binomial distribution, and hardly above it.
func TestFewRequestsAreNoChance(t *testing.T) {
	for n := int(fewLeast.Value); n <= 2400; n++ {
		all := fewShare.Value * float64(n)
		line, want := int(math.Ceil(all+fewSpread.Value*math.Sqrt(all)+fewBase.Value)), chance(n)
		if line < want || line > want+1+n/300 {
			t.Errorf("of %d requests %d slow ones count, but chance ends at %d", n, line, want)
		}
	}
}
