package checks

import (
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/transactions"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var (
	slowRatio      = limits.Limit{Name: "slower", Value: 1.5, Meaning: "ratio to last week's mean duration from which something is slower", Source: "ours"}
	slowMost       = limits.Limit{Name: "mostSlower", Value: 0.7, Unit: "percentunit", Meaning: "share of the transactions that are slower from which the database itself is slower", Source: "ours"}
	slowComparable = limits.Limit{Name: "comparable", Value: 5, Meaning: "number of compared transactions below which shares say nothing", Source: "ours"}
	slowExtra      = limits.Limit{Name: "extraCost", Value: 0.1, Meaning: "seconds of database time per second that slower transactions must cost more", Source: "ours"}
	slowStatements = limits.Limit{Name: "statements", Value: 100, Meaning: "number of statements from which their mean duration is judged", Source: "ours"}
	slowWait       = limits.Limit{Name: "longWait", Value: 0.010, Unit: "s", Meaning: "mean wait for a connection that is long", Source: "ours"}
	slowWaitGrowth = limits.Limit{Name: "waitGrowth", Value: 2, Meaning: "ratio to last week's mean wait from which it is longer", Source: "ours"}

	slowStatement       = measure("statement", func(s Scope) string { return slowStatementAt(s, "") })
	slowStatementBefore = measure("statementBefore", func(s Scope) string { return slowStatementAt(s, txnAgo) })
	slowWaits           = measure("wait", func(s Scope) string { return slowWaitAt(s, "") })
	slowWaitsBefore     = measure("waitBefore", func(s Scope) string { return slowWaitAt(s, txnAgo) })
	slowSaturated       = measure("saturatedProcesses", func(s Scope) string {
		return "count by (server_name) (" + s.WithServer(process.Saturated(s.Filters, s.Window(txnWindow))) + ")"
	})
)

// slowNamed is how many transactions a finding names.
const slowNamed = 3

// slowStatementAt is the mean duration of a statement by verb, on processes that have time to measure it.
func slowStatementAt(s Scope, at string) string {
	selector, window := s.selector(metrics.QueryTime.Sum(), []query.Matcher{`verb=~"SELECT|INSERT"`}), s.Window(txnWindow)+at
	sum := func(series metrics.Series) string {
		return s.Sum(series.Increase(selector, window)+" unless on ("+s.Identity.Labels()+") "+process.Saturated(s.Filters, window), "verb")
	}
	return fmt.Sprintf("%s / (%s >= %g)", sum(metrics.QueryTime.Sum()), sum(metrics.QueryTime.Count()), slowStatements.Value)
}

func slowWaitAt(s Scope, at string) string {
	return s.Sum(txnRate(s, metrics.ScheduleTime.Sum(), at)) + " / " + s.Sum(txnRate(s, metrics.ScheduleTime.Count(), at))
}

