package cachemodel

import (
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
)

// TestBounds holds the proofs against every simulated cache and size, at four scrape intervals: no size avoids more
// misses than the bound, and above the largest useful one none has more hits.
func TestBounds(t *testing.T) {
	for _, name := range []string{"test", "tuning"} {
		holdBounds(t, name, load(t, name))
	}
}

func holdBounds(t *testing.T, name string, s *Set) {
	t.Helper()
	pairs, above := 0, 0
	for i := range s.Caches {
		c := &s.Caches[i]
		largest := c.Larger[len(c.Larger)-1]
		for _, step := range []int{1, 2, 4, 8} {
			series := Thin(c.Series, step)
			b, useful := model.Predict(series, s.TTL, c.Window, nil).Totals, largestUseful(series, s.TTL, c.Window)
			for k, size := range c.Larger {
				pairs++
				avoided := size.Hits - c.Base.Hits
				if limit := b.Avoidable(Multipliers[k]) + lost(c, b); avoided > limit {
					t.Errorf("%s/%s at %d s, %v×: avoids %v of %v misses, bound %v", name, c.Name, 15*step, Multipliers[k], avoided, b.Misses, limit)
				}
				if size.MaxSize < useful {
					continue
				}
				above++
				if gain := largest.Hits - size.Hits; gain > 0 {
					t.Errorf("%s/%s at %d s: %v is above the largest useful size %v, but %v more hits follow", name, c.Name, 15*step, size.MaxSize, useful, gain)
				}
			}
		}
	}
	t.Logf("%s: %d pairs within the bound, %d sizes above the largest useful one", name, pairs, above)
	if pairs < 1000 || above < 100 {
		t.Error("too few to prove anything")
	}
}

// lost is what a restart between two scrapes took out of the counters of the window: it can't be bounded from them.
func lost(c *Cache, b model.Totals) float64 {
	return max(0, c.Base.Requests-c.Base.Hits-b.Misses)
}
