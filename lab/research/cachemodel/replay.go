package cachemodel

import (
	"github.com/matrix-insight/synapse-datasource/lab/research/cachemodel/lru"
	"github.com/matrix-insight/synapse-datasource/lab/research/cachemodel/traffic"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
)

const (
	// ttl is Synapse's default cache_entry_ttl, and expireEvery how often it looks, in seconds.
	ttl         = 1800
	expireEvery = 30
	// scrapeEvery is that of the recorded sets, in seconds.
	scrapeEvery = 15
	baseFactor  = .5
)

// Replay lets caches of all sizes serve the same stream, and scrapes the smallest. The second half of the time is what is
// judged.
func Replay(s *traffic.Spec, seed uint64) Cache {
	requests, keys := s.Requests(seed)
	end := s.Hours * 3600
	c := Cache{Structured: s.Kind != "", Loop: loops(s.Mix), Window: model.Window{From: end / 2, To: end}, Spec: *s}
	r := replay{Spec: s, requests: requests, keys: keys, window: c.Window}
	c.Base = r.run(1, &c.Series)
	for _, x := range Multipliers {
		c.Larger = append(c.Larger, r.run(x, nil))
	}
	return c
}

type replay struct {
	*traffic.Spec
	requests []traffic.Request
	keys     int
	window   model.Window
}

func (r *replay) run(multiplier float64, scraped *model.Series) Size {
	factor := baseFactor * multiplier
	size := Size{Factor: factor, MaxSize: float64(max(1, int(r.Orig*factor)))}
	cache := lru.New(int(size.MaxSize), r.keys)
	requests, hits := 0, 0 // in the window; what restarts take from the counters is added before
	count := func(sign int) { requests, hits = requests+sign*cache.Requests, hits+sign*cache.Hits }
	restarts, i := r.Restart, 0
	for t := 0.0; t <= r.window.To; t += scrapeEvery {
		for ; i < len(r.requests) && r.requests[i].At < t; i++ {
			q := &r.requests[i]
			if len(restarts) > 0 && q.At >= restarts[0]*3600 {
				if t > r.window.From {
					count(+1)
				}
				cache.Restart()
				restarts = restarts[1:]
			}
			cache.Ask(q.At, q.Key)
		}
		if int(t)%expireEvery == 0 {
			cache.Expire(t - ttl)
		}
		if t == r.window.From {
			count(-1)
		}
		if scraped != nil {
			scrape(scraped, t, cache.Counts, size.MaxSize)
		}
	}
	count(+1)
	size.Requests, size.Hits = float64(requests), float64(hits)
	return size
}

func scrape(s *model.Series, at float64, c lru.Counts, size float64) {
	s.Times = append(s.Times, at)
	s.Requests = append(s.Requests, float64(c.Requests))
	s.Hits = append(s.Hits, float64(c.Hits))
	s.EvictedSize = append(s.EvictedSize, float64(c.EvictedSize))
	s.EvictedInvalidation = append(s.EvictedInvalidation, float64(c.EvictedInvalidation))
	s.Entries = append(s.Entries, float64(c.Entries))
	s.MaxSize = append(s.MaxSize, size)
}
