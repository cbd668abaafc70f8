package cachemodel

import (
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
)

// Verdicts counts, by verdict, the caches that doubling helps by a tenth of their misses, and the others.
type Verdicts map[caches.Verdict]struct{ Useful, Useless int }

// Decide asks for the plugin's own verdict on the caches that belong.
func Decide(set *Set, belongs func(*Cache) bool) Verdicts {
	all := Verdicts{}
	h := caches.Homeserver{EntryTTL: time.Duration(set.TTL) * time.Second, CommonFactor: baseFactor}
	for i := range set.Caches {
		c := &set.Caches[i]
		if !belongs(c) {
			continue
		}
		judged := caches.Judge(Measure(c, set.TTL), h).Verdict
		useful := avoids(c.Base.HitRatio(), c.Larger[Doubling].HitRatio())
		count := all[judged]
		count.Useful += one(useful)
		count.Useless += one(!useful)
		all[judged] = count
	}
	return all
}
