package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/transactions"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// The three checks of transactions look at the last hour and at the same hour a week earlier: the same time of the same
// weekday. Series are per transaction, over all processes; the many transactions that hardly count are left out.
const (
	txnWindow = time.Hour
	txnWeek   = 7 * 24 * time.Hour
)

var (
	// txnEnough keeps a mean duration from resting on a few calls.
	txnEnough = limits.Limit{Name: "enough", Value: 100, Meaning: "number of calls within the hour from which a mean duration is judged", Source: "ours"}
	// txnCold and txnColdShare: cold caches cost more, but one restarted worker of many changes little.
	txnCold      = limits.Limit{Name: "cold", Value: 7200, Unit: "s", Meaning: "uptime below which the caches of a process were cold within the hour", Source: "ours"}
	txnColdShare = limits.Limit{Name: "coldShare", Value: 0.1, Unit: "percentunit", Meaning: "share of processes with cold caches above which weeks are not compared", Source: "ours"}

	txnCost        = measure("cost", func(s Scope) string { return txnPerName(s, metrics.TransactionTime, "") + " > 0.001" })
	txnCalls       = measure("calls", func(s Scope) string { return txnPerName(s, metrics.TransactionCount, "") + txnOften() })
	txnCostBefore  = measure("costBefore", func(s Scope) string { return txnPerName(s, metrics.TransactionTime, txnAgo) + " > 0.0001" })
	txnCallsBefore = measure("callsBefore", func(s Scope) string { return txnPerName(s, metrics.TransactionCount, txnAgo) + txnOften() })
	txnTotalCost   = measure("totalCost", func(s Scope) string { return s.Sum(txnRate(s, metrics.TransactionTime.Series(), "")) })
	txnTotalCalls  = measure("totalCalls", func(s Scope) string { return s.Sum(txnRate(s, metrics.TransactionCount.Series(), "")) })
	// txnSaturated is the part of the cost that saturated processes measured: their own wait for the CPU is in it.
	txnSaturated = measure("onSaturated", func(s Scope) string {
		return s.Sum(txnRate(s, metrics.TransactionTime.Series(), "")+" and on ("+s.Identity.Labels()+") "+process.Saturated(s.Filters, s.Window(txnWindow)), "desc") + " > 0.01"
	})
	// txnLastWeek is there at both ends of that hour: of one that Prometheus saw in part, every rate is too low.
	txnLastWeek = measure("lastWeek", func(s Scope) string {
		return txnProcesses(s, txnAgo) + " and on (server_name) " + txnProcesses(s, metrics.Offset(txnWeek+txnWindow))
	})
	txnColdNow  = measure("coldNow", func(s Scope) string { return txnColdAt(s, 0) })
	txnColdThen = measure("coldThen", func(s Scope) string { return txnColdAt(s, txnWeek) })

	// txnComparison is what every comparison of the two hours reads.
	txnComparison = []*Measurement{txnCost, txnCalls, txnCostBefore, txnCallsBefore, txnTotalCost, txnSaturated, txnLastWeek, txnColdNow, txnColdThen}
)

// txnAgo is PromQL for a week ago.
var txnAgo = metrics.Offset(txnWeek)

// txnRate is the rate over the hour that ends at some moment: "" or a modifier of PromQL.
func txnRate(s Scope, series metrics.Series, at string) string {
	return series.Rate(s.selector(series, nil), s.Window(txnWindow)+at)
}

func txnPerName(s Scope, m *metrics.Metric, at string) string {
	return s.Sum(txnRate(s, m.Series(), at), "desc")
}

// txnsOn are the transactions that took most time on some processes.
func txnsOn(s Scope, processes *Measurement) string {
	return "topk by (server_name) (10, " + s.Sum(txnRate(s, metrics.TransactionTime.Series(), "")+" and on ("+s.PerProcess()+") ("+processes.PromQL(s)+")", "desc") + ")"
}

func txnOften() string { return fmt.Sprintf(" >= %.5f", txnEnough.Value/txnWindow.Seconds()) }

