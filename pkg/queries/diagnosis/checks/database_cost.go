package checks

import (
	"fmt"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

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
