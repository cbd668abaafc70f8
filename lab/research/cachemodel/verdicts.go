package cachemodel

import "github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"

// Verdicts counts what doubling would be advised and how often it was right: yes when the interval's low end avoids a
// tenth of the misses, no when the bound excludes it, probe in between.
type Verdicts struct{ YesRight, YesWrong, NoRight, NoWrong, ProbeUseful, ProbeUseless int }

// few is the number of misses below which none is worth a step.
const few = 50

// Decide judges the verdicts on the caches that belong.
func Decide(caches []Cache, forecast func(*Cache) model.Forecast, belongs func(*Cache) bool) (v Verdicts) {
	for i := range caches {
		c := &caches[i]
		if !belongs(c) {
			continue
		}
		f := forecast(c)
		h0 := c.Base.HitRatio()
		useful := avoids(h0, c.Larger[Doubling].HitRatio())
		avoidable := f.Bounds.Avoidable(Multipliers[Doubling])
		switch {
		case avoidable < worthwhile*f.Bounds.Misses || avoidable < few:
			v.NoRight += one(!useful)
			v.NoWrong += one(useful)
		case avoids(h0, f.Predictions[Doubling].Low):
			v.YesRight += one(useful)
			v.YesWrong += one(!useful)
		default:
			v.ProbeUseful += one(useful)
			v.ProbeUseless += one(!useful)
		}
	}
	return v
}
