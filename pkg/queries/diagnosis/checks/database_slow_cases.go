package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

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
