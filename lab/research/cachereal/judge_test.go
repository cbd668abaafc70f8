package main

import (
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
)

// with is a cache of 100 entries with 10,000 requests in the window.
func with(hit float64, evictions float64, larger ...model.Prediction) cache {
	c := cache{model.Totals{Requests: 10000, Misses: 10000 * (1 - hit), MaxSize: 100, Bound: caches.Bound{Misses: 10000 * (1 - hit), Evicted: evictions}}, map[float64]model.Prediction{}}
	for _, p := range larger {
		c.larger[p.Multiplier] = p
	}
	return c
}

func TestSummarise(t *testing.T) {
	rises, flat, lost := key{0, "rises"}, key{1, "flat"}, key{0, "lost"}
	at := func(multiplier, hit, low, high, limit float64) model.Prediction {
		return model.Prediction{Multiplier: multiplier, HitRatio: hit, Low: low, High: high, Limit: limit}
	}
	small := seen{
		rises: with(.5, 5000, at(2, .6, .58, .7, 1), at(4, .7, .6, .8, 1)),
		flat:  with(.8, 0, at(2, .8, .8, .8, .8), at(4, .8, .8, .8, .8)),
		lost:  with(.3, 0),
	}
	all := judge(small, seen{rises: with(.51, 0), flat: with(.79, 0)}, seen{rises: with(.72, 0), flat: with(.83, 0)}, seen{rises: with(.7, 0), flat: with(.8, 0)})
	if len(all) != 2 || all[0].key != rises {
		t.Fatalf("%+v: want the two that all runs have, the one with more misses first", all)
	}
	// rises is 12 points off and in no interval, as its noise is 1 point; flat is 3 off and above its limit by 2 more than its noise.
	if got, want := summarise(all, 2, groups[0].belongs), (summary{caches: 2, off: 7.5, noise: 1, above: 1, said: 1, was: 2, right: 1}); !near(got, want) {
		t.Errorf("2×: %+v, want %+v", got, want)
	}
	if got, want := summarise(all, 4, groups[1].belongs), (summary{caches: 1, noise: 1, in: 1, said: 1, was: 1, right: 1}); !near(got, want) {
		t.Errorf("4×, open: %+v, want %+v", got, want)
	}
	if text := table(all); !strings.Contains(text, "| `rises` | 1 | 100 | 10000 | 50.0, 51.0 | 60.0 (58.0 to 70.0) | 72.0 | 70.0 (60.0 to 80.0) | 70.0 |") {
		t.Error(text)
	}
}

func near(a, b summary) bool {
	same := func(x, y float64) bool { return x-y < 1e-6 && y-x < 1e-6 }
	off, noise := same(a.off, b.off), same(a.noise, b.noise)
	a.off, a.noise, b.off, b.noise = 0, 0, 0, 0
	return off && noise && a == b
}
