package traffic

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// Requests are the stream in order of time, and how many keys it has. The same seed gives the same stream.
func (s *Spec) Requests(seed uint64) (all []Request, keys int) {
	r := &stream{Spec: s, Rand: rand.New(rand.NewPCG(seed, 1))}
	switch s.Kind {
	case "fanout":
		r.fanout()
	case "burst":
		r.burst()
	case "lognormal":
		weights := make([]float64, int(s.N))
		for i := range weights {
			weights[i] = math.Exp(s.Sigma * r.NormFloat64())
		}
		r.each(r.fixed(weights))
	default:
		r.each(r.mix())
	}
	inTime(r.all)
	return r.all, int(r.keys)
}

func inTime(all []Request) {
	slices.SortStableFunc(all, func(a, b Request) int { return cmp.Compare(a.At, b.At) })
}

func (s *stream) each(from source) {
	s.arrivals(s.Rate, func(at float64) { s.ask(at, from(at)) })
}

// burst asks for each key of the mix several times within a while.
func (s *stream) burst() {
	from := s.mix()
	s.arrivals(s.Rate, func(at float64) {
		key := from(at)
		s.ask(at, key)
		for s.Float64() >= s.P {
			s.ask(at+s.ExpFloat64()*s.Gap, key)
		}
	})
}

// fanout asks for every member of a room at once, whenever something happens in it.
func (s *stream) fanout() {
	rooms := make([][]int32, int(s.Rooms))
	smallest, largest := math.Pow(s.Min, -s.Tail), math.Pow(s.Max, -s.Tail)
	for i := range rooms {
		size := math.Pow(smallest-s.Float64()*(smallest-largest), -1/s.Tail)
		rooms[i] = s.members(min(int(size), int(s.Users)))
	}
	s.newKeys(int(s.Users))
	by := pickBy(ranked(len(rooms), s.A))
	const apart = .001 // seconds between one member and the next
	s.arrivals(s.Rate, func(at float64) {
		for i, member := range rooms[by.pick(s.Rand)] {
			s.ask(at+float64(i)*apart, member)
		}
	})
}

// members are n different users.
func (s *stream) members(n int) []int32 {
	var all []int32
	for in := map[int32]bool{}; len(all) < n; {
		if user := int32(s.IntN(int(s.Users))); !in[user] {
			in[user] = true
			all = append(all, user)
		}
	}
	return all
}
