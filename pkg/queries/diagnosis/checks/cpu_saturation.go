package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// cpuWindow smooths short bursts. Source: ours.
const cpuWindow = 15 * time.Minute

// settled is the uptime below which a process is judged by nothing but its being young: caches are cold.
const settled = 900.0 // seconds

var cpuSaturation = Check{
	ID:      "cpu-saturation",
	Title:   "A process is short of CPU",
	Meaning: "A Synapse process does nearly all its work in one thread: when its loop is busy nearly all the time and its CPU is near one core, everything it does waits.",
	Decides: "Per process over 15 minutes: CPU (cores), and only where the event loop was busy for at least 70 % of the time. " +
		"Processes younger than 15 minutes are not judged.",
	Source: "The guide and its dashboard: one core per process. 0.8 and 0.95 cores and the busy share are ours.",
	CannotKnow: "How many cores the machine has, and whether other programs or a container's limit take CPU away: then the loop " +
		"is busy with less than one core used.",
	Unit:    "none",
	Warning: Threshold(0.8), Critical: Threshold(0.95),
	Causes:     []string{"state-resolution", "federation-presence", "gc-pauses", "extremities"},
	PerProcess: true,
	Measures: func(w Where) map[string]string {
		return map[string]string{
			"cpu":    w.Process("rate(process_cpu_seconds_total%s" + w.Window(cpuWindow) + ")"),
			"busy":   w.Process("rate(python_twisted_reactor_tick_time_sum%s" + w.Window(cpuWindow) + ")"),
			"uptime": w.Process("time() - process_start_time_seconds%s"),
		}
	},
	Signal: func(w Where) Signal {
		return Signal{
			PromQL:  w.Process("rate(process_cpu_seconds_total%s" + w.Window(cpuWindow) + ")"),
			Subject: subjectOfProcess,
		}
	},
	Judge: judgeCPU,
}

// subjectOfProcess names the process of a series.
func subjectOfProcess(labels map[string]string) string {
	return ProcessName(labels["job"], labels["index"], labels["instance"])
}

func judgeCPU(in Input) []Finding {
	if !in.Has("cpu") {
		return Absent("process_cpu_seconds_total")
	}
	var found []Finding
	highest := 0.0
	for _, p := range in.Samples("cpu") {
		busy, known := in.Of("busy", p)
		if uptime, ok := in.Of("uptime", p); ok && uptime < settled {
			continue
		}
		highest = max(highest, p.Value)
		if p.Value < in.Warning || known && busy < busyFloor {
			continue
		}
		found = append(found, in.Graded(p.Value, Finding{
			Subject:  Subject{Name: p.Process()},
			Evidence: fmt.Sprintf("%s used %.2f cores over 15 minutes and its event loop was busy %s of the time.", p.Process(), p.Value, busyText(busy, known)),
			Advice: "First see where the time goes: requests, background jobs, garbage collection, state resolution. If none of them " +
				"stands out, move work off this process to a worker; every worker costs CPU of its own.",
		}))
	}
	if len(found) == 0 {
		return Fine(fmt.Sprintf("The busiest process used %.2f cores over 15 minutes.", highest))
	}
	return found
}

// busyFloor is the busy share below which high CPU comes from threads beside the loop: media, database, Rust. Ours.
const busyFloor = synapse.FullShare - 0.1

func busyText(busy float64, known bool) string {
	if !known {
		return "an unknown part"
	}
	return percent(busy)
}
