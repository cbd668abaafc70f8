package checks

import (
	"fmt"
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

const (
	// restartWindow is how far back restarts count. Source: ours.
	restartWindow = 6 * time.Hour
	// rollouts is how many restarts of most processes within restartWindow are taken for upgrades and changes of the
	// configuration; more than that is a problem that all of them share. Source: ours.
	rollouts = 3.0
)

var restarts = Check{
	ID:      "restarts",
	Title:   "A process restarts again and again",
	Meaning: "A process that crashes, or is killed for its memory, comes back with empty caches: it is slow for a while, and its clients and other processes see errors meanwhile.",
	Decides: "Restarts of one process at the same address within 6 hours, less those that most processes of the homeserver made with it: up to 3 upgrades of all of them are not counted. " +
		"A pod that is replaced is another address and is not counted either; a container that is restarted in its pod is.",
	Source: "The start time that each process tells. The numbers are ours.",
	CannotKnow: "Why it restarted: a person, a crash and the kernel's out-of-memory killer look the same here. A process that dies before Prometheus " +
		"has seen it is not counted; scrape-health tells that it is down.",
	Unit:    "none",
	Warning: Threshold(4), Critical: Threshold(8),
	Causes:     []string{"memory"},
	PerProcess: true,
	Measures: func(w Where) map[string]string {
		return map[string]string{"restarts": restartsPerProcess(w), "uptime": uptimes(w)}
	},
	Signal: func(w Where) Signal { return Signal{PromQL: restartsPerProcess(w), Subject: subjectOfProcess} },
	Judge:  judgeRestarts,
}

// restartsPerProcess counts those of processes that are down right now too.
func restartsPerProcess(w Where) string {
	return synapse.SeenProcesses(w.Filters) + " * 0 + " + synapse.OnProcess("changes(process_start_time_seconds"+w.Filters.ProcessSelector()+w.Window(restartWindow)+")")
}

func judgeRestarts(in Input) []Finding {
	if !in.Has("restarts") {
		return Absent("process_start_time_seconds")
	}
	samples := in.Samples("restarts")
	together := commonRestarts(samples)
	var found []Finding
	for _, p := range samples {
		own := p.Value - together
		f := in.Graded(own, Finding{
			Subject:  Subject{Name: p.Process()},
			Title:    p.Process() + " restarts again and again",
			Evidence: fmt.Sprintf("%s restarted %.0f times within 6 hours%s%s.", p.Process(), p.Value, apartFrom(together), sinceStart(in, p)),
			Advice: "If it was you, nothing is wrong. Otherwise read the end of its log before each restart, and the kernel's log (dmesg) or the pod's last state for \"out of memory\". " +
				"A traceback names a bug: look for it in Synapse's issues before you go back a version. Do not raise a memory limit before you know that memory is the reason.",
			Remedy: "Query type changes: when were the restarts, and what changed before the first?",
		})
		if f.Severity > OK {
			found = append(found, f)
		}
	}
	if len(found) == 0 {
		return Fine(fmt.Sprintf("The most restarts of one process within 6 hours: %.0f.", samples[0].Value))
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
	return min(rollouts, counts[(len(counts)-1)/2])
}

func apartFrom(together float64) string {
	if together == 0 {
		return ""
	}
	return fmt.Sprintf(", %.0f of them together with the others", together)
}

func sinceStart(in Input, p Sample) string {
	if uptime, ok := in.Of("uptime", p); ok {
		return fmt.Sprintf("; it has run for %.0f minutes now", uptime/60)
	}
	return " and is down now"
}
