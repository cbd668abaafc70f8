package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// The cause of a restart is in the minutes before it, however short the process lived.
const (
	// beforeStart are those minutes; startBack is how far back the start before is looked for.
	beforeStart = 5 * time.Minute
	startBack   = 30 * time.Minute
)

var (
	memoryRisenTo   = limits.Limit{Name: "risenTo", Value: 0.9, Unit: "percentunit", Meaning: "share of the day's peak that a process's memory reached before a restart that memory explains", Source: "ours"}
	memoryRisenBy   = limits.Limit{Name: "risenBy", Value: 0.1, Unit: "percentunit", Meaning: "growth of its memory in the minutes before", Source: "ours"}
	memoryRisenFrom = limits.Limit{Name: "risenFrom", Value: 400 << 20, Unit: "bytes", Meaning: "memory below which a process has hardly started", Source: "ours: Synapse starts with up to 250 MiB"}
	hungFor         = limits.Limit{Name: "hungFor", Value: 10, Unit: "s", Meaning: "time that the event loop was away before a restart that a hang explains", Source: "ours"}
	hungScrape      = limits.Limit{Name: "hungScrape", Value: 5, Unit: "s", Meaning: "duration of a failed scrape from which it timed out: a process that has ended refuses it at once", Source: "ours"}
	startedAsOne    = limits.Limit{Name: "together", Value: 120, Unit: "s", Meaning: "time within which the starts of all processes are one event", Source: "ours"}

	restartCauseLimits = []limits.Limit{memoryRisenTo, memoryRisenBy, memoryRisenFrom, hungFor, hungScrape, startedAsOne}

	// restartRisen is how many restarts came while memory rose, restartMemory the memory before the last one of them.
	restartRisen  = measure("risen", func(s Scope) string { return risenRestarts(s, "count_over_time") })
	restartMemory = measure("memoryBefore", func(s Scope) string { return risenRestarts(s, "last_over_time") })
	// restartHung is how many restarts came while the event loop was blocked, or while scrapes timed out.
	restartHung = measure("hung", func(s Scope) string {
		start, before := startsAt(s), metrics.Window(beforeStart)+metrics.Offset(startStep(s))
		away := metrics.ReactorLastSeen.Series().Over("max_over_time", s.Filters.ProcessSelector(), before)
		targets := s.Filters.Without("index").ProcessSelector()
		slow, down := metrics.ScrapeDuration.Series().Over("max_over_time", targets, before), metrics.Up.Series().Over("min_over_time", targets, before)
		return s.WithServerLastDay(fmt.Sprintf("count_over_time((%[1]s and %[2]s > %[3]g or %[1]s and on (%[4]s) (%[5]s >= %[6]g and %[7]s == 0))%[8]s)",
			start, away, hungFor.Value, s.Identity.ScrapedLabels(), slow, hungScrape.Value, down, subquery(restartWindow, startStep(s))))
	})
)

// startStep is how far apart the moments are at which starts are looked for.
func startStep(s Scope) time.Duration { return max(time.Minute, s.Scrape) }

// startsAt selects the processes that have started since the last step.
func startsAt(s Scope) string {
	before := metrics.Window(startBack) + metrics.Offset(startStep(s))
	return "(" + s.Now(metrics.ProcessStart.Series()) + " > " + metrics.ProcessStart.Series().Over("last_over_time", s.Filters.ProcessSelector(), before) + ")"
}

// risenRestarts selects the memory before those restarts of the last hours before which it rose.
func risenRestarts(s Scope, function string) string {
	window := metrics.Window(2*beforeStart) + metrics.Offset(startStep(s))
	memory := func(over string) string {
		return metrics.ProcessMemory.Series().Over(over, s.Filters.ProcessSelector(), window)
	}
	return s.WithServerLastDay(fmt.Sprintf("%[1]s((%[2]s >= %[3]g and %[2]s >= %[4]g * %[5]s and %[6]s)%[7]s)", function, memory("last_over_time"), memoryRisenFrom.Value,
		1+memoryRisenBy.Value, memory("min_over_time"), startsAt(s), subquery(restartWindow, startStep(s))))
}

// withRestartCause says why the process restarted, where the minutes before most of its restarts tell.
func withRestartCause(in Input, p Sample, f Finding) Finding {
	risen, _ := in.ValueFor(restartRisen, p)
	memory, _ := in.ValueFor(restartMemory, p)
	peak, known := in.ValueFor(memoryPeak, p)
	hung, _ := in.ValueFor(restartHung, p)
	switch {
	case startedTogether(in, p):
		f.Title, f.NotCausedBy = "All processes restart together", []string{"memory"}
		f.Evidence += fmt.Sprintf(" All processes last started within %s of each other.", startedAsOne)
		f.Steps = []string{
			"Check whether the machine restarted (`last reboot`), or an admin or a deployment restarted all processes (`journalctl -u matrix-synapse.target`).",
			"Check whether PostgreSQL restarted at the same time: `SELECT pg_postmaster_start_time()`.",
		}
	case known && 2*risen >= p.Value && memory >= memoryRisenTo.Value*peak:
		f.Title = "Process restarts at its memory peak"
		f.Evidence += fmt.Sprintf(" Its memory was rising before %s of them, to %s before the last.", words.Number(risen), words.Bytes(memory))
		f.Steps = []string{
			"Look for the out-of-memory kill: `journalctl -k --since -6h | grep -i oom`, or Last State in `kubectl describe pod`.",
			"Open \"CPU by kind of request\" on this dashboard and see what came in before each restart: one expensive request, repeated by its client, can fill the memory within minutes.",
			"Raise the memory limit if the machine has free memory, so that the process lives long enough to be looked at.",
		}
	case 2*hung >= p.Value && hung > 0:
		f.Title, f.NotCausedBy = "Process restarts after hanging", []string{"memory"}
		f.Evidence += fmt.Sprintf(" Its event loop was blocked before %s of them.", words.Number(hung))
		f.Steps = []string{
			"Check the health check or liveness probe (`kubectl describe pod`, `docker inspect`): it probably ended the process because it did not answer.",
			"Run `py-spy dump --pid <pid>` while it hangs, before the probe ends it: it shows what blocks the event loop, and changes nothing.",
			"Raise the probe's timeout only to get that dump: the hang remains.",
		}
	}
	return f
}

// startedTogether tells whether all of several processes restarted nearly as often as this one, and last at the same time: the
// host did that, or whoever restarts them all.
func startedTogether(in Input, p Sample) bool {
	ages, counts := in.Samples(uptime), in.Samples(restartCount)
	if len(counts) < 2 || len(ages) < len(counts) || 2*counts[len(counts)-1].Value < p.Value {
		return false
	}
	return ages[0].Value-ages[len(ages)-1].Value <= startedAsOne.Value
}
