package main

import (
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers/synapse"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
)

// fewest is the number of requests in the window below which a cache is not judged.
const fewest = 1000

// ttl is Synapse's default cache_entry_ttl, in seconds.
const ttl = 1800

// seen is what one run showed of each cache, by homeserver (0 and 1) and name.
type seen map[key]cache

type key struct {
	server int
	name   string
}

type cache struct {
	model.Totals
	larger map[float64]model.Prediction // by multiplier
}

// look predicts each LRU cache with enough requests in the window from the scrapes of the run, by homeserver and name.
func look(run [2]map[string]*model.Series, window model.Window) seen {
	found := seen{}
	for i, all := range run {
		for name, s := range all {
			if caches.Named(name).Kind != caches.LRU {
				continue
			}
			s.Repeats = caches.RepeatsOf(name)
			forecast := model.Predict(*s, ttl, window, []float64{2, 4})
			if forecast.Requests < fewest {
				continue
			}
			c := cache{forecast.Totals, map[float64]model.Prediction{}}
			for _, p := range forecast.Predictions {
				c.larger[p.Multiplier] = p
			}
			found[key{i, name}] = c
		}
	}
	return found
}

// series are the metrics of each cache that has a size, by name.
func series(scrapes *synapse.Recorder) (map[string]*model.Series, error) {
	all := map[string]*model.Series{}
	const metric = "synapse_util_caches_cache"
	err := scrapes.Each(func(at time.Time, families synapse.Families) {
		of := func(suffix string, match map[string]string) map[string]float64 {
			return families.By(metric+suffix, "name", match)
		}
		requests, hits, entries := of("", nil), of("_hits", nil), of("_size", nil)
		full, unread := of("_evicted_size", map[string]string{"reason": "size"}), of("_evicted_size", map[string]string{"reason": "invalidation"})
		for name, size := range of("_max_size", nil) {
			s := all[name]
			if s == nil {
				s = &model.Series{}
				all[name] = s
			}
			s.Times = append(s.Times, seconds(at))
			s.Requests, s.Hits = append(s.Requests, requests[name]), append(s.Hits, hits[name])
			s.EvictedSize, s.EvictedInvalidation = append(s.EvictedSize, full[name]), append(s.EvictedInvalidation, unread[name])
			s.Entries, s.MaxSize = append(s.Entries, entries[name]), append(s.MaxSize, size)
		}
	})
	return all, err
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
