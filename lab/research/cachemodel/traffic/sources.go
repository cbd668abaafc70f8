package traffic

import "math"

// source gives the key that is asked for at a time, in seconds.
type source func(at float64) int32

// mix draws each request from one of the parts.
func (s *stream) mix() source {
	var sources []source
	var shares []float64
	for _, part := range s.Mix {
		sources = append(sources, s.source(part))
		shares = append(shares, part.Share)
	}
	which := pickBy(shares)
	return func(at float64) int32 { return sources[which.pick(s.Rand)](at) }
}

func (s *stream) source(part Part) source {
	n := int(part.N)
	switch part.Kind {
	case "zipf", "uniform":
		return s.fixed(ranked(n, part.A))
	case "loop":
		first, next := s.newKeys(n), -1
		return func(float64) int32 {
			next = (next + 1) % n
			return first + int32(next)
		}
	case "churn":
		return s.churn(part)
	case "recency":
		return s.recency(part)
	default: // scan
		return func(float64) int32 { return s.newKeys(1) }
	}
}

// fixed keys keep their popularity.
func (s *stream) fixed(weights []float64) source {
	first, by := s.newKeys(len(weights)), pickBy(weights)
	return func(float64) int32 { return first + int32(by.pick(s.Rand)) }
}

// churn gives each popularity to another key every Life seconds.
func (s *stream) churn(part Part) source {
	n := int(part.N)
	by := pickBy(ranked(n, part.A))
	begin := make([]float64, n) // of the first life, as a share of it
	for i := range begin {
		begin[i] = s.Float64()
	}
	known := map[[2]int]int32{}
	return func(at float64) int32 {
		i := by.pick(s.Rand)
		return s.keyOf(known, [2]int{i, int(at/part.Life + begin[i])})
	}
}

// recency asks for what began a while ago.
func (s *stream) recency(part Part) source {
	known := map[[2]int]int32{}
	return func(at float64) int32 {
		age := part.Scale * (math.Pow(1-s.Float64(), -1/part.Shape) - 1)
		return s.keyOf(known, [2]int{int(math.Floor((at - age) * part.New))})
	}
}

func (s *stream) keyOf(known map[[2]int]int32, what [2]int) int32 {
	key, is := known[what]
	if !is {
		key = s.newKeys(1)
		known[what] = key
	}
	return key
}
