package checks

import (
	"fmt"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var (
	poolEnough = limits.Limit{Name: "enough", Value: 1000, Meaning: "number of transactions of a process within 15 minutes below which it is not judged", Source: "ours"}
	poolLong   = limits.Limit{Name: "longWait", Value: 0.1, Unit: "s", Meaning: "wait for a connection that is long", Source: "ours: a bucket of the histogram"}
	// poolBusy and poolFull make waits a matter of the pool.
	poolBusy = limits.Limit{Name: "poolBusy", Value: 0.8, Unit: "percentunit", Meaning: "mean share of the pool in use from which waits are a warning", Source: "ours"}
	poolFull = limits.Limit{Name: "poolFull", Value: 0.95, Unit: "percentunit", Meaning: "mean share of the pool in use from which waits are critical", Source: "ours"}

	poolWaits = measure("waits", func(s Scope) string { return s.SumPerProcess(s.Increase(metrics.ScheduleTime.Count(), shortWindow)) })
	// poolShare is the share of each process's waits that were long.
	poolShare = measure("share", func(s Scope) string {
		return "1 - " + s.SumPerProcess(s.Rate(metrics.ScheduleTime.Bucket(), shortWindow, upTo("0.1"))) +
			" / (" + s.SumPerProcess(s.Rate(metrics.ScheduleTime.Count(), shortWindow)) + " > 0)"
	})
	poolUsed = measure("used", func(s Scope) string {
		return "max by (" + s.PerProcess() + ") (" + s.Over("avg_over_time", metrics.PoolWorkingThreads.Series(), shortWindow, poolThreads) +
			" / " + s.Now(metrics.PoolMaxThreads.Series(), poolThreads) + ")"
	})
	// poolTransactions are those that keep the connections of each process busy.
	poolTransactions = measure("transactions", func(s Scope) string {
		return "topk by (" + s.PerProcess() + ") (5, " + s.SumPerProcess(s.Rate(metrics.TransactionTime.Series(), shortWindow), "desc") + ")"
	})
	poolSize = measure("size", func(s Scope) string { return s.SumPerProcess(s.Now(metrics.PoolMaxThreads.Series(), poolThreads)) })
)

var databasePool = Check{
	ID:      "database-pool",
	Topic:   "Database connection pool",
	Title:   "Waits for a database connection",
	Meaning: "Every process has a few connections to PostgreSQL. While all are busy, each further transaction waits, however fast it is itself.",
	Decides: "Per process over 15 minutes: the share of transactions that waited more than {longWait} for a connection, together with the mean share of the pool in use: {warning} and {poolBusy} is a " +
		"warning, {critical} and {poolFull} critical. A process whose event loop is busy for more than {saturated} waits for itself: an info. Below {enough} transactions, and within {young} of a start, it does not judge.",
	CannotKnow: "Which transaction holds the connections. The wait includes the hand-over inside Python and reconnections; the use of the pool is sampled at each scrape, and up to three " +
		"threads that fetch events may hold a connection while idle.",
	Thresholds: limits.Thresholds{Check: "database-pool", Warning: limits.At(0.01), Critical: limits.At(0.05), Unit: "percentunit",
		WarningOf: "of the transactions waited", CriticalOf: "of the transactions waited", Source: "ours"},
	Limits: []limits.Limit{poolLong, poolBusy, poolFull, limits.Saturated, poolEnough, limits.Young, connectionReserve},
	Steps: []string{
		"Open \"Mean duration of a transaction\" on this dashboard with this process selected: a few long transactions keep all others waiting.",
		"If the process is saturated, reduce its CPU load first: it holds connections longer.",
		"Raise database.args.cp_max only if all pools together still fit into PostgreSQL's max_connections.",
	},
	Causes:      slices.Concat(whenFound("database-locks", "sqlite"), byLoopTime("cpu-saturation"), whenFound("database-connections"), byDatabaseTime("background-updates", "database-slow", "database-cost")),
	Symptom:     true,
	Panel:       "database-wait",
	Completions: true,
	PerProcess:  true,
	Measures:    []*Measurement{poolTransactions, poolWaits, poolShare, poolUsed, poolSize, sqliteProcesses, connectionPools, loopBusy, uptime},
	Read:        readConnections, ReadOnce: "connections",
	Signal: &Signal{Measurement: poolShare, Subject: subjectOfProcess},
	Judge:  judgeDatabasePool,
	Rule: Rule{Expr: `
max by (server_name) (
  {{.share}}
  and on ({{.by}}) {{.waits}} >= {{.enough}}
  and on ({{.by}}) {{.used}} >= {{pick .poolBusy .poolFull}}
  unless on ({{.by}}) {{.busy}} > {{.saturated}}
  unless on ({{.by}}) {{.uptime}} < {{.young}}
) >= {{.threshold}}`},
}

func judgeDatabasePool(in Input) []Finding {
	switch {
	case !in.Has(poolWaits):
		return metricMissing(metrics.ScheduleTime)
	case !in.Has(poolUsed):
		return metricMissing(metrics.PoolWorkingThreads)
	case !in.Has(poolShare):
		return UnknownFinding("No transaction got a connection in the last 15 min, or Prometheus has no " + metrics.ScheduleTime.Bucket().Name + ".")
	}
	var found []Finding
	judged, worst := 0, Sample{Value: -1}
	for _, p := range in.Samples(poolShare) {
		waits, _ := in.ValueFor(poolWaits, p)
		if age, known := in.ValueFor(uptime, p); waits < poolEnough.Value || known && age < limits.Young.Value {
			continue
		}
		judged++
		if p.Value > worst.Value {
			worst = p
		}
		if f := poolFinding(in, p, waits); f.Severity > OK {
			found = append(found, f)
		}
	}
	switch {
	case len(found) > 0:
		return found
	case judged == 0:
		return okFinding("No process that has run for " + limits.Young.String() + " made " + poolEnough.String() + " transactions in the last 15 min: too early or too few to judge.")
	}
	used, _ := in.ValueFor(poolUsed, worst)
	return okFinding(fmt.Sprintf("Most waits on %s: %s took more than %s, with %s of its connections in use.", worst.Process(), words.Percent(worst.Value), poolLong, words.Percent(used)))
}

func poolFinding(in Input, p Sample, waits float64) Finding {
	used, known := in.ValueFor(poolUsed, p)
	busy, busyKnown := in.ValueFor(loopBusy, p)
	size, _ := in.ValueFor(poolSize, p)
	f := in.graded(p.Value, Finding{Subject: Subject{Name: p.Process()}, NotCausedBy: []string{"cpu-saturation"}, Takes: Amounts{LoopTime: busy}}).takingDatabaseTime(in.SamplesFor(poolTransactions, p))
	loop := "unknown"
	if busyKnown {
		loop = words.Percent(busy)
	}
	f.Evidence = fmt.Sprintf("%s of %s transactions in the last 15 min waited more than %s; on average %s of %s in use, event loop busy: %s.",
		words.Percent(p.Value), words.Number(waits), poolLong, words.Percent(used), words.Count(size, "connection", "connections"), loop)
	switch {
	case f.Severity == OK:
		return f
	case busyKnown && busy > limits.Saturated.Value:
		f.Severity, f.Title = Info, "Transactions wait for a saturated process"
		f.Steps = []string{"Reduce the CPU load of this process: it is too busy to start transactions. More connections don't help."}
		f.NotCausedBy = []string{"database-locks", "sqlite", "background-updates", "database-connections", "database-slow", "database-cost"}
		return f
	case !known || used < poolBusy.Value:
		return Finding{}
	case used < poolFull.Value && f.Severity == Critical:
		f.Severity, f.Threshold = Warning, limits.At(in.Warning)
	}
	if _, is := in.ValueFor(sqliteProcesses, p); is {
		f.Steps = sqliteSteps
		return f
	}
	f.Steps = []string{"Open \"Mean duration of a transaction\" on this dashboard with this process selected: a few long transactions keep all others waiting, and more connections only let more of them run at once.", poolBudget(in)}
	return f
}

// poolBudget is the step about more connections; without a free budget nobody should raise cp_max.
func poolBudget(in Input) string {
	pools := words.Count(in.Total(connectionPools), "connection", "connections")
	c, ok := in.Rows.(connections)
	switch {
	case !ok || c.Replica:
		return fmt.Sprintf("Check max_connections in PostgreSQL (default 100) before you raise database.args.cp_max: all pools together may open %s already.", pools)
	case in.Total(connectionPools)+connectionReserve.Value < float64(c.available()):
		return fmt.Sprintf("If these are many short transactions, raise database.args.cp_max: all pools together may open %s, PostgreSQL allows %d, and %s should stay free.", pools, c.available(), connectionReserve)
	}
	return fmt.Sprintf("Don't raise database.args.cp_max: all pools together may open %s already, and PostgreSQL allows %d.", pools, c.available())
}
