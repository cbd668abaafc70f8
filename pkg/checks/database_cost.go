package checks

import (
	"fmt"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/transactions"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var (
	// costExtremities: within persist_events many extremities only add rows, so they explain it only where events really
	// go to such rooms and each takes longer than it did.
	costExtremities = limits.Limit{Name: "extremityShare", Value: 0.01, Unit: "percentunit", Meaning: "share of events in rooms with many forward extremities from which these explain slower writing", Source: "ours"}

	costPersisted = measure("persisted", func(s Scope) string {
		return s.Sum(s.Increase(metrics.ExtremitiesPersisted.Count(), txnWindow))
	})
	costPersistedFew = measure("persistedFew", func(s Scope) string {
		return s.Sum(s.Increase(metrics.ExtremitiesPersisted.Bucket(), txnWindow, upTo("10")))
	})
)

var databaseCost = Check{
	ID:    "database-cost",
	Topic: "Cost of transactions",
	Title: "Expensive database transaction",
	Meaning: "One of Synapse's database transactions takes most of the database's time, or costs much more than a week ago. The cost is calls times duration: " +
		"a frequent transaction is not expensive by itself.",
	Decides: "The seconds of database time per second that a transaction took in the last hour, over all processes. Warning from {warning} s per second, if that is at least " +
		"{largestShare} of the whole or {growth} times the same hour last week; critical from {critical} s per second, if it is {growth} times last week's. A grown one from {grownCost} s " +
		"per second and {grownShare} of the whole is an info, and so is persist_events without growth, which normally leads. Below {enoughCost} s per second in all it does not judge. Without data of last week, one with {dominant} of the whole is a warning at any cost, if sends take {slowSend} or more on average and " +
		"it costs at least {sendsShare} of their time. Maintenance, which Synapse runs by itself, is an info at most, unless it takes {heavyMaintenance} s per second or more and either does so on average of 12 hours, or " +
		"transactions wait {longWait} for a connection meanwhile.",
	CannotKnow: "Which request caused a transaction. The time is measured in the process: it includes statements, commits, retries and waits for Python, so it is no CPU time.",
	Thresholds: transactions.CostThresholds,
	Limits: []limits.Limit{transactions.LargestShare, transactions.Growth, transactions.GrownCost, transactions.GrownShare, transactions.EnoughCost,
		transactions.MostlySaturated, txnEnough, txnCold, txnColdShare, slowRatio, costExtremities, dominantShare, sendsShare, slowSend, fewLeast, heavyMaintenance, slowWait},
	Steps: databaseCostSteps,
	Causes: slices.Concat(
		whenFound("cpu-saturation", "postgres-hygiene", "extremities"), whenNamed("cache-undersized"), byDatabaseTime("background-updates", "database-slow"),
	),
	Panel:       "transactions",
	Completions: true,
	Measures:    append([]*Measurement{maintenanceLasting, slowWaits, slowSaturated, costPersisted, costPersistedFew, slowSendSeconds}, txnComparison...),
	Signal:      txnSignal(metrics.TransactionTime),
	Judge:       judgeDatabaseCost,
	Rule: Rule{Uses: []*Measurement{txnHousekeeping, txnPersistEvents}, Expr: `
max by (server_name) (
  (
    {{if pick "share" ""}}{{.cost}} >= on (server_name) group_left () {{.largestShare}} * {{.totalCost}}
    unless on (server_name, desc) {{.persistEvents}}
    or
    {{end}}{{.cost}} >= on (server_name) group_left () {{.grownShare}} * {{.totalCost}}
    unless on (server_name, desc) {{.cost}} < on (server_name, desc) {{.growth}} * {{.costBefore}}
    and on (server_name) {{.lastWeek}}
    unless on (server_name) {{.coldNow}} > {{.coldShare}}
    unless on (server_name) {{.coldThen}} > {{.coldShare}}
  )
  and on (server_name) {{.totalCost}} >= {{.enoughCost}}
  unless on (server_name, desc) {{.housekeeping}}
) >= {{.threshold}}
{{- if pick "warning" ""}}
or on (server_name)
max by (server_name) (
  {{.cost}} >= on (server_name) group_left () {{.dominant}} * {{.totalCost}}
  and on (server_name, desc) {{.cost}} >= on (server_name) group_left () {{.sendsShare}} * {{.slowSendSeconds}}
  unless on (server_name, desc) {{.persistEvents}}
  unless on (server_name, desc) {{.housekeeping}}
  unless on (server_name) {{.lastWeek}}
)` + maintenanceRule + `
{{- end}}`},
}

var databaseCostSteps = []string{
	"Open \"Calls of the most frequent transactions\" and \"Mean duration of a transaction\" on this dashboard: more calls come from a client, a bridge or a busy room; longer calls come from the database.",
	"If it grew within a week, look for what changed: an upgrade of Synapse, a bridge, a room, PostgreSQL's statistics.",
	"Don't add or drop indexes by hand: Synapse's upgrades expect its own.",
}

