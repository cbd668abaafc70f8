package cachefactors

import (
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// costs is how often the transactions ran and how long they took, per second.
type costs struct{ calls, seconds model.Vector }

// causedBy are the transactions that a miss causes for sure; those that share their description with others tell nothing.
func causedBy(cache string) []string {
	var descs []string
	for _, t := range caches.TransactionsOf(cache) {
		if t.Confidence != caches.Low && !strings.HasPrefix(t.Desc, "simple_") {
			descs = append(descs, t.Desc)
		}
	}
	return descs
}

func (c *costs) questions(a asked, rows []*row) []query.Question {
	var descs []string
	for _, r := range rows {
		descs = append(descs, causedBy(r.Cache)...)
	}
	if len(descs) == 0 {
		return nil
	}
	slices.Sort(descs)
	selector, window := a.Filters.Selector(query.OneOf("desc", slices.Compact(descs))), metrics.Window(a.Window)
	by := "sum by (" + a.By("desc") + ") ("
	return []query.Question{
		query.At(by+metrics.TransactionCount.Series().Rate(selector, window)+")", &c.calls),
		query.At(by+metrics.TransactionTime.Series().Rate(selector, window)+")", &c.seconds),
	}
}

// saved is the database time of the misses that the step avoids: each causes as many transactions as a miss does now,
// one at most, as long as they are on average. nil where nothing is known about them.
func (c *costs) saved(a asked, r *row) *float64 {
	misses := r.PerSecond(r.Misses())
	descs := causedBy(r.Cache)
	if r.next == nil || misses <= 0 || len(descs) == 0 {
		return nil
	}
	sum := func(of model.Vector) (total float64) {
		for _, sample := range of {
			k := a.KeyOf(sample.Metric)
			k.Cache = r.Cache
			if k == r.Key && slices.Contains(descs, string(sample.Metric["desc"])) {
				total += float64(sample.Value)
			}
		}
		return total
	}
	calls, seconds := sum(c.calls), sum(c.seconds)
	if calls <= 0 {
		return nil
	}
	return new(r.next.avoided * min(1, calls/misses) * seconds / calls)
}
