package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

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

// compared is one transaction's duration against last week's.
type compared struct {
	txn
	ratio float64 // of the mean durations
	extra float64 // seconds of database time per second that it costs more because of that
}

// slowness is what the comparison of all transactions shows.
type slowness struct {
	all, slower   []compared // slower: the one that costs the most more first
	middle        float64    // ratio of the middle transaction, weighted by cost
	extra         float64    // of all slower ones
	calls, before float64    // per second, of the compared ones
	selects       float64    // ratio on processes that are not full; 0 unknown
	inserts       float64
}

func compareTransactions(in Input) slowness {
	var s slowness
	for _, t := range txns(in) {
		if t.calls == 0 || t.often == 0 || t.costBefore == 0 {
			continue
		}
		c := compared{txn: t, ratio: t.mean() / (t.costBefore / t.often)}
		c.extra = t.cost * (1 - 1/c.ratio)
		s.all = append(s.all, c)
		s.calls, s.before = s.calls+t.calls, s.before+t.often
		if c.ratio >= slowRatio {
			s.slower, s.extra = append(s.slower, c), s.extra+c.extra
		}
	}
	slices.SortStableFunc(s.slower, func(a, b compared) int { return cmp.Compare(b.extra, a.extra) })
	s.middle = weightedMedian(s.all)
	verb := func(name, verb string) float64 {
		for _, sample := range in.Samples(name) {
			if sample.Label("verb") == verb {
				return sample.Value
			}
		}
		return 0
	}
	ratio := func(name string) float64 {
		if before := verb("statementBefore", name); before > 0 {
			return verb("statement", name) / before
		}
		return 0
	}
	s.selects, s.inserts = ratio("SELECT"), ratio("INSERT")
	return s
}

func weightedMedian(all []compared) float64 {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b compared) int { return cmp.Compare(a.ratio, b.ratio) })
	whole, sum := 0.0, 0.0
	for _, c := range sorted {
		whole += c.cost
	}
	for _, c := range sorted {
		if sum += c.cost; sum >= whole/2 {
			return c.ratio
		}
	}
	return 0
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

// spread says how many became slower, and by how much.
func (s slowness) spread() string {
	return fmt.Sprintf("%d of %d transactions take at least 1.5 times as long as in the same hour a week ago; the middle one, weighted by cost, takes %s times as long. "+
		"That costs %s of database time per second more.", len(s.slower), len(s.all), number(s.middle), seconds(s.extra))
}

func (s slowness) statements() string {
	times := func(ratio float64) string {
		if ratio == 0 {
			return "an unknown number of"
		}
		return number(ratio)
	}
	return fmt.Sprintf(" On processes that are not full, one SELECT takes %s times and one INSERT %s times as long.", times(s.selects), times(s.inserts))
}

// postgresItself is case (a): nearly everything is slower, also where the process has time.
func (s slowness) postgresItself(in Input) Finding {
	value := max(s.middle, slowRatio)
	f := in.Graded(value, Finding{
		Title:       "PostgreSQL itself is slower than last week",
		Evidence:    s.spread() + s.statements(),
		Remedy:      "PostgreSQL's log and the disk of its machine, at the time when it began.",
		NotCausedBy: []string{"cpu-saturation"},
	})
	switch {
	case s.inserts >= slowRatio && s.selects < slowRatio:
		f.Advice = "Writing became slow, reading did not: look at the disk's write and flush times, at a synchronous standby, and at checkpoints in PostgreSQL's log. "
	case s.selects >= slowRatio && s.inserts < slowRatio:
		f.Advice = "Reading became slow, writing did not: look at reads from disk (is the data larger than the memory?), at statistics (postgres-hygiene) and at changed plans. "
	default:
		f.Advice = "Reading and writing both became slow: look at the disk, at other programs and backups on PostgreSQL's machine, at its processor and at the network to it. "
	}
	f.Advice += "Then at postgres-hygiene: lost statistics after an upgrade and old open transactions slow everything down. Synapse's settings don't help here."
	return f
}

