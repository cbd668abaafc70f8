package checks

import (
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

const (
	// slowRatio is how much longer than last week something takes to count as slower. Source: research into the
	// question, ours.
	slowRatio = 1.5
	// slowMost is the part of the transactions that must be slower for the database itself to be slow. Ours.
	slowMost = 0.7
	// slowComparable is the number of transactions below which parts say nothing. Source: ours.
	slowComparable = 5
	// slowExtra is the seconds of database time per second that the slower ones must cost more than they did. Ours.
	slowExtra = 0.1
	// slowNamed is how many transactions at most are slow for reasons of their own.
	slowNamed = 3
	// slowWait and slowWaitRatio: the mean wait for a connection that is long, and longer than it was. Ours.
	slowWait, slowWaitRatio = 0.010, 2.0
	// slowStatements is the number of statements on quiet processes from which their mean says something. Ours.
	slowStatements = 100
	// slowQuiet is the busy share of a process's loop up to which it times the database and not itself. Ours.
	slowQuiet = 0.7
)

var databaseSlow = Check{
	ID:    "database-slow",
	Title: "The database answers more slowly than last week",
	Meaning: "Whether PostgreSQL itself became slow, a few transactions did, the processes are too full to notice the answers, or Synapse simply asks more: " +
		"they look alike on a graph and need different remedies.",
	Decides: "The mean duration of each transaction with at least 100 calls, within the last hour and in the same hour a week ago. At least 70 % of them 1.5 times slower, " +
		"on processes that are not full too: PostgreSQL, its disk or the network (warning when the middle one, weighted by cost, is 1.5 times slower, critical 3 times). " +
		"The same on full processes only: waiting for the processor. One to three: their plan, bloat or data. As quick, but 1.5 times the calls: Synapse asks more. " +
		"As quick, but longer waits for a connection: the pool. Without data of last week it does not judge, nor below 0.2 s of database time per second.",
	Source:     "The comparison is ours; what each case means follows from how Synapse measures (storage/database.py). All numbers are ours.",
	CannotKnow: "What PostgreSQL waits for: its own metrics, and pg_stat_activity with pg_read_all_stats, tell. A server that was slow a week ago already looks normal here.",
	Unit:       "none",
	Warning:    Threshold(slowRatio), Critical: Threshold(3),
	Causes: []string{"cpu-saturation", "postgres-hygiene", "table-growth"},
	Measures: func(w Where) map[string]string {
		all := txnQueries(w)
		busy := func(offset string) string {
			return " unless on (job, index, instance) (rate(python_twisted_reactor_tick_time_sum" + w.Filters.ProcessSelector() + w.Window(txnWindow) + offset +
				fmt.Sprintf(") > %g)", slowQuiet)
		}
		statements := func(part, offset string) string {
			return "sum by (server_name, verb) (increase(synapse_storage_query_time_" + part + w.Selector(`verb=~"SELECT|INSERT"`) + w.Window(txnWindow) + offset + ")" + busy(offset) + ")"
		}
		enough := fmt.Sprintf(" >= %d", slowStatements)
		wait := func(offset string) string {
			sum := func(part string) string {
				return "sum " + PerServer + "(rate(synapse_storage_schedule_time_" + part + w.Selector() + w.Window(txnWindow) + offset + "))"
			}
			return sum("sum") + " / " + sum("count")
		}
		return map[string]string{
			"cost": all["cost"], "calls": all["calls"], "costBefore": all["costBefore"], "callsBefore": all["callsBefore"], "totalCost": all["totalCost"],
			"onFull": all["onFull"], "before": all["before"], "young": all["young"], "youngBefore": all["youngBefore"],
			"statement":       statements("sum", "") + " / (" + statements("count", "") + enough + ")",
			"statementBefore": statements("sum", txnAgo) + " / (" + statements("count", txnAgo) + enough + ")",
			"wait":            wait(""),
			"waitBefore":      wait(txnAgo),
			"full":            "count " + PerServer + "(" + synapse.PerServer(w.Filters, busyProcesses(w)) + ")",
		}
	},
	Judge: judgeDatabaseSlow,
}

// busyProcesses are those too busy to time the database fairly.
func busyProcesses(w Where) string {
	return fmt.Sprintf("rate(python_twisted_reactor_tick_time_sum%s%s) > %g", w.Filters.ProcessSelector(), w.Window(txnWindow), slowQuiet)
}

func judgeDatabaseSlow(in Input) []Finding {
	if !in.Has("totalCost") {
		return Absent(synapse.TransactionSum.Name)
	}
	if total := in.Total("totalCost"); total < txnLittle {
		return Fine(fmt.Sprintf("All transactions together took %s of database time per second: too little to judge.", seconds(total)))
	}
	if known, why := txnHistory(in); !known {
		return Blind("Durations can't be compared with last week's: " + why + ". From one week's durations alone nobody can tell slow from normal.")
	}
	s := compareTransactions(in)
	if len(s.all) < slowComparable {
		return Fine(fmt.Sprintf("Transactions that had 100 calls within the last hour and a week ago: %d, too few to judge.", len(s.all)))
	}
	most := float64(len(s.slower)) >= slowMost*float64(len(s.all)) && s.extra >= slowExtra
	switch {
	case most && max(s.selects, s.inserts) >= slowRatio:
		return []Finding{s.postgresItself(in)}
	case most:
		return []Finding{s.fullProcesses(in)}
	}
	if found := s.single(in); len(found) > 0 {
		return found
	}
	return s.asksMore(in)
}
