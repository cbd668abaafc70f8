package compare

import (
	"math"
	"testing"
	"time"
)

func at(seconds float64) time.Time { return time.UnixMilli(int64(seconds * 1000)) }

func series(start, step float64, values ...float64) []Sample {
	samples := make([]Sample, len(values))
	for i, value := range values {
		samples[i] = Sample{at(start + step*float64(i)), value}
	}
	return samples
}

func TestIncrease(t *testing.T) {
	for name, c := range map[string]struct {
		samples []Sample
		want    Span
		known   bool
	}{
		"one sample tells nothing":               {series(5, 5, 7), Span{}, false},
		"carried on to both ends":                {series(1, 4, 100, 104, 108), Span{10, 10}, true},
		"a reset is counted":                     {series(0, 5, 100, 105, 3), Span{8, 8}, true},
		"never carried on below zero":            {series(2, 4, 1, 3, 9), Span{9, 9}, true},
		"standing still":                         {series(1, 4, 5, 5, 5), Span{0, 0}, true},
		"born late: half a gap, or down to zero": {series(6, 2, 3, 5, 7), Span{5, 5}, true},
		"versions differ by where they cut":      {series(6, 2, 1.8, 3.8, 5.8), Span{5, 5.8}, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, known := Increase(c.samples, at(0), at(10))
			if known != c.known || math.Abs(got.Low-c.want.Low) > 1e-9 || math.Abs(got.High-c.want.High) > 1e-9 {
				t.Errorf("got %v %v, want %v %v", got, known, c.want, c.known)
			}
		})
	}
}
