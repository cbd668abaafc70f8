// Package traffic makes the requests that a cache gets: streams whose law is known, so that what a model says of a cache
// can be compared with what the cache does. The kinds and their parameters are those of testdata/tuning.tar.gz.
package traffic

import "slices"

// Spec is one stream. Which fields count depends on Kind.
type Spec struct {
	Kind    string    // "": requests that know nothing of each other, from the parts of Mix; or what its requests are made of
	Orig    float64   // entries that the cache holds at factor 1
	Hours   float64   // how long
	Rate    float64   // mean of what arrives per second: requests, events in rooms, first requests of bursts
	Amp     float64   // by which share the rate rises and falls, in a day of four hours
	Restart []float64 // hours
	Mix     []Part

	Rooms, Tail, Min, Max, Users, A float64 // fanout: sizes between Min and Max with a tail, popularity rank^-A
	P, Gap                          float64 // burst: mean length 1/P, all within some Gaps of seconds
	N, Sigma                        float64 // lognormal: keys, deviation of the log of their popularity

	Inv *struct{} // invalidations, which are not made
}

// Part is one kind of key and its weight.
type Part struct {
	Kind  string
	Share float64
	N     float64 // keys
	A     float64 // zipf, churn: popularity rank^-A
	Life  float64 // churn: seconds until a key of that popularity is replaced
	New   float64 // recency: keys per second that begin
	Scale float64 // recency: seconds; the age of what is asked for is Lomax-distributed
	Shape float64
}

// Known tells whether Requests makes all of this stream.
func (s *Spec) Known() bool {
	return s.Inv == nil && slices.Contains([]string{"", "fanout", "burst", "lognormal"}, s.Kind)
}

// Request is one access. Keys count from 0.
type Request struct {
	At  float64 // seconds
	Key int32
}