func txnProcesses(s Scope, at string) string {
	return "count by (server_name) (" + s.Now(metrics.ScheduleTime.Count()) + at + ")"
}

// txnColdAt is the share of processes, 0..1, whose caches were cold so long ago.
func txnColdAt(s Scope, ago time.Duration) string {
	offset := metrics.Offset(ago)
	processes := s.Now(metrics.ScheduleTime.Count()) + offset
	cold := fmt.Sprintf("time() - %d - %s%s < %g", int64(ago.Seconds()), s.Now(metrics.ProcessStart.Series()), offset, txnCold.Value)
	return fmt.Sprintf("count by (server_name) (%s and on (%s) (%s)) / count by (server_name) (%[1]s)", processes, s.Identity.Labels(), cold)
}

// txnSignal is the history of transactions: of those that are named, else of the three that lead now. Ranking all of them at every
// step would read the whole range for each.
func txnSignal(m *metrics.Metric) *Signal {
	return &Signal{
		Measurement: &Measurement{
			Name:   "leading",
			PromQL: func(s Scope) string { return "topk by (server_name) (3, " + txnPerName(s, m, "") + ")" },
			Named: func(s Scope, names []string) string {
				return s.Sum(s.Rate(m.Series(), txnWindow, query.OneOf("desc", names)), "desc")
			},
		},
		Subject: subjectOfTransaction,
	}
}

// txnHousekeeping and txnPersistEvents are the series of transactions by their names, for rules to leave out.
var (
	txnHousekeeping  = measure("housekeeping", func(s Scope) string { return txnNamed(s, transactions.Maintenance) })
	txnPersistEvents = measure("persistEvents", func(s Scope) string { return txnNamed(s, transactions.PersistEvents) })
)

func txnNamed(s Scope, names string) string {
	return "max by (server_name, desc) (" + s.Over("last_over_time", metrics.TransactionCount.Series(), txnWindow, query.Matcher(`desc=~"`+names+`"`)) + ")"
}

// txn is one transaction within the last hour and a week earlier.
type txn struct {
	transactions.Usage
	before, callsBefore float64 // cost and calls per second; 0 where they were next to nothing
	onSaturated         float64 // share of its cost, 0..1
}

func (t txn) meanBefore() float64 { return t.before / t.callsBefore }

// paired tells whether both hours have enough calls to compare durations.
func (t txn) paired() bool { return t.Calls > 0 && t.callsBefore > 0 && t.before > 0 }

// slowdown is the ratio of the mean durations of a paired transaction.
func (t txn) slowdown() float64 { return t.Mean() / t.meanBefore() }

func byTransaction(in Input, m *Measurement) map[string]float64 {
	return in.valuesBy(m, subjectOfTransaction)
}

// txns are the transactions, the most expensive first.
func txns(in Input, comparable bool) []txn {
	calls, before := byTransaction(in, txnCalls), byTransaction(in, txnCostBefore)
	callsBefore, onSaturated := byTransaction(in, txnCallsBefore), byTransaction(in, txnSaturated)
	total := in.Total(txnTotalCost)
	var all []txn
	for name, cost := range byTransaction(in, txnCost) {
		t := txn{transactions.Usage{Name: name, Calls: calls[name], Cost: cost, AllCost: total}, before[name], callsBefore[name], onSaturated[name] / cost}
		if comparable {
			t.CostBefore = &t.before
		}
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b txn) int { return cmp.Or(cmp.Compare(b.Cost, a.Cost), strings.Compare(a.Name, b.Name)) })
	return all
}

// lastWeekComparable tells whether the hour of last week can be compared with, or why not.
func lastWeekComparable(in Input) (comparable bool, why string) {
	switch {
	case !in.Has(txnLastWeek):
		return false, "Prometheus has no data of the same hour a week ago"
	case in.Total(txnColdNow) > txnColdShare.Value:
		return false, words.Percent(in.Total(txnColdNow)) + " of the processes started within the last " + txnCold.String() + ", and cold caches cost more"
	case in.Total(txnColdThen) > txnColdShare.Value:
		return false, "processes had just started a week ago, and cold caches cost more"
	}
	return true, ""
}
