package cachefactors

import (
	"context"
	"maps"
	"runtime"
	"slices"
	"time"

	prometheus "github.com/prometheus/common/model"
	"golang.org/x/sync/errgroup"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// fewSamples are not enough to predict from. Source: ours.
const fewSamples = 20

// prediction is what the model expects of one row's cache at several sizes. It orders the rows and fills the columns; no
// verdict rests on it.
type prediction struct {
	present float64 // hit ratio of the time that it looked at
	sizes   []model.Prediction
}

// toPredict: advised to grow, and within the conditions of the proof, which are the model's too.
func (r row) toPredict(h caches.Homeserver) bool {
	return r.Verdict.Advised() && r.Provable(h) && r.step(h) > 1
}

// step is the next factor as a multiple of the present one; a whole step where factors are not known, 1 where none is
// larger.
func (r row) step(h caches.Homeserver) float64 {
	if r.factor.Next == nil {
		return h.Step()
	}
	return *r.factor.Next / *r.factor.Current
}

// predictRows predicts the advised rows, at their next step and at the query's multipliers.
func (a asked) predictRows(ctx context.Context, s *query.Session, rows []row, servers map[string]caches.Homeserver) error {
	var open []*row
	for i := range rows {
		if rows[i].toPredict(servers[rows[i].Server]) {
			open = append(open, &rows[i])
		}
	}
	if len(open) == 0 {
		return nil
	}
	if len(open) > mostCaches {
		open = firstOfEach(open)
		s.Inform("Only the %d rows that could avoid most misses on their homeserver are predicted; name caches to see others.", len(open))
	}
	series := 0
	for _, r := range open {
		series += max(1, r.Processes)
		if !slices.Contains(a.Names, r.Cache) {
			a.Names = append(a.Names, r.Cache)
		}
	}
	slices.Sort(a.Names)
	var starts prometheus.Vector
	var costs costs
	if err := s.Ask(ctx, append(costs.questions(a, open), query.At(a.lastStart(s.Range), &starts))...); err != nil {
		return err
	}
	t := stretchOf(s.Range, caches.Lifetime(a.EntryTTL), a.Scrape, firstOf(starts), series)
	if t.judged.After(s.Range.From) {
		s.Inform("Predictions look at the last %s of the range.", words.Duration(longest))
	}
	histories, err := a.fetchHistories(ctx, s, t)
	if err != nil {
		return err
	}
	var multipliers []float64
	if s.Format.ID == "curve" {
		multipliers = s.Numbers("multipliers")
	}
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, r := range open {
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return query.CatchPanic(func() error {
				step := r.step(servers[r.Server])
				r.predicted = predictSizes(r.includes, histories, a.EntryTTL, t.window(), append([]float64{step}, multipliers...))
				r.next = r.gainAt(step, r.atMost)
				r.saved = costs.saved(a, r)
				return nil
			})
		})
	}
	return group.Wait()
}

// firstOfEach keeps the first rows, as many of each homeserver, so that a large one does not take them all.
func firstOfEach(open []*row) []*row {
	servers := map[string]bool{}
	for _, r := range open {
		servers[r.Server] = true
	}
	kept, _ := query.LimitPerServer(open, max(1, mostCaches/len(servers)), func(r *row) string { return r.Server })
	return kept
}

// includes tells whether a process's series belongs to the row, which may be of one process or of all.
func (r row) includes(k caches.Key) bool {
	return k.Server == r.Server && k.Cache == r.Cache && (r.Process == 0 || k.Process == r.Process)
}

// predictSizes weighs the predictions of the processes by their lookups; nil where the model can't say. Ends of intervals are
// weighed as if all processes erred together, which they tend to: it is the same traffic.
func predictSizes(belongs func(caches.Key) bool, histories map[caches.Key]*history, entryTTL time.Duration, w model.Window, multipliers []float64) *prediction {
	multipliers = slices.DeleteFunc(multipliers, func(m float64) bool { return m <= 1 })
	slices.Sort(multipliers)
	multipliers = slices.Compact(multipliers)
	requests, avoidable := 0.0, 0.0
	p := prediction{sizes: make([]model.Prediction, len(multipliers))}
	for k, h := range histories {
		if !belongs(k) {
			continue
		}
		s := h.series()
		if len(s.Times) < fewSamples {
			continue
		}
		s.Repeats = caches.RepeatsOf(k.Cache)
		f := model.Predict(s, entryTTL.Seconds(), w, multipliers)
		if f.Resized {
			return nil
		}
		requests += f.Requests
		avoidable += f.Avoidable(multipliers[0])
		p.present += f.Requests * f.HitRatio()
		for i, q := range f.Predictions {
			sum := &p.sizes[i]
			sum.Multiplier = q.Multiplier
			sum.HitRatio, sum.Low, sum.High = sum.HitRatio+f.Requests*q.HitRatio, sum.Low+f.Requests*q.Low, sum.High+f.Requests*q.High
		}
	}
	if requests < caches.EnoughRequests.Value || avoidable <= 0 {
		return nil
	}
	p.present /= requests
	before := model.Prediction{}
	for i := range p.sizes {
		// No larger LRU cache hits less, so neither do the ends of its interval.
		q := &p.sizes[i]
		q.HitRatio, q.Low, q.High = max(q.HitRatio/requests, before.HitRatio), max(q.Low/requests, before.Low), max(q.High/requests, before.High)
		before = *q
	}
	return &p
}

