package cachemodel

import (
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
)

// Verdicts counts, by verdict and how sure it is, the caches that doubling helps by a tenth of their misses, and the others.
type Verdicts map[Sure]struct{ Useful, Useless int }

// Sure is a verdict with its confidence.
type Sure struct {
	caches.Verdict
	Confidence float64
}

// Decide asks for the plugin's own verdict on the caches that belong.
func Decide(set *Set, belongs func(*Cache) bool) Verdicts {
	all := Verdicts{}
	h := caches.Homeserver{EntryTTL: time.Duration(set.TTL) * time.Second, CommonFactor: baseFactor}
	for i := range set.Caches {
		c := &set.Caches[i]
		if !belongs(c) {
			continue
		}
		judgement := caches.Judge(Measure(c, set.TTL), h)
		judged := Sure{judgement.Verdict, judgement.Confidence}
		useful := avoids(c.Base.HitRatio(), c.Larger[Doubling].HitRatio())
		count := all[judged]
		count.Useful += one(useful)
		count.Useless += one(!useful)
		all[judged] = count
	}
	return all
}
