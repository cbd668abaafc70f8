package transactions

import (
	"cmp"
	"maps"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

// The verdicts.
const (
	hot         = "hot"
	slow        = "slow"
	chatty      = "chatty"
	maintaining = "maintenance"
	quiet       = "quiet"
)

// Thresholds; all ours, none is published. A server below littleUse keeps its database busy for less than a fifth of
// one connection, where a share says nothing about slowness.
const (
	littleUse      = 0.2   // seconds of database time per second, of the whole homeserver
	expensiveShare = 0.10  // of the homeserver's database time
	slowShare      = 0.01  // below it a slow call does not matter
	slowCall       = 0.1   // seconds
	quickCall      = 0.005 // seconds
	oftenRate      = 10.0  // calls per second
	oftenShare     = 0.05  // of the homeserver's calls
	oncePerSecond  = 1.0
	knownChange    = 0.05 // share from which a change of cost is told
)

// row is one transaction of one homeserver over the window.
type row struct {
	id         id
	rank       int64
	calls      float64 // per second
	mean       float64 // seconds
	cost       float64 // seconds per second
	share      float64 // 0..1 of the homeserver's cost
	callShare  float64 // 0..1 of the homeserver's calls
	change     *float64
	onFull     float64 // 0..1 of the cost, measured on full processes
	verdict    string
	serverCost float64
	guard      string
	cache      *guard
	ago        string
}

func (p perTransaction) perServer() perServer {
	sums := perServer{}
	for t, value := range p {
		sums[t.server] += value
	}
	return sums
}

func (m measurements) servers() []string {
	seen := map[string]bool{}
	for t := range m.cost {
		seen[t.server] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// rank makes the rows of all homeservers, each homeserver's by falling cost.
func (m measurements) rank() []row {
	totalCost, totalCalls := m.totalCost, m.totalCalls
	if totalCost == nil {
		totalCost, totalCalls = m.cost.perServer(), m.calls.perServer()
	}
	var rows []row
	for t, cost := range m.cost {
		calls := m.calls[t]
		if cost <= 0 || calls <= 0 {
			continue
		}
		r := row{
			id: t, calls: calls, cost: cost, mean: cost / calls, serverCost: totalCost[t.server],
			share: cost / totalCost[t.server], callShare: calls / totalCalls[t.server], onFull: m.costOnFull[t] / cost,
		}
		if before := m.earlier[t]; before > 0 && r.share >= knownChange {
			change := cost / before
			r.change, r.ago = &change, span(m.comparedTo[t.server])
		}
		r.verdict = r.judge()
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.id.server, b.id.server), cmp.Compare(b.cost, a.cost), cmp.Compare(a.id.desc, b.id.desc))
	})
	for i := range rows {
		if i > 0 && rows[i].id.server == rows[i-1].id.server {
			rows[i].rank = rows[i-1].rank + 1
		} else {
			rows[i].rank = 1
		}
	}
	return rows
}

func (r row) judge() string {
	switch {
	case synapse.IsMaintenance(r.id.desc):
		return maintaining
	case r.serverCost < littleUse:
		return quiet
	case r.share >= expensiveShare && r.mean >= slowCall && r.calls < oncePerSecond:
		return slow
	case r.share >= expensiveShare:
		return hot
	case r.mean >= slowCall && r.share >= slowShare:
		return slow
	case r.calls >= oftenRate && r.callShare >= oftenShare && r.mean < quickCall:
		return chatty
	}
	return quiet
}

// withGuard adds the cache before the transaction, where the catalogue knows one.
func (r row) withGuard(guards map[id]guard) row {
	name, ok := cachecatalogue.GuardOf(r.id.desc)
	if !ok {
		return r
	}
	r.guard = name
	if g, there := guards[id{r.id.server, name}]; there {
		r.cache = &g
	}
	return r
}