// shareAvoided is the share of the present misses that a hit ratio avoids.
func (p prediction) shareAvoided(hitRatio float64) float64 {
	if p.present >= 1 {
		return 0
	}
	return max(0, (hitRatio-p.present)/(1-p.present))
}

// gain is what one larger size brings, in numbers of the row: hit ratios, and misses avoided per second.
type gain struct {
	multiplier                       float64
	hit, low, high                   float64
	avoided, avoidedLow, avoidedHigh float64
}

// gainAt is the prediction at a size, at most limit; nil where there is none.
func (r row) gainAt(multiplier float64, limit *float64) *gain {
	if r.predicted == nil || limit == nil || r.Requests <= 0 {
		return nil
	}
	present := query.OrZero(r.HitRatio())
	if multiplier <= 1 {
		return &gain{multiplier: multiplier, hit: present, low: present, high: present}
	}
	at := slices.IndexFunc(r.predicted.sizes, func(p model.Prediction) bool { return p.Multiplier == multiplier })
	if at < 0 {
		return nil
	}
	p := r.predicted.sizes[at]
	// The model's share of the misses, of the misses of the range.
	avoided := func(hitRatio float64) float64 {
		return min(r.predicted.shareAvoided(hitRatio)*r.PerSecond(r.Misses()), *limit)
	}
	g := gain{multiplier: multiplier, avoided: avoided(p.HitRatio), avoidedLow: avoided(p.Low), avoidedHigh: avoided(p.High)}
	hits := func(avoided float64) float64 { return min(1, present+avoided/r.PerSecond(r.Requests)) }
	g.hit, g.low, g.high = hits(g.avoided), hits(g.avoidedLow), hits(g.avoidedHigh)
	return &g
}

func (r row) ofNext(of func(gain) float64) *float64 {
	if r.next == nil {
		return nil
	}
	return new(of(*r.next))
}

func (r row) avoided() *float64 { return r.ofNext(func(g gain) float64 { return g.avoided }) }

// Share is of a cache's misses: what was expected to be avoided, with its 80% interval.
type Share struct{ Mean, Low, High float64 }

// beforeChange is the time before a change that its effect is predicted from, at most. Source: ours.
const beforeChange = 6 * time.Hour

// PredictStep predicts what growing some caches of one homeserver by a multiple of their size each was to bring, from what
// the metrics told until then. Caches about which nothing can be said are left out: too few lookups, resized shortly before,
// cache_autotuning.
func PredictStep(ctx context.Context, s *query.Session, server string, multiples map[string]float64, until time.Time) (map[string]Share, error) {
	if s.Settings.Homeserver.CacheAutotuning || len(multiples) == 0 {
		return nil, nil
	}
	a, err := askedBy(ctx, s, false)
	if err != nil {
		return nil, err
	}
	within := query.TimeRange{From: until.Add(-beforeChange), To: until}
	a.Names, a.Filters, a.Window = slices.Sorted(maps.Keys(multiples)), s.Filters.OnServer(server), within.Length()
	var starts, processes prometheus.Vector
	err = s.Ask(ctx,
		query.AtTime(a.lastStart(within), until, &starts),
		query.AtTime("sum("+a.CountProcesses()+")", until, &processes),
	)
	if err != nil || len(processes) == 0 {
		return nil, err
	}
	t := stretchOf(within, caches.Lifetime(a.EntryTTL), a.Scrape, firstOf(starts), int(processes[0].Value))
	histories, err := a.fetchHistories(ctx, s, t)
	if err != nil {
		return nil, err
	}
	found := map[string]Share{}
	for name, multiple := range multiples {
		belongs := func(k caches.Key) bool { return k.Server == server && k.Cache == name }
		if p := predictSizes(belongs, histories, a.EntryTTL, t.window(), []float64{multiple}); p != nil {
			next := p.sizes[0]
			found[name] = Share{p.shareAvoided(next.HitRatio), p.shareAvoided(next.Low), p.shareAvoided(next.High)}
		}
	}
	return found, nil
}