// fullProcesses is case (b): what the processes time is themselves.
func (s slowness) fullProcesses(in Input) Finding {
	full := in.Total("full")
	f := Finding{
		Severity: Info, Value: &s.middle, Threshold: Threshold(in.Warning),
		Title:    "Transactions look slower, on full processes only",
		Evidence: s.spread() + s.statements() + fmt.Sprintf(" Processes whose event loop was busy for more than 70 %% of the hour: %.0f.", full),
		Advice: "A full process notices PostgreSQL's answers late: see to its processor time first. Neither PostgreSQL's settings nor a larger connection pool help. " +
			"Whether PostgreSQL is slow as well shows when the processes have time again.",
	}
	if full == 0 {
		f.Title = "Transactions are slower, the statements are not"
		f.Evidence = s.spread() + s.statements()
		f.Advice = "The statements themselves are about as quick as they were, so the time goes into commits, repeated attempts or Python's handling of the rows. " +
			"Look at PostgreSQL's log for conflicts and slow commits, and at what the transactions above have in common."
	}
	return f
}

// single is case (c): some transactions for reasons of their own.
func (s slowness) single(in Input) []Finding {
	var found []Finding
	for _, c := range s.slower {
		if len(found) == slowNamed || c.extra < slowExtra {
			break
		}
		f := Finding{
			Subject: Subject{Name: c.desc}, Severity: Warning, Value: &c.ratio, Threshold: Threshold(in.Warning),
			Title: "The transaction " + c.desc + " is slower than last week",
			Evidence: fmt.Sprintf("%s takes %s each, %s times as long as a week ago (%s), and costs %s of database time per second more for that. %d of %d other transactions became slower.",
				c.desc, seconds(c.mean()), number(c.ratio), seconds(c.costBefore/c.often), seconds(c.extra), len(s.slower)-1, len(s.all)-1),
			Advice: "PostgreSQL as a whole is as quick as it was, so look at the tables of this transaction: are their statistics fresh (postgres-hygiene), are there many dead rows " +
				"(table-growth), did the data grow? Letting PostgreSQL analyse them is harmless. Did a new version of Synapse come in that week?",
			Remedy: "Query type transactions, format meanDuration: " + c.desc + ".",
		}
		if c.ratio < in.Warning || synapse.IsMaintenance(c.desc) {
			f.Severity = Info
		}
		if c.onFull < txnOnFull {
			f.NotCausedBy = []string{"cpu-saturation"}
		} else {
			f.Severity = min(f.Severity, Info)
			f.Advice = "Most of it was measured on processes that are full themselves, where everything looks slow: see to their processor time first. " + f.Advice
		}
		found = append(found, f)
	}
	return found
}

// asksMore is case (d), more calls, or (e), waits for a connection; or nothing.
func (s slowness) asksMore(in Input) []Finding {
	same := fmt.Sprintf("Transactions are as quick as a week ago: the middle one, weighted by cost, takes %s times as long.", number(s.middle))
	none := []string{"cpu-saturation", "postgres-hygiene", "table-growth"}
	wait, before := in.Total("wait"), in.Total("waitBefore")
	if wait >= slowWait && before > 0 && wait >= slowWaitRatio*before && in.Total("full") == 0 {
		return []Finding{{
			Severity: Info, Value: &s.middle, Threshold: Threshold(in.Warning), NotCausedBy: none,
			Title:    "Transactions wait for a connection, the database is as quick as ever",
			Evidence: same + fmt.Sprintf(" The mean wait for a connection rose from %s to %s.", seconds(before), seconds(wait)),
			Advice:   "Look at database-pool: a long transaction or a small pool holds the others up. PostgreSQL is not the reason.",
		}}
	}
	if s.before > 0 && s.calls >= slowRatio*s.before {
		return []Finding{{
			Severity: Info, Value: &s.middle, Threshold: Threshold(in.Warning), NotCausedBy: none,
			Title:    "The database is as quick as ever, Synapse asks more",
			Evidence: same + fmt.Sprintf(" There are %s calls per second, %s times as many.%s", number(s.calls), number(s.calls/s.before), s.mostMore()),
			Advice: "Look for who asks: more users, a busy room, a bridge, a client in a loop, federation traffic. Where a cache stands before the transaction, see the cache factors. " +
				"PostgreSQL is not the reason.",
		}}
	}
	return Fine(same)
}

// mostMore names the transactions with the most further calls.
func (s slowness) mostMore() string {
	sorted := slices.Clone(s.all)
	slices.SortStableFunc(sorted, func(a, b compared) int { return cmp.Compare(b.calls-b.often, a.calls-a.often) })
	var names []string
	for _, c := range sorted[:min(len(sorted), slowNamed)] {
		names = append(names, fmt.Sprintf("%s (%s times)", c.desc, number(c.calls/c.often)))
	}
	return " Most of them: " + strings.Join(names, ", ") + "."
}
