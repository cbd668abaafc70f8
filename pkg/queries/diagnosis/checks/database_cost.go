package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

// The three checks of transactions look at one hour and at the same hour a week earlier: the same time of the same
// weekday. They ask the same questions, so Prometheus is asked once.
const (
	txnWindow = time.Hour
	txnAgo    = " offset 7d"
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
		"before":      "count " + PerServer + "(synapse_storage_schedule_time_count" + w.Selector() + txnAgo + ")",
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

var databaseCost = Check{
	ID:    "database-cost",
	Title: "One transaction takes most of the database's time",
	Meaning: "Which of Synapse's database transactions keeps the database busy, and whether it costs more than it did. The guide: what " +
		"counts is calls times duration, not how often something is asked.",
	Decides: "The seconds of database time per second that a transaction took within the last hour, over all processes. Warning: more than half of the whole " +
		"and more than 0.5 s per second, or twice as much as in the same hour a week ago and more than 0.5. Critical: more than 2 s per second and twice last week's. " +
		"A grown one from 0.1 s per second and 5 % of the whole is an info. Below 0.2 s per second in all it does not judge.",
	Source: "The guide's graph of transaction duration. All numbers are ours: none is published.",
	CannotKnow: "The time is measured in the process: it holds the statements, the commit, repeated attempts, the decoding of rows and the waiting for Python. It is no CPU time and " +
		"can't be compared with it. Which request caused a transaction is not told by any metric.",
	Unit:    "none",
	Warning: Threshold(0.5), Critical: Threshold(2),
	Causes: []string{"cpu-saturation", "database-slow", "extremities"},
	Measures: func(w Where) map[string]string {
		all := txnQueries(w)
		persisted := "synapse_storage_events_forward_extremities_persisted"
		all["persisted"] = "sum " + PerServer + "(" + w.Increase(persisted+"_count", txnWindow) + ")"
		all["persistedFew"] = "sum " + PerServer + "(" + w.Increase(persisted+"_bucket", txnWindow, within("10")) + ")"
		return all
	},
	Signal: func(w Where) Signal {
		rate := func(at string) string {
			return "sum by (server_name, desc) (" + synapse.TransactionSum.Rate(w.Selector(), w.Window(txnWindow)+at) + ")"
		}
		return Signal{
			PromQL:  rate("") + " and on (server_name, desc) topk " + PerServer + "(3, " + rate(" @ end()") + ")",
			Subject: subjectOfTransaction,
		}
	},
	Judge: judgeDatabaseCost,
}

func subjectOfTransaction(labels map[string]string) string { return labels["desc"] }

func judgeDatabaseCost(in Input) []Finding {
	if !in.Has("totalCost") {
		return Absent(synapse.TransactionSum.Name)
	}
	total, all := in.Total("totalCost"), txns(in)
	if total < txnLittle || len(all) == 0 {
		return Fine(fmt.Sprintf("All transactions together took %s of database time per second: too little to judge.", seconds(total)))
	}
	known, why := txnHistory(in)
	var found []Finding
	for _, t := range all[:min(len(all), 5)] {
		if f := t.costFinding(in, total, known, why); f.Severity > OK {
			found = append(found, f)
		}
	}
	if len(found) == 0 {
		return Fine(fmt.Sprintf("%s costs most: %s of %s of database time per second (%s).", all[0].desc, seconds(all[0].cost), seconds(total), percent(all[0].cost/total)))
	}
	return found
}

// persistEvents normally leads the list.
const persistEvents = "persist_events"

func (t txn) costFinding(in Input, total float64, known bool, why string) Finding {
	share := t.cost / total
	grown := known && t.cost >= txnGrown*t.costBefore && share >= txnGrownShare && t.cost >= txnGrownCost
	f := Finding{Subject: Subject{Name: t.desc}, Value: &t.cost, Threshold: Threshold(in.Warning)}
	switch {
	case grown && t.cost >= in.Critical:
		f.Severity, f.Threshold = Critical, Threshold(in.Critical)
	case grown && t.cost >= in.Warning, share >= txnMostOf && t.cost >= in.Warning && t.desc != persistEvents:
		f.Severity = Warning
	case grown, share >= txnMostOf && t.cost >= in.Warning:
		f.Severity = Info
	default:
		return f
	}
	if synapse.IsMaintenance(t.desc) {
		f.Severity = min(f.Severity, Info)
	}
	f.Title = "The transaction " + t.desc + " takes much of the database's time"
	if grown {
		f.Title = "The transaction " + t.desc + " costs more than last week"
	}
	f.Evidence = t.costEvidence(share, known, why)
	f.Advice, f.Remedy = t.costAdvice(), "Query type transactions, format table: "+t.desc+"."
	if t.onFull < txnOnFull {
		f.NotCausedBy = append(f.NotCausedBy, "cpu-saturation")
	}
	if !known || t.often == 0 || t.calls == 0 || t.mean() < slowRatio*t.costBefore/t.often {
		f.NotCausedBy = append(f.NotCausedBy, "database-slow")
	}
	if !t.slowedByExtremities(in, known) {
		f.NotCausedBy = append(f.NotCausedBy, "extremities")
	}
	return f
}

func (t txn) costEvidence(share float64, known bool, why string) string {
	calls := fmt.Sprintf("%s calls per second at %s each", number(t.calls), seconds(t.mean()))
	if t.calls == 0 {
		calls = fmt.Sprintf("fewer than %d calls", txnEnough)
	}
	parts := []string{fmt.Sprintf("%s took %s of database time per second within the last hour, %s of the whole: %s.", t.desc, seconds(t.cost), percent(share), calls)}
	switch {
	case !known:
		parts = append(parts, "Whether that is more than usual is not known: "+why+".")
	case t.costBefore == 0:
		parts = append(parts, "A week ago it cost next to nothing.")
	case t.often == 0 || t.calls == 0:
		parts = append(parts, fmt.Sprintf("A week ago it took %s per second: %s times as much now.", seconds(t.costBefore), number(t.cost/t.costBefore)))
	default:
		parts = append(parts, fmt.Sprintf("A week ago it took %s per second: %s times as much now, %s times the calls, %s times the duration of one.",
			seconds(t.costBefore), number(t.cost/t.costBefore), number(t.calls/t.often), number(t.mean()/(t.costBefore/t.often))))
	}
	if t.onFull >= txnOnFull {
		parts = append(parts, fmt.Sprintf("%s of it was measured on processes whose own loop is full.", percent(t.onFull)))
	}
	return strings.Join(parts, " ")
}

func (t txn) costAdvice() string {
	if synapse.IsMaintenance(t.desc) {
		return "This is Synapse's own housekeeping, or a purge that somebody started: it passes by itself. Look again tomorrow."
	}
	if t.onFull >= txnOnFull {
		return "First see to the processor time of these processes: where a process is full, each of its transactions looks slow. " +
			"Neither PostgreSQL's settings nor a larger connection pool help there."
	}
	advice := "See what grew: more calls come from a caller (a client, a bridge, a busy room), a longer duration from the database. "
	if t.desc == persistEvents {
		advice += "Writing events normally leads this list: what counts is how long one takes and whether that grew. "
	}
	if cache, ok := cachecatalogue.GuardOf(t.desc); ok {
		advice += "The cache " + cache + " stands before it: look at it among the cache factors; a larger one helps only where it drops entries for lack of room. "
	}
	return advice + "Don't add or drop indexes by hand: Synapse's upgrades expect its own."
}

// slowedByExtremities: within persist_events many extremities only add rows, so they explain it only where events
// really go to such rooms and each takes longer than it did.
func (t txn) slowedByExtremities(in Input, known bool) bool {
	persisted := in.Total("persisted")
	if t.desc != persistEvents || !known || t.often == 0 || persisted < txnEnough || !in.Has("persistedFew") {
		return false
	}
	return 1-in.Total("persistedFew")/persisted >= 0.01 && t.mean() >= 1.5*t.costBefore/t.often
}
