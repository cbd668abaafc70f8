package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// An event loop that is blocked: however young or idle the process is, and for as long as it lasts. A blocked loop completes no
// tick, so nothing that counts ticks may decide. Where the loop serves its metrics itself, the process just does not answer.
var (
	loopBlockedWarning  = limits.Limit{Name: "blockedWarning", Value: 10, Unit: "s", Meaning: "time that the event loop is away in two scrapes in a row that is a warning", Source: "ours: idle loops were away for 0.1 s at most"}
	loopBlockedCritical = limits.Limit{Name: "blockedCritical", Value: 30, Unit: "s", Meaning: "time that the event loop is away in two scrapes in a row that is critical", Source: "ours"}

	// loopBlocked is the time that the loop is away at each of the last two scrapes, the longest of the last minutes.
	// The window holds no third one: of a loop that is away for four scrapes out of five, some are always short. Where Prometheus
	// scrapes less often than is assumed (the rules for Prometheus can't know), the window is longer.
	loopBlocked = measure("blocked", func(s Scope) string {
		of := func(function string, scrapes int) string {
			return metrics.ReactorLastSeen.Series().Over(function, s.Filters.ProcessSelector(), metrics.Window(time.Duration(scrapes)*s.Scrape))
		}
		return s.WithServer(s.held(of("min_over_time", 2) + " and " + of("count_over_time", 2) + " >= 2 or " +
			of("min_over_time", 4) + " unless " + of("count_over_time", 4) + " > 2"))
	})
	// silentProcesses did not answer a scrape lately and are not there now.
	silentProcesses = measure("silent", func(s Scope) string {
		up := metrics.Up.Series().Over("max_over_time", s.Filters.Without("index").ProcessSelector(), metrics.Window(s.scrapes(4, outageFor)))
		return "(" + s.Identity.WithServerOfTarget(s.Filters, up) + ") == 0 unless on (" + s.PerProcess() + ") " + s.SumPerProcess(s.Now(metrics.ScheduleTime.Count()))
	})
	// silentLately are the processes that answered within the last hour: the others may have been removed.
	silentLately = measure("silentLately", func(s Scope) string { return s.Identity.Seen(s.Filters, "[1h]") })
)

var blockedSteps = []string{
	"Run `py-spy dump --pid <pid>` on the process: it shows what blocks the loop, and changes nothing.",
	"Then restart that process. A dump taken before is all that tells why it happened.",
	"If it comes back, look for a module that waits (`time.sleep`, blocking requests), a slow disk under the log file, or swapping: `vmstat 1 5`.",
}

func judgeBlocked(in Input) []Finding {
	return judgeEach(in.Samples(loopBlocked), func(p Sample) Finding {
		return Finding{Subject: Subject{Name: p.Process()}}.raisedBy(p.Value, loopBlockedWarning, loopBlockedCritical, func(f *Finding) {
			f.Title, f.Steps, f.NotCausedBy = "Event loop blocked", blockedSteps, notCausedBut("gc-pauses", "state-resolution")
			f.Takes = Amounts{LoopTime: p.Value / stallWindow.Seconds()} // of the hour that its causes look at
			f.Evidence = fmt.Sprintf("The event loop completed no tick for %s, and the process answered nobody meanwhile.", words.Duration(time.Duration(p.Value)*time.Second))
		})
	})
}

// judgeSilent finds processes that do not answer. One that is away for more than an hour may have been removed, unless it was
// the last one of its homeserver.
func judgeSilent(in Input) []Finding {
	var found []Finding
	for _, p := range in.Samples(silentProcesses) {
		if _, lately := in.ValueFor(silentLately, p); !lately && in.Has(requestsInFlight) {
			continue
		}
		found = append(found, Finding{
			Subject: Subject{Name: p.Process()}, Severity: Critical, Title: "Process does not answer", NotCausedBy: notCausedBut("open-files", "gc-pauses", "state-resolution", "restarts"),
			Takes:    Amounts{LoopTime: outageFor.Seconds() / stallWindow.Seconds()},
			Evidence: fmt.Sprintf("No scrape of it succeeded in the last %s: it has stopped, or its event loop is blocked.", words.Duration(in.Scope.scrapes(4, outageFor))),
			Steps: []string{
				"Check that the process runs: `systemctl status matrix-synapse` or `docker ps`. If it does not, read the end of its log and start it.",
				"If it runs and does not answer, run `py-spy dump --pid <pid>`, which shows what blocks it and changes nothing, then restart it.",
				"If it answers clients, only its metrics are out of reach: Status → Targets in Prometheus shows the last scrape error.",
			},
		})
	}
	return found
}
