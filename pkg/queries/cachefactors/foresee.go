package cachefactors

import (
	"context"
	"math"
	"runtime"
	"slices"

	"github.com/prometheus/common/model"
	"golang.org/x/sync/errgroup"

	theory "github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// gain is what one larger size brings, in numbers of the row: hit ratios, and misses avoided a second.
type gain struct {
	multiplier                       float64
	hit, low, high                   float64
	avoided, avoidedLow, avoidedHigh float64
}

// open: advised to grow on the facts alone, and within the conditions of the proof, which are the model's too.
func (r row) open(o options) bool { return r.advised() && r.provable(o) && r.step(o) > 1 }

// step is the next factor as a multiple of the present one; a whole step where factors are not known, 1 where none is
// larger.
func (r row) step(o options) float64 {
	if r.next == nil || *r.current <= 0 {
		return o.step(r.server)
	}
	return *r.next / *r.current
}

// foresee predicts the rows that the bound leaves open, at their next step and at the query's multipliers.
func foresee(ctx context.Context, s *query.Session, q questions, rows []row, o options) error {
	var open []*row
	series := 0
	for i := range rows {
		if rows[i].open(o) {
			open = append(open, &rows[i])
		}
	}
	if len(open) == 0 {
		return nil
	}
	if len(open) > mostCaches {
		open = fairly(open)
		s.Inform("Only the %d rows that could avoid most misses on their homeserver are predicted; name caches to see others.", len(open))
	}
	for _, r := range open {
		series += max(1, r.processes)
		if !slices.Contains(q.names, r.cache) {
			q.names = append(q.names, r.cache)
		}
	}
	slices.Sort(q.names)
	var starts model.Vector
	var costs costs
	if err := s.Ask(ctx, append(costs.questions(q, open), query.At(q.lastStart(s.Range), &starts))...); err != nil {
		return err
	}
	t := stretchOf(s.Range, q.memory, q.interval, firstOf(starts), series)
	if t.judged.After(s.Range.From) {
		s.Inform("Predictions look at the last %s of the range.", span(longest))
	}
	histories, err := fetchHistories(ctx, s, q, t)
	if err != nil {
		return err
	}
	var multipliers []float64
	if s.Format.ID == "curve" {
		multipliers = s.Numbers("multipliers")
	}
	group, _ := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, r := range open {
		group.Go(func() error {
			return query.CatchPanic(func() error {
				r.expect(predict(r.includes, histories, o.CacheEntryTTL.Seconds(), t.window(), r.step(o), multipliers), o)
				r.saved = costs.saved(r)
				return nil
			})
		})
	}
	return group.Wait()
}

// fairly keeps the first rows, as many of each homeserver, so that a large one does not take them all.
func fairly(open []*row) []*row {
	servers := map[string]bool{}
	for _, r := range open {
		servers[r.server] = true
	}
	kept, _ := query.LimitPerServer(open, max(1, mostCaches/len(servers)), func(r *row) string { return r.server })
	return kept
}

// gainAt is the prediction at a size, at most limit; nil where there is none.
func (r row) gainAt(multiplier float64, limit *float64) *gain {
	if r.outlook == nil || limit == nil || r.requests <= 0 {
		return nil
	}
	present := value(r.hitRatio())
	if multiplier <= 1 {
		return &gain{multiplier: multiplier, hit: present, low: present, high: present}
	}
	for _, p := range r.outlook.predictions {
		if p.Multiplier != multiplier {
			continue
		}
		// The model's share of the misses, of the misses of the range.
		avoided := func(hitRatio float64) float64 {
			share := theory.Prediction{HitRatio: hitRatio}.Avoided(r.outlook.present)
			return min(share*r.perSecond(r.misses()), *limit)
		}
		g := gain{multiplier: multiplier, avoided: avoided(p.HitRatio), avoidedLow: avoided(p.Low), avoidedHigh: avoided(p.High)}
		hits := func(avoided float64) float64 { return min(1, present+avoided/r.perSecond(r.requests)) }
		g.hit, g.low, g.high = hits(g.avoided), hits(g.avoidedLow), hits(g.avoidedHigh)
		return &g
	}
	return nil
}

// expect judges anew by the prediction. Without one the facts' verdict stays.
func (r *row) expect(found *outlook, o options) {
	r.outlook = found
	if r.expected = r.gainAt(r.step(o), r.atMost); r.expected == nil {
		return
	}
	r.alone = found.alone
	a := r.decide(o)
	if a.verdict == keep {
		r.stop(a)
		return
	}
	r.advice = a
	r.annotate()
}

// decide raises what avoids enough at the interval's low end, and stops where the last step or the next is too small. A
// scan and a playbook's factors stay to be tried.
func (r row) decide(o options) advice {
	hits := value(r.hitRatio())
	gain := r.expected.avoided / r.perSecond(r.misses())
	why := theory.NextStep(r.bounds(), gain, r.measured(), o.short(r.server)).Why
	switch {
	case why == theory.LastWasSmall:
		return advice{keep, measuredSureness, r.sayLastWasSmall()}
	case why == theory.NextIsSmall:
		return advice{keep, r.outlook.confidence, r.sayNextIsSmall()}
	case hits < scanHitRatio:
		return advice{probe, r.outlook.confidence, r.sayPredictedScan()}
	case o.common[r.server] >= playbookFactor:
		return advice{probe, r.outlook.confidence, r.sayPredictedProbe() + " " + sayPlaybook(o.common[r.server])}
	case r.expected.avoidedLow >= worthShare*r.perSecond(r.misses()):
		return advice{raise, r.outlook.confidence, r.sayPredictedRaise(o)}
	}
	return advice{probe, r.outlook.confidence, r.sayPredictedProbe()}
}

// bounds is what is proved about the row, as the stopping rule wants it; that it can still grow is judged before.
func (r row) bounds() theory.Bounds {
	return theory.Bounds{Requests: r.requests, Misses: r.misses(), MaxSize: value(r.maxEntries), Evictions: r.bound, MaxUseful: math.Inf(1)}
}

func (r row) predicted(of func(gain) float64) *float64 {
	if r.expected == nil {
		return nil
	}
	return known(of(*r.expected))
}

func (r row) avoided() *float64 { return r.predicted(func(g gain) float64 { return g.avoided }) }
