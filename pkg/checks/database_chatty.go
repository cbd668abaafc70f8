package checks

import (
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/transactions"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var (
	// chattyEvictions shows whether Prometheus keeps evictions at all: a cache that never evicted any has no series.
	chattyEvictions = measure("evictions", func(s Scope) string {
		return "count by (server_name) (" + s.Now(metrics.CacheEvicted.Series(), bySize) + ")"
	})
	chattyEvicted = measure("evicted", chattyFullCaches)
	chattyMisses  = measure("misses", func(s Scope) string {
		misses := s.Sum(s.Rate(metrics.CacheRequests.Series(), txnWindow), "name") + " - " + s.Sum(s.Rate(metrics.CacheHits.Series(), txnWindow), "name")
		return "(" + misses + ") and on (server_name, name) " + chattyFullCaches(s)
	})
	bySize = query.Equal("reason", caches.ReasonSize)
)

// chattyFullCaches are the caches that evict most because they are full.
func chattyFullCaches(s Scope) string {
	return "topk by (server_name) (20, " + s.Sum(s.Rate(metrics.CacheEvicted.Series(), txnWindow, bySize), "name") + " > 0)"
}

const findCaller = "Find the caller: a client, a bridge or a module in a loop shows in the requests of the same time (\"CPU by kind of request\" on this dashboard)."

var databaseChatty = Check{
	ID:    "database-chatty",
	Topic: "Frequency of transactions",
	Title: "One cheap transaction runs very often",
	Meaning: "A cheap database transaction makes a large part of all calls: often because the cache in front of it is too small. By itself that seldom makes a server slow: " +
		"the number of calls misleads.",
	Decides: "A transaction with at least {warning} in the last hour and at least {frequent} of all calls that takes less than {quick} each. Transactions that Synapse runs by itself are left out. " +
		"Below {enoughCalls} in all it does not judge. A larger cache is advised only if at least {worthShare} of its misses may come from evictions of a full cache.",
	CannotKnow: "Who calls it. One transaction can serve many misses of a cache, so misses and calls differ; invalidations of a cache are not counted anywhere.",
	Thresholds: transactions.CallsThresholds,
	Limits:     []limits.Limit{transactions.FrequentFrom, transactions.QuickBelow, transactions.EnoughCalls, caches.WorthShare, txnEnough},
	Steps: []string{
		"Open \"Cache factors to change\" on this dashboard: if the cache in front of this transaction is advised there, raise it one step and compare after a day.",
		findCaller,
	},
	Causes:      whenNamed("cache-undersized"),
	Panel:       "transactions",
	Completions: true,
	Measures:    []*Measurement{txnCost, txnCalls, txnTotalCalls, chattyEvictions, chattyEvicted, chattyMisses},
	Signal:      txnSignal(metrics.TransactionCount),
	Judge:       judgeDatabaseChatty,
	Rule: Rule{Uses: []*Measurement{txnHousekeeping}, Expr: `
max by (server_name) (
  {{.calls}} >= on (server_name) group_left () {{.frequent}} * {{.totalCalls}}
  unless on (server_name, desc) {{.cost}} / on (server_name, desc) {{.calls}} >= {{.quick}}
  unless on (server_name, desc) {{.housekeeping}}
  and on (server_name) {{.totalCalls}} >= {{.enoughCalls}}
) >= {{.threshold}}`},
}

func judgeDatabaseChatty(in Input) []Finding {
	if !in.Has(txnTotalCalls) {
		return metricMissing(metrics.TransactionCount)
	}
	total := in.Total(txnTotalCalls)
	if total < transactions.EnoughCalls.Value {
		return okFinding("All transactions together: " + words.PerSecond(total) + ", too few to judge.")
	}
	cost := byTransaction(in, txnCost)
	var found []Finding
	for _, s := range in.Samples(txnCalls) {
		name := subjectOfTransaction(s)
		u := transactions.Usage{Name: name, Calls: s.Value, Cost: cost[name], AllCalls: total}
		if !u.CalledTooOften(in.Levels) {
			continue
		}
		f := in.graded(u.Calls, Finding{Subject: Subject{Name: name}})
		f.Evidence = fmt.Sprintf("%s in the last hour, %s of all calls, at %s each. ", words.PerSecond(u.Calls), words.Percent(u.CallShare()), words.Seconds(u.Mean()))
		found = append(found, withCache(in, f))
	}
	if len(found) == 0 {
		return okFinding(in.Fill("No cheap transaction makes {warning} and {frequent} of all " + words.PerSecond(total) + "."))
	}
	return found
}

// withCache adds what the cache in front of the transaction has to do with it.
func withCache(in Input, f Finding) Finding {
	cache, guarded := caches.GuardOf(f.Subject.Name)
	evicted, misses := valueOfCache(in, chattyEvicted, cache), valueOfCache(in, chattyMisses, cache)
	f.Steps, f.NotCausedBy = []string{findCaller}, []string{"cache-undersized"}
	switch {
	case !guarded:
		f.Evidence += "No cache is known in front of it."
	case !in.Has(chattyEvictions):
		f.Evidence += "Whether its cache " + cache + " is too small is unknown: Prometheus has no " + metrics.CacheEvicted.Name + "."
	case caches.MayHelp(cache, misses, evicted):
		f.Evidence += fmt.Sprintf("Its cache %s misses %s and evicts %s because it is full.", cache, words.PerSecond(misses), words.PerSecond(evicted))
		f.Steps = []string{"Open \"Cache factors to change\" on this dashboard: if " + cache + " is advised there, raise it one step and compare after a day.", findCaller}
		f.CauseSubjects, f.NotCausedBy = []string{cache}, nil
	default:
		f.Evidence += "Its cache " + cache + " hardly ever evicts because it is full, so a larger one would not help."
	}
	return f
}

func valueOfCache(in Input, m *Measurement, cache string) float64 {
	for _, s := range in.Samples(m) {
		if s.Label("name") == cache {
			return s.Value
		}
	}
	return 0
}
