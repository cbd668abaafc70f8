package page

import (
	"fmt"
	"math"
)

// Share is a share in percent with its 95 % interval.
func Share(right, of int) string {
	low, high := wilson(right, of)
	return fmt.Sprintf("%.0f%% (%.0f%% to %.0f%%)", 100*float64(right)/float64(max(of, 1)), 100*low, 100*high)
}

// wilson is the 95 % interval of a share.
func wilson(right, of int) (low, high float64) {
	if of == 0 {
		return 0, 1
	}
	const z = 1.96
	n, p := float64(of), float64(right)/float64(of)
	middle, half := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, (middle-half)/(1+z*z/n)), min(1, (middle+half)/(1+z*z/n))
}
