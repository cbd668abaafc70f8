package simulate

import (
	"math"
	"slices"
)

// transaction is one kind of database transaction of one process.
type transaction struct {
	description       string
	perSecond, mean   float64
	atStart           float64
	key               uint64
	calls, seconds    *counter
	pending           float64 // calls that caches asked for in this step
	changedSince      float64 // its mean one week ago, as a factor
	followsLoad, used bool
}

type transactions struct {
	registry *registry
	byName   map[string]*transaction
	list     []*transaction
	schedule *histogram
	waits    shape
	queries  []query
	working  *gauge
}

type query struct {
	histogram *histogram
	share     float64 // of all statements
}

// everydayVerbs leaves out what only changes the schema.
var everydayVerbs = []string{"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "COMMIT;"}

const (
	statementsPerTransaction = 1.6
	statementTimeShare       = 0.77 // of the transaction time; the rest is Python, commits and the interpreter's lock
	poolSize                 = 10
)

func newTransactions(p *Process, m *modelTables) (*transactions, error) {
	t := &transactions{registry: p.registry, byName: map[string]*transaction{}}
	var err error
	for _, r := range m.transactions {
		part, unknown := share(r["placement"], p.number)
		if unknown != nil {
			return nil, unknown
		}
		one := &transaction{
			description:  r["description"],
			perSecond:    r.number("calls_per_second", &err) * part,
			mean:         r.number("mean_milliseconds", &err) / 1000,
			atStart:      r.number("calls_at_start", &err) * part,
			key:          keyOf("transaction", p.role.key(), r["description"]),
			changedSince: 1,
		}
		one.followsLoad = one.perSecond > 0.2
		if p.troubled() && one.description == DoubledTransaction.Description {
			one.changedSince = 1 / DoubledTransaction.ChangeSinceLastWeek
		}
		t.byName[one.description] = one
		if one.perSecond > 0 || one.atStart > 0 {
			t.use(one.description)
		}
	}
	name := "synapse_storage_schedule_time"
	bounds := p.registry.bounds(name)
	t.schedule, t.waits = p.registry.histogram(name, bounds), logNormal(bounds, 0.0007, 1.1)
	t.addQueries()
	t.working = p.registry.gauge("synapse_threadpool_working_threads", "name", "database-master")
	return t, err
}

// use exposes a transaction in this process and returns it; nil where the model has none of that name.
func (t *transactions) use(description string) *transaction {
	one := t.byName[description]
	if one == nil || one.used {
		return one
	}
	one.used = true
	one.calls = t.registry.counter("synapse_storage_transaction_time_count_total", "desc", description)
	one.seconds = t.registry.counter("synapse_storage_transaction_time_sum_total", "desc", description)
	t.list = append(t.list, one)
	return one
}

// addQueries registers the histogram of each SQL verb with the share that the stored scrape saw.
func (t *transactions) addQueries() {
	const name = "synapse_storage_query_time"
	stored := t.registry.template.byName[name].histograms()
	var total float64
	stored = slices.DeleteFunc(stored, func(h *storedHistogram) bool {
		return !slices.Contains(everydayVerbs, h.labels[0].value)
	})
	for _, h := range stored {
		total += h.count
	}
	for _, h := range stored {
		t.queries = append(t.queries, query{
			histogram: t.registry.histogram(name, h.bounds, flatten(h.labels)...),
			share:     h.count / total,
		})
	}
}

func flatten(labels []label) []string {
	var flat []string
	for _, l := range labels {
		flat = append(flat, l.name, l.value)
	}
	return flat
}

func (t *transactions) advance(s step) {
	weekAgo := s.at.Before(s.end.Add(-comparisonAge / 2))
	for _, one := range t.list {
		calls := one.perSecond * s.seconds
		if one.followsLoad {
			calls *= s.load * s.noise.around(one.key, s.at)
		}
		calls += one.pending
		one.pending = 0
		if one.atStart > one.calls.value {
			calls += one.atStart - one.calls.value
		}
		mean := one.mean * (0.85 + 0.15*s.load) * s.noise.around(one.key+2, s.at)
		if weekAgo {
			mean *= one.changedSince
		}
		one.calls.add(calls)
		one.seconds.add(calls * mean)
		s.tally.transactions += calls
		s.tally.transactionSeconds += calls * mean
	}
	t.schedule.observe(s.tally.transactions, t.waits)
	statements := s.tally.transactions * statementsPerTransaction
	// The statements together take their share of the transactions' time.
	const sigma = 1.3
	perStatement := s.tally.transactionSeconds * statementTimeShare / max(statements, 1)
	spread := logNormal(t.queries[0].histogram.bounds, max(perStatement, 1e-6)/math.Exp(sigma*sigma/2), sigma)
	for _, q := range t.queries {
		q.histogram.observe(statements*q.share, spread)
	}
	busy := s.tally.transactionSeconds / s.seconds
	t.working.set(float64(int(min(poolSize, busy+1.5+s.noise.unit(keyOf("working"), uint64(s.at.Unix()))))))
	s.tally.cpu += 0.12 * s.tally.transactionSeconds
}

func (t *transactions) reset() {}
