package checks

import (
	"fmt"
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/tables"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// How fast tables grow: PostgreSQL keeps no history, so this data source keeps what it read earlier.
var (
	growthShare = limits.Limit{Name: "growthShare", Value: 0.01, Unit: "percentunit", Meaning: "growth of a table per hour, as a share of its size", Source: "ours"}
	growthLeast = limits.Limit{Name: "growthLeast", Value: 100 << 20, Unit: "bytes", Meaning: "growth of a table per hour below which it is not judged", Source: "ours: 2.3 GiB in a day"}
	growthOver  = limits.Limit{Name: "growthOver", Value: 1800, Unit: "s", Meaning: "time between two reads from which growth is judged", Source: "ours"}
)

const (
	// paceSpacing is how far apart the reads are that are kept, paceKept how long.
	paceSpacing = 10 * time.Minute
	paceKept    = 6 * time.Hour
)

// sizesRead is one read: the bytes of each table without its indexes, which grow and shrink by maintenance.
type sizesRead struct {
	at    time.Time
	bytes map[string]int64
}

// remember keeps a read among the earlier ones.
func remember(old []sizesRead, at time.Time, read []tables.Table) []sizesRead {
	kept := slices.DeleteFunc(slices.Clone(old), func(r sizesRead) bool { return at.Sub(r.at) > paceKept })
	if len(kept) > 0 && at.Sub(kept[len(kept)-1].at) < paceSpacing {
		return kept
	}
	now := sizesRead{at, map[string]int64{}}
	for _, t := range read {
		now.bytes[t.Name] = t.TableBytes
	}
	return append(kept, now)
}

// pace is how much a table grew, and in which time.
type pace struct {
	bytes int64
	over  time.Duration
}

// paceOf compares a table with the oldest read that has it.
func paceOf(reads []sizesRead, now time.Time, t tables.Table) (pace, bool) {
	for _, r := range reads {
		if before, is := r.bytes[t.Name]; is && now.Sub(r.at).Seconds() >= growthOver.Value {
			return pace{t.TableBytes - before, now.Sub(r.at)}, true
		}
	}
	return pace{}, false
}

func (p pace) perHour() float64 { return float64(p.bytes) / p.over.Hours() }

// judgePace finds that a table grows fast, and names the transaction that fills it, where one takes much.
func judgePace(in Input, p pace, t tables.Table, f Finding) (Finding, string) {
	share := p.perHour() / float64(max(1, t.TableBytes))
	if p.over <= 0 || f.Severity > Info || share < growthShare.Value || p.perHour() < growthLeast.Value || t.Locked {
		return f, ""
	}
	f.Severity, f.Value, f.Threshold, f.Unit, f.Title = Warning, &share, limits.At(growthShare.Value), "percentunit", "Table grows fast"
	text := fmt.Sprintf(" It grew by %s in %s: %s per hour.", words.Bytes(float64(p.bytes)), words.Duration(p.over), words.Percent(share))
	steps := []string{"Check the free disk at once: `df -h` on the host of PostgreSQL. When the disk is full, PostgreSQL stops."}
	filler, known := tables.FillerOf(t.Name)
	if !known {
		f.Steps = append(steps, "Look at \"Cost of the most expensive transactions\" on this dashboard: what began together with the growth fills the table.")
		return f, text
	}
	text = fmt.Sprintf(" It grew by %s in %s (%s per hour). What fills it: %s", words.Bytes(float64(p.bytes)), words.Duration(p.over), words.Percent(share), filler.Meaning)
	cost := in.valuesBy(txnCost, subjectOfTransaction)
	slices.SortStableFunc(filler.Transactions, func(a, b string) int { return int(1000 * (cost[b] - cost[a])) })
	if job := filler.Transactions[0]; cost[job] > 0 {
		text += fmt.Sprintf(" (%s, %s of database time per second)", job, words.Seconds(cost[job]))
		steps = append(steps, "Open \"Cost of the most expensive transactions\" and see when "+job+" began to cost more, and what changed then.")
	}
	f.NotCausedBy = []string{"extremities", "postgres-hygiene"}
	f.Steps = append(steps, "Don't delete rows by hand.")
	return f, text + "."
}
