package checks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

const (
	// restartWindow is how far back restarts count, fastWindow and veryFastWindow are those of a process that hardly lives.
	restartWindow  = 6 * time.Hour
	fastWindow     = time.Hour
	veryFastWindow = 30 * time.Minute
)

var (
	// rollouts are upgrades and changes of the configuration; more is a problem that all processes share.
	rollouts         = limits.Limit{Name: "rollouts", Value: 3, Meaning: "number of restarts of most processes together that do not count", Source: "ours"}
	fastRestarts     = limits.Limit{Name: "fast", Value: 3, Meaning: "number of restarts of one process in an hour that is a warning", Source: "ours"}
	veryFastRestarts = limits.Limit{Name: "veryFast", Value: 4, Meaning: "number of restarts of one process in 30 minutes that is critical", Source: "ours"}

	restartCount = restartsWithin("restarts", restartWindow)
	restartHour  = restartsWithin("hour", fastWindow)
	restartHalf  = restartsWithin("halfHour", veryFastWindow)
)

// restartsWithin counts starts, those of processes that are down right now too, less those with another version.
func restartsWithin(name string, d time.Duration) *Measurement {
	return measure(name, func(s Scope) string {
		by := s.Identity.Labels()
		starts := "max by (" + by + ") (" + s.Over("changes", metrics.ProcessStart.Series(), d) + ")"
		versions := "count by (" + by + ") (count by (" + by + ", version) (" + s.Over("last_over_time", metrics.BuildInfo.Series(), d) + "))"
		return s.WithServerLastDay("clamp_min(" + starts + " - on (" + by + ") (" + versions + " - 1), 0) or " + starts)
	})
}

var restarts = Check{
	ID:    "restarts",
	Topic: "Restarts",
	Title: "Process restarts repeatedly",
	Meaning: "A process that crashes, or is killed for its memory, comes back with empty caches. It is slow for a while, and meanwhile clients and other processes get " +
		"errors.",
	Decides: "Restarts of one process at the same address in the last 6 hours (warning from {warning}, critical from {critical}), or within an hour (warning from {fast}) or half an hour " +
		"(critical from {veryFast}), whatever its uptime. Starts with another version of Synapse do not count, nor do those that most processes made with it: up to {rollouts} " +
		"restarts of all processes are upgrades. A pod that is replaced has another address and is not counted; a container that restarts in its pod is. The cause is read from the minutes before each start: " +
		"memory of at least {risenFrom} that is at {risenTo} of the day's peak and grew by {risenBy}, or an event loop away for {hungFor}, or scrapes that timed out.",
	CannotKnow: "Who ended the process: an admin, a crash and the out-of-memory killer look the same. A process that ends before Prometheus has seen it is not counted; the " +
		"scrapes then show that it is down.",
	Thresholds: limits.Thresholds{Check: "restarts", Warning: limits.At(4), Critical: limits.At(8), Unit: "none", WarningOf: "restarts", CriticalOf: "restarts", Source: "ours"},
	Limits:     append([]limits.Limit{rollouts, fastRestarts, veryFastRestarts}, restartCauseLimits...),
	Steps: []string{
		"If you restarted it, do nothing. Otherwise read the end of its log before each restart (`journalctl -u UNIT`, `kubectl logs --previous`): a traceback names a bug to search for in Synapse's issues.",
		"Look for an out-of-memory kill: `journalctl -k --since -6h | grep -i oom`, or Last State in `kubectl describe pod`. Raise a memory limit only if you find one.",
		"Check the health check or liveness probe: one that is too strict ends a process that is only busy.",
	},
	Causes:     whenFound("memory"),
	Panel:      "processes",
	PerProcess: true,
	Measures:   []*Measurement{restartCount, restartHour, restartHalf, restartRisen, restartMemory, restartHung, memoryPeak, uptime},
	Signal:     &Signal{Measurement: restartCount, Subject: subjectOfProcess},
	Rises:      restartWindow,
	Judge:      judgeRestarts,
	Rule: Rule{Expr: apartFromRollouts("restarts") + " >= {{.threshold}}\nor on (server_name)\n" +
		`{{if pick "warning" ""}}` + apartFromRollouts("hour") + " >= {{.fast}}\nor on (server_name)\n{{end}}" +
		apartFromRollouts("halfHour") + " >= {{.veryFast}}"},
}

// apartFromRollouts is the most restarts of one process, without those that most processes share. Of an even number of
// processes the median is rounded down: it is at most one more than Judge takes.
func apartFromRollouts(name string) string {
	return strings.ReplaceAll(`max by (server_name) (
  {{.$}}
  - on (server_name) group_left ()
  (
    floor(quantile by (server_name) (0.5, clamp_max({{.$}}, {{.rollouts}})))
    * on (server_name) (count by (server_name) ({{.$}}) > bool 1)
  )
)`, "$", name)
}

func judgeRestarts(in Input) []Finding {
	if !in.Has(restartCount) {
		return metricMissing(metrics.ProcessStart)
	}
	samples := in.Samples(restartCount)
	common, commonHour, commonHalf := commonRestarts(samples), commonRestarts(in.Samples(restartHour)), commonRestarts(in.Samples(restartHalf))
	var found []Finding
	for _, p := range samples {
		f := in.graded(p.Value-common, Finding{
			Subject:  Subject{Name: p.Process()},
			Evidence: fmt.Sprintf("%s in 6 h%s; %s.", words.Count(p.Value, "restart", "restarts"), apartFrom(common), sinceStart(in, p)),
		})
		hour, _ := in.ValueFor(restartHour, p)
		half, _ := in.ValueFor(restartHalf, p)
		within := func(n, common float64, period string) func(*Finding) {
			return func(f *Finding) {
				f.Evidence = fmt.Sprintf("%s in %s%s; %s.", words.Count(n, "restart", "restarts"), period, apartFrom(common), sinceStart(in, p))
			}
		}
		f = f.raisedBy(hour-commonHour, fastRestarts, noLimit, within(hour, commonHour, "the last hour"))
		f = f.raisedBy(half-commonHalf, noLimit, veryFastRestarts, within(half, commonHalf, "30 min"))
		if f.Severity > OK {
			found = append(found, withRestartCause(in, p, f))
		}
	}
	if len(found) == 0 {
		return okFinding(fmt.Sprintf("Most restarts of one process in 6 h: %.0f.", samples[0].Value))
	}
	return found
}

// commonRestarts is the number of restarts that at least half of several processes made: rollouts.
func commonRestarts(samples []Sample) float64 {
	if len(samples) < 2 {
		return 0
	}
	counts := make([]float64, len(samples))
	for i, s := range samples {
		counts[i] = s.Value
	}
	slices.Sort(counts)
	return min(rollouts.Value, counts[(len(counts)-1)/2])
}

func apartFrom(common float64) string {
	if common == 0 {
		return ""
	}
	return ", " + words.Number(common) + " of them together with the other processes"
}

func sinceStart(in Input, p Sample) string {
	if age, ok := in.ValueFor(uptime, p); ok {
		return "running for " + words.Seconds(age)
	}
	return "down now"
}
