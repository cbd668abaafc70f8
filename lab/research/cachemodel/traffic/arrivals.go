package traffic

import (
	"math"
	"math/rand/v2"
)

const (
	day        = 4 * 3600.0 // of the rhythm, in seconds
	perMinute  = .09        // deviation of the rate from one minute to the next, as a share
	eventPhase = 1.0        // where in the day streams of rooms begin, in radians
)

// stream collects the requests of one Spec.
type stream struct {
	*Spec
	*rand.Rand
	keys int32 // so far
	all  []Request
	load []float64 // per minute, noise only
}

// newKeys returns the first of n keys.
func (s *stream) newKeys(n int) int32 {
	first := s.keys
	s.keys += int32(n)
	return first
}

func (s *stream) end() float64 { return s.Hours * 3600 }

func (s *stream) ask(at float64, key int32) {
	if at < s.end() {
		s.all = append(s.all, Request{At: at, Key: key})
	}
}

// arrivals calls f at the times of a Poisson process whose rate follows the day.
func (s *stream) arrivals(rate float64, f func(at float64)) {
	phase := 0.0
	if s.Kind != "" {
		phase = eventPhase
	}
	for t := 0.0; t < s.end(); t++ {
		if int(t)%60 == 0 && int(t)/60 == len(s.load) {
			s.load = append(s.load, max(0, 1+perMinute*s.NormFloat64()))
		}
		mean := rate * s.load[int(t)/60] * max(0, 1+s.Amp*math.Sin(2*math.Pi*t/day+phase))
		for wait := s.ExpFloat64(); wait < mean; wait += s.ExpFloat64() {
			f(t + wait/mean)
		}
	}
}

// picker picks an index by weight, in constant time (Walker, ACM TOMS 1977; Vose, IEEE TSE 1991).
type picker struct {
	keep  []float64
	other []int32
}

func pickBy(weights []float64) picker {
	n := len(weights)
	total := 0.0
	for _, w := range weights {
		total += w
	}
	p := picker{make([]float64, n), make([]int32, n)}
	var small, large []int32
	for i, w := range weights {
		p.keep[i] = w * float64(n) / total
		if p.keep[i] < 1 {
			small = append(small, int32(i))
		} else {
			large = append(large, int32(i))
		}
	}
	for len(small) > 0 && len(large) > 0 {
		poor, rich := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		p.other[poor] = rich
		if p.keep[rich] -= 1 - p.keep[poor]; p.keep[rich] < 1 {
			large = large[:len(large)-1]
			small = append(small, rich)
		}
	}
	for _, i := range append(small, large...) {
		p.keep[i] = 1
	}
	return p
}

func (p picker) pick(r *rand.Rand) int {
	i := r.IntN(len(p.keep))
	if r.Float64() < p.keep[i] {
		return i
	}
	return int(p.other[i])
}

// ranked are the weights rank^-a.
func ranked(n int, a float64) []float64 {
	weights := make([]float64, n)
	for i := range weights {
		weights[i] = math.Pow(float64(i+1), -a)
	}
	return weights
}