var databaseSlow = Check{
	ID:    "database-slow",
	Topic: "Speed of the database",
	Title: "Database slower than last week",
	Meaning: "PostgreSQL itself became slower, or a few transactions did, or the processes are too saturated to measure it, or Synapse runs more transactions: these look alike " +
		"on a graph and need different remedies.",
	Decides: "The mean duration of each transaction with at least {enough} calls, in the last hour and in the same hour a week ago. If at least {mostSlower} of them take {slower} times as long, and SELECT or " +
		"INSERT on processes that are not saturated as well, PostgreSQL, its disk or the network is slower: a warning if the cost-weighted median is {warning} times last week's, critical from {critical} times. " +
		"On saturated processes only, it is their wait for the CPU (info). Up to three slower ones are warned of by name. Without data of last week it is unknown, unless persist_events takes {persistSlow} × {persistNorm} on average: a warning. Below {enoughCost} s of database time per second it does not judge.",
	CannotKnow: "What PostgreSQL waits for: its own metrics and pg_stat_activity show that. A server that was slow a week ago already looks normal here.",
	Thresholds: limits.Thresholds{Check: "database-slow", Warning: &slowRatio.Value, Critical: limits.At(3), Unit: "none", WarningOf: "times last week's mean duration",
		CriticalOf: "times last week's mean duration", Source: "ours"},
	Limits: []limits.Limit{slowRatio, slowMost, slowComparable, slowExtra, slowStatements, slowWait, slowWaitGrowth, limits.Saturated, transactions.EnoughCost,
		transactions.MostlySaturated, txnEnough, txnCold, txnColdShare, persistNorm, persistSlow},
	Steps: []string{
		"Check PostgreSQL's machine at the time it began: disk latency, memory, CPU, other programs, a backup or a vacuum.",
		"Check for lost statistics and open transactions: the findings about PostgreSQL maintenance name them.",
		"If only saturated processes are slow, reduce their CPU load first.",
	},
	Causes:      append(whenFound("database-locks", "cpu-saturation", "postgres-hygiene", "table-growth"), byDatabaseTime("background-updates")...),
	Symptom:     true,
	Panel:       "transaction-duration",
	Completions: true,
	Measures:    append([]*Measurement{slowStatement, slowStatementBefore, slowWaits, slowWaitsBefore, slowSaturated}, txnComparison...),
	Judge:       judgeDatabaseSlow,
	Rule:        Rule{None: "it weighs several comparisons with last week against each other"},
}

func judgeDatabaseSlow(in Input) []Finding {
	if !in.Has(txnTotalCost) {
		return metricMissing(metrics.TransactionTime)
	}
	if f, slow := judgePersistNorm(in); slow {
		return []Finding{f}
	}
	if total := in.Total(txnTotalCost); total < transactions.EnoughCost.Value {
		return littleDatabaseTime(total)
	}
	if comparable, why := lastWeekComparable(in); !comparable {
		return UnknownFinding("Durations can't be compared with last week's: " + why + ".")
	}
	s := compareWeeks(in)
	if float64(len(s.all)) < slowComparable.Value {
		return okFinding(fmt.Sprintf("Transactions with at least %s calls in both hours: %d, too few to judge.", txnEnough, len(s.all)))
	}
	most := float64(len(s.slower)) >= slowMost.Value*float64(len(s.all)) && s.extra >= slowExtra.Value
	switch {
	case most && max(s.selects, s.inserts) >= slowRatio.Value:
		return []Finding{s.postgresSlower(in)}
	case most:
		return []Finding{s.processesSlower(in)}
	}
	if found := s.fewSlower(in); len(found) > 0 {
		return found
	}
	return s.moreOrWaiting(in)
}

// postgresSlower: nearly everything is slower, also where the process has time.
func (s slowdowns) postgresSlower(in Input) Finding {
	step := "Check PostgreSQL's machine: the disk, other programs and backups, the CPU, and the network to it. Reading and writing are both slower."
	switch {
	case s.selects < slowRatio.Value:
		step = "Check the disk's write and flush latency, a synchronous standby, and checkpoints in PostgreSQL's log: only writing is slower."
	case s.inserts < slowRatio.Value:
		step = "Check reads from the disk (is the data larger than the memory?) and changed query plans: only reading is slower."
	}
	return in.graded(max(s.median, slowRatio.Value), Finding{
		Title: "PostgreSQL slower than last week", Evidence: s.spread(), Takes: Amounts{DatabaseTime: in.Total(txnTotalCost)}, NotCausedBy: []string{"cpu-saturation"},
		Steps: []string{step, "Check for lost statistics and old open transactions: the findings about PostgreSQL maintenance name them. Synapse's settings don't help here."},
	})
}

