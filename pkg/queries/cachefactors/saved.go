package cachefactors

import (
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

// costs is how often the transactions ran and how long they took, per second.
type costs struct{ calls, seconds model.Vector }

// causes are the transactions that a miss causes for sure; those that share their description with others tell nothing.
func causes(cache string) []string {
	var descs []string
	for _, t := range cachecatalogue.TransactionsOf(cache) {
		if t.Confidence != cachecatalogue.Low && !strings.HasPrefix(t.Desc, "simple_") {
			descs = append(descs, t.Desc)
		}
	}
	return descs
}

func (c *costs) questions(q questions, rows []*row) []query.Question {
	var descs []string
	for _, r := range rows {
		descs = append(descs, causes(r.cache)...)
	}
	if len(descs) == 0 {
		return nil
	}
	slices.Sort(descs)
	selector := q.filters.Selector(query.OneOf("desc", slices.Compact(descs)))
	by := "sum by (server_name, desc" + strings.TrimPrefix(q.by, "server_name, name") + ") "
	return []query.Question{
		query.At(by+synapse.TransactionCount.Rate(selector, q.in(q.window)), &c.calls),
		query.At(by+synapse.TransactionSum.Rate(selector, q.in(q.window)), &c.seconds),
	}
}

// saved is the database time of the misses that the step avoids: each causes as many transactions as a miss does now,
// one at most, as long as they are on average. nil where nothing is known about them.
func (c *costs) saved(r *row) *float64 {
	misses := r.perSecond(r.misses())
	descs := causes(r.cache)
	if r.expected == nil || misses <= 0 || len(descs) == 0 {
		return nil
	}
	sum := func(of model.Vector) (total float64) {
		for _, sample := range of {
			k := keyOf(sample.Metric)
			k.cache = r.cache
			if k == r.key && slices.Contains(descs, string(sample.Metric["desc"])) {
				total += float64(sample.Value)
			}
		}
		return total
	}
	calls, seconds := sum(c.calls), sum(c.seconds)
	if calls <= 0 {
		return nil
	}
	return known(r.expected.avoided * min(1, calls/misses) * seconds / calls)
}
