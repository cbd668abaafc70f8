package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// cpuWindow smooths short bursts. Source: ours.
const cpuWindow = 15 * time.Minute

// settled is the uptime below which a process is judged by nothing but its being young: caches are cold.
const settled = 900.0 // seconds

// spender is the part of a core from which a kind of work is named as one that fills a process. Source: ours.
const spender = 0.1

// busyFloor is the busy share below which high CPU comes from threads beside the loop: media, database, Rust. Ours.
const busyFloor = synapse.FullShare - 0.1

var cpuSaturation = Check{
	ID:      "cpu-saturation",
	Title:   "A process is short of CPU",
	Meaning: "A Synapse process does nearly all its work in one thread: when its loop is busy nearly all the time and its CPU is near one core, everything it does waits.",
	Decides: "Per process over 15 minutes: CPU (cores), and only where the event loop was busy for at least 70 % of the time. " +
		"Where that is not known, CPU alone is a warning at most. Processes younger than 15 minutes are not judged.",
	Source: "The guide and its dashboard: one core per process. 0.8 and 0.95 cores and the busy share are ours.",
	CannotKnow: "How many cores the machine has, and whether other programs or a container's limit take CPU away: then the loop " +
		"is busy with less than one core used, and reactor-lag tells it. Of the CPU, what the loop's own requests and jobs took can be told; threads for the database and media can't.",
	Unit:    "none",
	Warning: Threshold(0.8), Critical: Threshold(0.95),
	Causes:     []string{"state-resolution", "federation-presence", "gc-pauses", "workers"},
	PerProcess: true,
	Measures: func(w Where) map[string]string {
		return map[string]string{
			"cpu":      w.Process("rate(process_cpu_seconds_total%s" + w.Window(cpuWindow) + ")"),
			"busy":     loopBusy(w, cpuWindow),
			"uptime":   uptimes(w),
			"requests": spenders(w, "synapse_http_server_response", "servlet"),
			"jobs":     spenders(w, "synapse_background_process", "name"),
			"gc":       w.Process("sum by (job, index, instance) (rate(python_gc_time_sum%s"+w.Window(cpuWindow)+"))") + fmt.Sprintf(" > %g", spender),
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

// spenders are the two kinds of requests or jobs that take most CPU of each process, where that is worth a name.
func spenders(w Where, of, label string) string {
	by := "sum by (server_name, job, index, instance, " + label + ") "
	return fmt.Sprintf("topk %s(2, %s(%s) + %s(%s) > %g)", PerProcess, by, w.Rate(of+"_ru_utime_seconds_total", cpuWindow), by, w.Rate(of+"_ru_stime_seconds_total", cpuWindow), spender)
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
	judged, highest := 0, 0.0
	for _, p := range in.Samples("cpu") {
		busy, known := in.Of("busy", p)
		if uptime, ok := in.Of("uptime", p); ok && uptime < settled {
			continue
		}
		judged++
		highest = max(highest, p.Value)
		if in.Grade(p.Value) == OK || known && busy < busyFloor {
			continue
		}
		f := in.Graded(p.Value, Finding{
			Subject: Subject{Name: p.Process()},
			Title:   p.Process() + " is short of CPU",
			Evidence: fmt.Sprintf("%s used %.2f cores over 15 minutes and its event loop was busy %s of the time.%s",
				p.Process(), p.Value, busyText(busy, known), spent(in, p)),
			Advice: "First see where the time goes: requests, background jobs, garbage collection, state resolution. If something stands out, see to that. If none of them " +
				"does, move work off this process to a worker; every worker costs CPU of its own.",
			Remedy: "Query type resources, format processes: what does this process do?",
		})
		if !known {
			f.Severity, f.Threshold, f.Confidence = min(f.Severity, Warning), Threshold(min(in.Warning, in.Critical)), 0.5
		}
		found = append(found, f)
	}
	switch {
	case len(found) > 0:
		return found
	case judged == 0:
		return Fine("No process has run for 15 minutes yet: too early to judge.")
	}
	return Fine(fmt.Sprintf("The busiest process used %.2f cores over 15 minutes.", highest))
}

// spent says what took most of a process's CPU.
func spent(in Input, p Sample) string {
	type part struct {
		what  string
		cores float64
	}
	var parts []part
	add := func(measurement, label, what string) {
		for _, s := range in.Samples(measurement) {
			if sameProcess(s.metric, p.metric) {
				parts = append(parts, part{strings.TrimSpace(what + " " + s.Label(label)), s.Value})
			}
		}
	}
	add("requests", "servlet", "requests to")
	add("jobs", "name", "the background job")
	add("gc", "", "garbage collection")
	if len(parts) == 0 {
		return ""
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(b.cores, a.cores) })
	var texts []string
	for _, one := range parts[:min(3, len(parts))] {
		texts = append(texts, fmt.Sprintf("%s %.2f", one.what, one.cores))
	}
	return " Most of it, in cores: " + strings.Join(texts, ", ") + "."
}

func busyText(busy float64, known bool) string {
	if !known {
		return "an unknown part"
	}
	return percent(busy)
}