// processesSlower: what saturated processes measure is themselves.
func (s slowdowns) processesSlower(in Input) Finding {
	if saturated := in.Total(slowSaturated); saturated > 0 {
		f := s.info(in, "Transactions slower on saturated processes", s.spread()+" Saturated processes: "+words.Number(saturated)+".",
			"Reduce the CPU load of the saturated processes first (\"Processes\" on this dashboard). PostgreSQL settings and a larger connection pool don't help.",
			"Look again once these processes have time: only then their durations show whether PostgreSQL is slower too.")
		f.NotCausedBy = nil
		return f
	}
	f := s.info(in, "Transactions slower, statements not", s.spread(),
		"Look in PostgreSQL's log for conflicts and slow commits: the time goes into commits, retries or Python's handling of rows, not into statements.")
	f.NotCausedBy = nil
	return f
}

// info is a finding that PostgreSQL is not the reason of.
func (s slowdowns) info(in Input, title, evidence string, steps ...string) Finding {
	return Finding{
		Severity: Info, Value: &s.median, Threshold: limits.At(in.Warning), Title: title, Evidence: evidence, Steps: steps,
		NotCausedBy: causeIDs(in.check.Causes),
	}
}

// fewSlower: some transactions for reasons of their own.
func (s slowdowns) fewSlower(in Input) []Finding {
	var found []Finding
	for _, c := range s.slower {
		if len(found) == slowNamed || c.extra < slowExtra.Value {
			break
		}
		f := in.graded(c.ratio, Finding{
			Subject: Subject{Name: c.Name}, Title: "Transaction slower than last week", Takes: Amounts{DatabaseTime: c.Cost}, NotCausedBy: []string{"cpu-saturation"},
			Evidence: fmt.Sprintf("%s each, %s × last week's %s%s, costing %s of database time per second more. Other transactions that are slower: %d of %d.",
				words.Seconds(c.Mean()), words.Number(c.ratio), words.Seconds(c.meanBefore()), c.saturatedNote(), words.Seconds(c.extra), len(s.slower)-1, len(s.all)-1),
			Steps: []string{
				"Check the tables of this transaction: stale statistics (findings about PostgreSQL maintenance), dead rows (\"Largest tables\" on this dashboard), more data. ANALYZE is harmless.",
				"Check whether Synapse was upgraded that week.",
			},
		})
		f.Severity = Warning
		if c.ratio < in.Warning || transactions.IsMaintenance(c.Name) {
			f.Severity = Info
		}
		f.Threshold = limits.At(in.Warning)
		if c.onSaturated >= transactions.MostlySaturated.Value {
			f.Severity, f.NotCausedBy = Info, nil
			f.Steps = append([]string{"Reduce the CPU load of the saturated processes first: every transaction looks slow there."}, f.Steps...)
		}
		found = append(found, f)
	}
	return found
}

// moreOrWaiting: more calls or waits for a connection at the same speed, or nothing.
func (s slowdowns) moreOrWaiting(in Input) []Finding {
	same := "Cost-weighted median of the durations: " + words.Number(s.median) + " × last week's."
	wait, before := in.Total(slowWaits), in.Total(slowWaitsBefore)
	switch {
	case wait >= slowWait.Value && before > 0 && wait >= slowWaitGrowth.Value*before && in.Total(slowSaturated) == 0:
		return []Finding{s.info(in, "Longer waits for a connection", "Mean wait for a connection: "+words.Seconds(wait)+", last week "+words.Seconds(before)+". "+same,
			"Open \"Wait for a database connection\" on this dashboard: a long transaction or a small pool keeps the others waiting. PostgreSQL is as fast as last week.")}
	case s.before > 0 && s.calls >= slowRatio.Value*s.before:
		return []Finding{s.info(in, "More transactions than last week", fmt.Sprintf("%s, %s × last week's; most of the increase: %s. %s",
			words.PerSecond(s.calls), words.Number(s.calls/s.before), s.mostIncreased(), same),
			"Find the caller: more users, a busy room, a bridge, a client in a loop, federation traffic. PostgreSQL is as fast as last week.",
			"If a cache is in front of these transactions, see \"Cache factors to change\" on this dashboard.")}
	}
	return okFinding(same)
}
