package transactions

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/transactions"
)

// The windows that costs are compared with.
const (
	dayAgo  = 24 * time.Hour
	weekAgo = 7 * dayAgo
)

// id is one transaction of one homeserver.
type id struct{ server, desc string }

type perTransaction map[id]float64

type perServer map[string]float64

func byID(v model.Vector, label model.LabelName) perTransaction {
	return query.ValuesBy(v, func(m model.Metric) id { return id{query.ServerOf(m), string(m[label])} })
}

func byServer(v model.Vector) perServer { return query.ValuesBy(v, query.ServerOf) }

func (p perTransaction) perServer() perServer {
	sums := perServer{}
	for t, value := range p {
		sums[t.server] += value
	}
	return sums
}

// row is one transaction of one homeserver over the window.
type row struct {
	id          id
	rank        int64
	usage       transactions.Usage
	change      *float64      // of the cost, to the same window so long ago
	ago         time.Duration // 0: not compared
	onSaturated float64       // 0..1 of the cost, measured on saturated processes
	verdict     transactions.Verdict
	guard       string
	cache       *guard
}

// thresholds are those of the checks database-cost and database-chatty in force.
type thresholds struct{ cost, calls limits.Levels }

func thresholdsOf(o settings.Settings) thresholds {
	return thresholds{transactions.CostThresholds.In(o.Thresholds), transactions.CallsThresholds.In(o.Thresholds)}
}

func (m measurements) servers() []string {
	seen := map[string]bool{}
	for t := range m.cost {
		seen[t.server] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// rank makes the rows of all homeservers, each homeserver's by falling cost.
func (m measurements) rank(t thresholds) []row {
	totalCost, totalCalls := m.totalCost, m.totalCalls
	if totalCost == nil {
		totalCost, totalCalls = m.cost.perServer(), m.calls.perServer()
	}
	var rows []row
	for id, cost := range m.cost {
		calls := m.calls[id]
		if cost <= 0 || calls <= 0 {
			continue
		}
		r := row{
			id: id, onSaturated: m.costOnSaturated[id] / cost,
			usage: transactions.Usage{Name: id.desc, Calls: calls, Cost: cost, AllCalls: totalCalls[id.server], AllCost: totalCost[id.server]},
		}
		m.compareRow(&r)
		r.verdict = r.usage.Verdict(t.cost, t.calls)
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.id.server, b.id.server), cmp.Compare(b.usage.Cost, a.usage.Cost), cmp.Compare(a.id.desc, b.id.desc))
	})
	for i := range rows {
		rows[i].rank = 1
		if i > 0 && rows[i-1].id.server == rows[i].id.server {
			rows[i].rank += rows[i-1].rank
		}
	}
	return rows
}

// compareRow fills in the change. The verdict looks at last week only, as the check does.
func (m measurements) compareRow(r *row) {
	ago := m.comparedTo[r.id.server]
	before, there := m.earlier[r.id]
	if ago == weekAgo {
		r.usage.CostBefore = &before // 0: it was not there
	}
	if there && before > 0 && r.usage.Share() >= transactions.GrownShare.Value {
		change := r.usage.Cost / before
		r.change, r.ago = &change, ago
	}
}

// compare fills in the earlier cost, from yesterday for homeservers without data in the asked window.
func (m *measurements) compare(s *query.Session, coldNow perServer, past, yesterday history) {
	if past.ago == 0 {
		return
	}
	for _, server := range m.servers() {
		from := past
		if !past.seen[server] && yesterday.seen[server] {
			from = yesterday
			tellYesterday(s, server, past.ago)
		}
		switch {
		case !from.seen[server]:
			tellNoHistory(s, server, past.ago)
		case coldNow[server] > 0 || !from.usable[server]:
			tellRestarted(s, server)
		default:
			m.comparedTo[server] = from.ago
			for t, cost := range from.cost {
				if t.server == server {
					m.earlier[t] = cost
				}
			}
		}
	}
}

// guard is the cache in front of a transaction.
type guard struct {
	requests, misses float64  // per second
	evicted          *float64 // per second, because it was full; nil where Prometheus does not have them
}

// hitRatio is nil for a cache without lookups.
func (g guard) hitRatio() *float64 {
	if g.requests <= 0 {
		return nil
	}
	ratio := 1 - g.misses/g.requests
	return &ratio
}

func guardsOf(requests, hits, evicted model.Vector) map[id]guard {
	guards := map[id]guard{}
	hit, full := byID(hits, "name"), byID(evicted, "name")
	for cache, lookups := range byID(requests, "name") {
		g := guard{requests: lookups, misses: max(0, lookups-hit[cache])}
		if evictions, known := full[cache]; known {
			g.evicted = &evictions
		}
		guards[cache] = g
	}
	return guards
}

// withGuard adds the cache in front of the transaction, where the catalogue knows one.
func (r row) withGuard(guards map[id]guard) row {
	name, ok := caches.GuardOf(r.id.desc)
	if !ok {
		return r
	}
	r.guard = name
	if g, there := guards[id{r.id.server, name}]; there {
		r.cache = &g
	}
	return r
}
