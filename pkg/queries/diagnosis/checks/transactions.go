package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// The three checks of transactions look at one hour and at the same hour a week earlier: the same time of the same
// weekday. They ask the same questions, so Prometheus is asked once.
const (
	txnWindow = time.Hour
	txnAgo    = " offset 7d"
	// txnAgoFrom is where the hour of a week earlier begins.
	txnAgoFrom = " offset 169h"
	// txnWeek is txnAgo in seconds.
	txnWeek = 7 * 24 * 3600
	// txnCold is the uptime below which a process's caches are cold, or were within the window.
	txnCold = 2 * 3600
	// txnColdShare is the part of the processes that may be cold: one restarted worker of many moves little.
	txnColdShare = 0.1
	// txnLittle is the seconds of database time per second below which a server's database has little to do. Ours.
	txnLittle = 0.2
	// txnEnough is the calls within the window from which a mean says something. Source: ours.
	txnEnough = 100
	// txnGrown is the ratio to last week from which a cost has grown. Source: ours.
	txnGrown = 2.0
	// txnGrownCost and txnGrownShare are what a grown transaction must cost to be worth a word. Source: ours.
	txnGrownCost, txnGrownShare = 0.1, 0.05
	// txnMostOf is the share of the whole database time that one transaction should not take. Source: ours.
	txnMostOf = 0.5
	// txnOnFull is the part of a cost, measured on full processes, from which their being full explains it.
	txnOnFull = 0.5
)

// txnQueries are the questions that the checks of transactions share; series are per transaction, over all processes,
// and the many transactions that hardly count are left out.
func txnQueries(w Where) map[string]string {
	per := func(m synapse.Metric, offset string) string {
		return "sum by (server_name, desc) (" + m.Rate(w.Selector(), w.Window(txnWindow)+offset) + ")"
	}
	total := func(m synapse.Metric) string {
		return "sum " + PerServer + "(" + m.Rate(w.Selector(), w.Window(txnWindow)) + ")"
	}
	there := func(at string) string {
		return "count " + PerServer + "(synapse_storage_schedule_time_count" + w.Selector() + at + ")"
	}
	often := fmt.Sprintf(" >= %.5f", float64(txnEnough)/txnWindow.Seconds())
	return map[string]string{
		"cost":        per(synapse.TransactionSum, "") + " > 0.001",
		"calls":       per(synapse.TransactionCount, "") + often,
		"costBefore":  per(synapse.TransactionSum, txnAgo) + " > 0.0001",
		"callsBefore": per(synapse.TransactionCount, txnAgo) + often,
		"totalCost":   total(synapse.TransactionSum),
		"totalCalls":  total(synapse.TransactionCount),
		"onFull": "sum by (server_name, desc) (" + synapse.TransactionSum.Rate(w.Selector(), w.Window(txnWindow)) +
			" and on (job, index, instance) " + synapse.FullProcesses(w.Filters, w.Window(txnWindow)) + ") > 0.01",
		// At both ends of the hour: of one that Prometheus saw in part, every rate is too low.
		"before":      there(txnAgo) + " and on (server_name) " + there(txnAgoFrom),
		"young":       txnYoung(w, "", 0),
		"youngBefore": txnYoung(w, txnAgo, txnWeek),
	}
}

// txnYoung is the part of the processes, 0..1, that had run for less than two hours at the end of the window.
func txnYoung(w Where, offset string, ago int) string {
	all := "synapse_storage_schedule_time_count" + w.Selector() + offset
	return fmt.Sprintf("count %[1]s(%[2]s and on (job, index, instance) (time() - %[3]d - process_start_time_seconds%[4]s%[5]s < %[6]d)) / count %[1]s(%[2]s)",
		PerServer, all, ago, w.Filters.ProcessSelector(), offset, txnCold)
}

// txn is one transaction within the last hour and a week earlier.
type txn struct {
	desc              string
	cost, calls       float64 // seconds per second, calls per second
	costBefore, often float64 // a week earlier; 0 where it was next to nothing
	onFull            float64 // 0..1 of cost
}

func (t txn) mean() float64 {
	if t.calls == 0 {
		return 0
	}
	return t.cost / t.calls
}

func byDesc(in Input, name string) map[string]float64 {
	values := map[string]float64{}
	for _, s := range in.Samples(name) {
		values[s.Label("desc")] = s.Value
	}
	return values
}

// txns are the transactions, the costliest first.
func txns(in Input) []txn {
	calls, before, often, onFull := byDesc(in, "calls"), byDesc(in, "costBefore"), byDesc(in, "callsBefore"), byDesc(in, "onFull")
	var all []txn
	for desc, cost := range byDesc(in, "cost") {
		all = append(all, txn{desc, cost, calls[desc], before[desc], often[desc], onFull[desc] / cost})
	}
	slices.SortFunc(all, func(a, b txn) int { return cmp.Or(cmp.Compare(b.cost, a.cost), strings.Compare(a.desc, b.desc)) })
	return all
}

// txnHistory tells whether last week can be compared with, or why not.
func txnHistory(in Input) (comparable bool, why string) {
	switch {
	case !in.Has("before"):
		return false, "Prometheus has no data of the same hour a week ago"
	case in.Total("young") > txnColdShare:
		return false, fmt.Sprintf("%s of the processes started within the last two hours, and cold caches cost more", percent(in.Total("young")))
	case in.Total("youngBefore") > txnColdShare:
		return false, "processes had just started a week ago, and cold caches cost more"
	}
	return true, ""
}

func subjectOfTransaction(labels map[string]string) string { return labels["desc"] }
