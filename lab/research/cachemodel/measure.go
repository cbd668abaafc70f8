package cachemodel

import (
	"math"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
)

// Measure gives what the plugin would measure of a simulated cache, so that its own verdict can be asked for.
func Measure(c *Cache, ttl float64) *caches.Measurements {
	s, window := c.Series, c.Window
	lifetime := caches.Lifetime(time.Duration(ttl) * time.Second).Seconds()
	totals := model.Predict(s, ttl, window, nil).Totals
	m := &caches.Measurements{
		Key: caches.Key{Cache: "simulated"}, Window: time.Duration(window.To-window.From) * time.Second,
		Requests: totals.Requests, Hits: totals.Requests - totals.Misses, Warm: totals.Requests, EvictionsSeen: true,
		Avoidable: totals.Avoidable(math.Inf(1)), Processes: 1,
	}
	for i := 1; i < len(s.Times) && s.Times[i] <= window.To; i++ {
		full, unread := s.EvictedSize[i], s.EvictedInvalidation[i]
		if !restarted(s, i) {
			full, unread = full-s.EvictedSize[i-1], unread-s.EvictedInvalidation[i-1]
		}
		switch from := s.Times[i-1]; {
		case from >= window.From:
			m.Evicted, m.Unread = m.Evicted+full, m.Unread+unread
			m.Entries, m.MaxEntries, m.FullEntries = &s.Entries[i], &s.MaxSize[i], s.Entries[i]
			m.Fill = max(m.Fill, s.Entries[i]/s.MaxSize[i])
		case from >= window.From-lifetime:
			m.Before += full
		}
	}
	if useful := largestUseful(s, ttl, window); !math.IsInf(useful, 1) {
		m.Useful = &useful
	}
	return m
}

func restarted(s model.Series, i int) bool { return s.Requests[i] < s.Requests[i-1] }

// largestUseful is the size above which nothing changes. At t, a cache without limit holds at most
// U(t) = entries(t) + E(t-ttl-30s, t): what it has more was evicted from this one because it was full and has not expired. A
// size above the largest U of the window, and of the ttl before it, changes nothing. It is infinite when the series reaches
// back neither to twice the ttl before the window nor to a start.
func largestUseful(s model.Series, ttl float64, w model.Window) float64 {
	reach := caches.Lifetime(time.Duration(ttl) * time.Second).Seconds()
	if s.EvictedSize[0] > 0 && s.Times[0] > w.From-2*reach {
		return math.Inf(1)
	}
	most, oldest := 0.0, 0
	for i := 1; i < len(s.Times) && s.Times[i] <= w.To; i++ {
		before := s.Entries[i-1]
		if restarted(s, i) {
			oldest, before = i, 0
		}
		for oldest < i && s.Times[oldest+1] <= s.Times[i-1]-reach {
			oldest++
		}
		evicted := s.EvictedSize[i]
		if oldest < i {
			evicted -= s.EvictedSize[oldest]
		}
		if s.Times[i] > w.From-reach {
			most = max(most, max(before, s.Entries[i])+evicted)
		}
	}
	return most
}
