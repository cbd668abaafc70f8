package checks

import (
	"fmt"
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// restartWindow is how far back restarts count.
const restartWindow = 6 * time.Hour

var (
	// rollouts are upgrades and changes of the configuration; more is a problem that all processes share.
	rollouts = limits.Limit{Name: "rollouts", Value: 3, Meaning: "number of restarts of most processes together that do not count", Source: "ours"}

	// restartCount counts those of processes that are down right now too.
	restartCount = measure("restarts", func(s Scope) string {
		return s.WithServerLastDay(s.Over("changes", metrics.ProcessStart.Series(), restartWindow))
	})
)

var restarts = Check{
	ID:    "restarts",
	Topic: "Restarts",
	Title: "Process restarts repeatedly",
	Meaning: "A process that crashes, or is killed for its memory, comes back with empty caches. It is slow for a while, and meanwhile clients and other processes get " +
		"errors.",
	Decides: "Restarts of one process at the same address in the last 6 hours (warning from {warning}, critical from {critical}), less those that most processes made with it: up to {rollouts} " +
		"restarts of all processes are upgrades. A pod that is replaced has another address and is not counted; a container that restarts in its pod is.",
	CannotKnow: "Why it restarted: an admin, a crash and the out-of-memory killer look the same. A process that ends before Prometheus has seen it is not counted; the " +
		"scrapes then show that it is down.",
	Thresholds: limits.Thresholds{Check: "restarts", Warning: limits.At(4), Critical: limits.At(8), Unit: "none", WarningOf: "restarts", CriticalOf: "restarts", Source: "ours"},
	Limits:     []limits.Limit{rollouts},
	Steps: []string{
		"If you restarted it, do nothing. Otherwise read the end of its log before each restart (`journalctl -u UNIT`, `kubectl logs --previous`): a traceback names a bug to search for in Synapse's issues.",
		"Look for an out-of-memory kill: `journalctl -k --since -6h | grep -i oom`, or Last State in `kubectl describe pod`. Raise a memory limit only if you find one.",
		"Check the health check or liveness probe: one that is too strict ends a process that is only busy.",
	},
	Causes:     []string{"memory"},
	Panel:      "processes",
	PerProcess: true,
	Measures:   []*Measurement{restartCount, uptime},
	Signal:     &Signal{restartCount, subjectOfProcess},
	Judge:      judgeRestarts,
	// Of an even number of processes the median is rounded down: it is at most one more than Judge takes.
	Rule: Rule{Expr: `
max by (server_name) (
  {{.restarts}}
  - on (server_name) group_left ()
  (
    floor(quantile by (server_name) (0.5, clamp_max({{.restarts}}, {{.rollouts}})))
    * on (server_name) (count by (server_name) ({{.restarts}}) > bool 1)
  )
) >= {{.threshold}}`},
}

func judgeRestarts(in Input) []Finding {
	if !in.Has(restartCount) {
		return metricMissing(metrics.ProcessStart)
	}
	samples := in.Samples(restartCount)
	common := commonRestarts(samples)
	var found []Finding
	for _, p := range samples {
		f := in.graded(p.Value-common, Finding{
			Subject:  Subject{Name: p.Process()},
			Evidence: fmt.Sprintf("%s in 6 h%s; %s.", words.Count(p.Value, "restart", "restarts"), apartFrom(common), sinceStart(in, p)),
		})
		if f.Severity > OK {
			found = append(found, f)
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
