package cachefactors

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Share is of a cache's misses: what was to be avoided, with its 80 % interval.
type Share struct{ Mean, Low, High float64 }

// foretold is the time before a change that its effect is predicted from, and the least of it. Source: ours.
const foretold = 6 * time.Hour

// Foretell predicts what growing some caches of one homeserver by a multiple of their size each was to bring, from what
// the metrics told until then. Caches about which nothing can be said are left out: too few lookups, resized shortly
// before, cache_autotuning.
func Foretell(ctx context.Context, s *query.Session, server string, multiples map[string]float64, until time.Time) (map[string]Share, error) {
	if s.Options.CacheAutotuning || len(multiples) == 0 {
		return nil, nil
	}
	within := query.TimeRange{From: until.Add(-foretold), To: until}
	q := questionsOf(s, slices.Sorted(maps.Keys(multiples)), false)
	q.filters, q.window = s.Filters.OnServer(server), within.Length()
	var starts, processes model.Vector
	err := s.Ask(ctx,
		query.AtTime(q.lastStart(within), until, &starts),
		query.AtTime("count("+q.full()+")", until, &processes),
	)
	if err != nil || len(processes) == 0 {
		return nil, err
	}
	t := stretchOf(within, q.memory, q.interval, firstOf(starts), int(processes[0].Value))
	histories, err := fetchHistories(ctx, s, q, t)
	if err != nil {
		return nil, err
	}
	found := map[string]Share{}
	for name, multiple := range multiples {
		belongs := func(k key) bool { return k.server == server && k.cache == name }
		o := predict(belongs, histories, s.Options.CacheEntryTTL.Seconds(), t.window(), multiple, nil)
		if o != nil && len(o.predictions) > 0 && o.present < 1 {
			share := func(hitRatio float64) float64 { return max(0, (hitRatio-o.present)/(1-o.present)) }
			p := o.predictions[0]
			found[name] = Share{share(p.HitRatio), share(p.Low), share(p.High)}
		}
	}
	return found, nil
}

func firstOf(starts model.Vector) *time.Time {
	if len(starts) == 0 {
		return nil
	}
	at := time.Unix(int64(starts[0].Value), 0)
	return &at
}
