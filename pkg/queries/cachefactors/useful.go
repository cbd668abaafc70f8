package cachefactors

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

// usefulPoints bounds the work of the sliding maximum over a long window.
const usefulPoints = 200

// fetchUseful finds the size above which nothing can change: what a cache without any limit would hold at most, which
// at any moment is its entries and what it dropped for lack of room within the last cache_entry_ttl and one loop.
// It is asked only for caches that drop entries for lack of room; without expiry there is no such size.
func fetchUseful(ctx context.Context, s *query.Session, q questions, all map[key]*facts) error {
	if q.memory == 0 || s.Options.CacheAutotuning {
		return nil
	}
	var names []string
	for k, f := range all {
		if f.sizeDrops > 0 && !slices.Contains(names, k.cache) {
			names = append(names, k.cache)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	q.names = names
	sliding, last := q.useful()
	var most, end model.Vector
	if err := s.Ask(ctx, query.At(sliding, &most), query.At(last, &end)); err != nil {
		return err
	}
	for _, sample := range append(most, end...) {
		if f := all[keyOf(sample.Metric)]; f != nil && f.sizeDrops > 0 {
			f.useful = known(max(float64(sample.Value), value(f.useful)))
		}
	}
	return nil
}

// useful writes the sliding maximum and its last piece. Each point looks one step further back than an entry stays, so
// that the points together cover every moment; the largest number of entries is taken apart, so the answer is never
// too small.
func (q questions) useful() (sliding, last string) {
	step := max(q.memory/4, q.window/usefulPoints).Truncate(q.interval)
	step = max(step, q.interval)
	entries := "max_over_time(" + cachecatalogue.Size + q.selector() + q.in(q.window) + ")"
	evicted := "sum without (reason) (increase(" + q.full() + q.in(q.memory+step) + "))"
	sliding = fmt.Sprintf("%s + max_over_time((%s)[%s:%s])", entries, evicted, seconds(q.window), seconds(step))
	return q.aggregate("max", sliding), q.aggregate("max", entries+" + "+evicted)
}

// memoryOf is how long an unused entry can stay; 0 means for ever.
func memoryOf(o query.Options) time.Duration {
	if o.CacheEntryTTL == 0 {
		return 0
	}
	return o.CacheEntryTTL + expiryLoop
}