func judgeDatabaseCost(in Input) []Finding {
	if !in.Has(txnTotalCost) {
		return metricMissing(metrics.TransactionTime)
	}
	comparable, why := lastWeekComparable(in)
	total, all := in.Total(txnTotalCost), txns(in, comparable)
	dominant, dominates := judgeDominant(in)
	switch {
	case total >= transactions.EnoughCost.Value && len(all) > 0:
	case dominates:
		return []Finding{dominant}
	default:
		return littleDatabaseTime(total)
	}
	found := judgeMaintenance(in)
	for _, t := range all {
		if severity := t.CostSeverity(in.Levels); severity > OK && !isAbout(found, t.Name) {
			found = append(found, t.costFinding(in, severity, why))
		}
	}
	if dominates && !slices.ContainsFunc(found, func(f Finding) bool { return f.Severity >= Warning }) {
		found = append([]Finding{dominant}, slices.DeleteFunc(found, func(f Finding) bool { return f.Subject == dominant.Subject })...)
	}
	if len(found) == 0 {
		return okFinding(fmt.Sprintf("Most expensive: %s with %s of %s of database time per second (%s).", all[0].Name, words.Seconds(all[0].Cost), words.Seconds(total), words.Percent(all[0].Share())))
	}
	return found
}

func isAbout(found []Finding, subject string) bool {
	return slices.ContainsFunc(found, func(f Finding) bool { return f.Subject.Name == subject })
}

func littleDatabaseTime(total float64) []Finding {
	return okFinding("All transactions together take " + words.Seconds(total) + " of database time per second: too little to judge.")
}

func (t txn) costFinding(in Input, severity limits.Severity, why string) Finding {
	f := in.graded(t.Cost, Finding{Subject: Subject{Name: t.Name}, Title: "Transaction takes most of the database time", Steps: t.costSteps(), Takes: t.takes()})
	f.Severity = severity
	if severity < Critical {
		f.Threshold = limits.At(in.Warning)
	}
	if t.Grown() {
		f.Title = "Transaction costs more than last week"
	}
	f.Evidence = fmt.Sprintf("%s of database time per second in the last hour, %s of the whole%s: %s. %s.",
		words.Seconds(t.Cost), words.Percent(t.Share()), t.saturatedNote(), t.callsText(), t.comparison(why))
	if cache, guarded := caches.GuardOf(t.Name); guarded {
		f.CauseSubjects = []string{cache}
	}
	if t.onSaturated < transactions.MostlySaturated.Value {
		f.NotCausedBy = append(f.NotCausedBy, "cpu-saturation")
	}
	if why != "" || !t.paired() || t.slowdown() < slowRatio.Value {
		f.NotCausedBy = append(f.NotCausedBy, "database-slow")
	}
	if why == "" && (!t.paired() || t.slowdown() < slowRatio.Value) { // it costs more for its calls
		f.NotCausedBy = append(f.NotCausedBy, "postgres-hygiene", "background-updates")
	}
	if why != "" || !t.slowedByExtremities(in) {
		f.NotCausedBy = append(f.NotCausedBy, "extremities")
	}
	return f
}

// takes is the transaction's database time. Writing events leads on every server: that it does, explains nothing.
func (t txn) takes() Amounts {
	if t.Name == transactions.PersistEvents && !t.Grown() {
		return nil
	}
	return Amounts{DatabaseTime: t.Cost}
}

func (t txn) saturatedNote() string {
	if t.onSaturated < transactions.MostlySaturated.Value {
		return ""
	}
	return " (" + words.Percent(t.onSaturated) + " measured on saturated processes)"
}

func (t txn) callsText() string {
	if t.Calls == 0 {
		return "fewer than " + txnEnough.String() + " calls"
	}
	return "calls: " + words.PerSecond(t.Calls) + " at " + words.Seconds(t.Mean()) + " each"
}

// comparison is a clause about last week.
func (t txn) comparison(why string) string {
	times := func(now, then float64) string { return words.Number(now/then) + " ×" }
	switch {
	case why != "":
		return "Not compared with last week: " + why
	case t.before == 0:
		return "Last week it cost next to nothing"
	case !t.paired():
		return times(t.Cost, t.before) + " last week's cost (" + words.Seconds(t.before) + " per second)"
	}
	return fmt.Sprintf("%s last week's cost (%s per second): %s the calls, %s the duration", times(t.Cost, t.before), words.Seconds(t.before), times(t.Calls, t.callsBefore), times(t.slowdown(), 1))
}

// costSteps are for this transaction; nil takes the check's.
func (t txn) costSteps() []string {
	cache, guarded := caches.GuardOf(t.Name)
	switch {
	case transactions.IsMaintenance(t.Name):
		return []string{"Wait: Synapse runs this by itself, or an admin started a purge. Look again tomorrow, also at \"Largest tables\" on this dashboard: none may grow by it."}
	case t.onSaturated >= transactions.MostlySaturated.Value:
		return []string{"Reduce the CPU load of the saturated processes first (\"Processes\" on this dashboard): every transaction looks slow there. PostgreSQL settings and a larger connection pool don't help."}
	case guarded:
		return append([]string{"Look for the cache " + cache + " in \"Cache factors to change\" on this dashboard: its misses cause this transaction. A larger one helps only if it evicts because it is full."}, databaseCostSteps[:2]...)
	}
	return nil
}

// slowedByExtremities tells whether rooms with many forward extremities make writing events slower than last week.
func (t txn) slowedByExtremities(in Input) bool {
	persisted := in.Total(costPersisted)
	if t.Name != transactions.PersistEvents || !t.paired() || persisted < txnEnough.Value || !in.Has(costPersistedFew) {
		return false
	}
	return 1-in.Total(costPersistedFew)/persisted >= costExtremities.Value && t.slowdown() >= slowRatio.Value
}
