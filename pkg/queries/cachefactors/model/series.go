package model

import (
	"math"
	"time"
)

// Series holds the samples of one cache in one process, as scraped: counters are cumulative since the process started,
// so that they fall when it restarts. All slices are equally long; Times are seconds, ascending.
type Series struct {
	Times               []float64
	Requests            []float64
	Hits                []float64
	EvictedSize         []float64 // dropped because the cache was full
	EvictedInvalidation []float64 // mostly expiry after cache_entry_ttl: real invalidations are not counted
	Entries             []float64
	MaxSize             []float64
	// Repeats is caches.Bound.Repeats.
	Repeats float64
}

// Window is the time range that is judged, in seconds. Samples before it tell about the last fill.
type Window struct{ From, To float64 }

// interval is what happened between two samples, or between a start and the first sample after it.
type interval struct {
	from, to      float64
	requests      float64
	misses        float64
	evicted       float64 // for lack of room
	expired       float64
	before, after float64 // entries
	size          float64 // max size at its end
	fresh         bool    // the process started within it: it begins with nothing
}

// restarted tells whether the process started anew between samples i-1 and i: a counter fell.
func (s *Series) restarted(i int) bool {
	return s.Requests[i] < s.Requests[i-1] || s.EvictedSize[i] < s.EvictedSize[i-1] ||
		s.EvictedInvalidation[i] < s.EvictedInvalidation[i-1] || s.Hits[i] < s.Hits[i-1]
}

// intervals turns samples into differences. The first sample counts as an interval of its own when the cache had not
// evicted anything yet: its counters then tell about a fill from the start.
func (s *Series) intervals() []interval {
	n := len(s.Times)
	if n == 0 {
		return nil
	}
	step := s.step()
	all := make([]interval, 0, n)
	if s.EvictedSize[0] == 0 && s.Requests[0] > 0 {
		all = append(all, s.since(0, s.Times[0]-step))
	}
	for i := 1; i < n; i++ {
		if s.restarted(i) {
			all = append(all, s.since(i, s.Times[i-1]))
			continue
		}
		requests := s.Requests[i] - s.Requests[i-1]
		all = append(all, interval{
			from: s.Times[i-1], to: s.Times[i],
			requests: requests,
			misses:   max(0, requests-(s.Hits[i]-s.Hits[i-1])),
			evicted:  s.EvictedSize[i] - s.EvictedSize[i-1],
			expired:  s.EvictedInvalidation[i] - s.EvictedInvalidation[i-1],
			before:   s.Entries[i-1], after: s.Entries[i], size: s.MaxSize[i],
			fresh: s.Requests[i-1] == 0 && s.Entries[i-1] == 0,
		})
	}
	return all
}

// since is the interval that ends at sample i and began with a start.
func (s *Series) since(i int, from float64) interval {
	return interval{
		from: from, to: s.Times[i],
		requests: s.Requests[i], misses: max(0, s.Requests[i]-s.Hits[i]),
		evicted: s.EvictedSize[i], expired: s.EvictedInvalidation[i],
		after: s.Entries[i], size: s.MaxSize[i], fresh: true,
	}
}

// step is the shortest distance between samples.
func (s *Series) step() float64 {
	step := math.Inf(1)
	for i := 1; i < len(s.Times); i++ {
		step = min(step, s.Times[i]-s.Times[i-1])
	}
	if math.IsInf(step, 1) {
		return 0
	}
	return step
}

func seconds(v float64) time.Duration { return time.Duration(v * float64(time.Second)) }
