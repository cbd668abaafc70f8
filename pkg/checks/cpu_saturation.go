package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// cpuNamed is the part of a core from which a kind of work is named in the evidence.
const cpuNamed = 0.1

var (
	cpuRequests = measure("requests", func(s Scope) string {
		return topCPU(s, metrics.ResponseUserCPU, metrics.ResponseSystemCPU, "servlet")
	})
	cpuJobs = measure("jobs", func(s Scope) string { return topCPU(s, metrics.JobUserCPU, metrics.JobSystemCPU, "name") })
	cpuGC   = measure("gc", func(s Scope) string {
		return s.WithServer("sum by ("+s.Identity.Labels()+") ("+s.Rate(metrics.GCTime.Sum(), shortWindow)+")") + fmt.Sprintf(" > %g", cpuNamed)
	})
)

// topCPU are the two kinds of requests or jobs that take most CPU of each process.
func topCPU(s Scope, user, system *metrics.Metric, label string) string {
	return fmt.Sprintf("topk by (%s) (2, %s + %s > %g)", s.PerProcess(), s.SumPerProcess(s.Rate(user.Series(), shortWindow), label),
		s.SumPerProcess(s.Rate(system.Series(), shortWindow), label), cpuNamed)
}

var cpuSaturation = Check{
	ID:      "cpu-saturation",
	Topic:   "CPU",
	Title:   "Process is short of CPU",
	Meaning: "A Synapse process does nearly all its work in one thread. When its event loop is always busy and it uses nearly one core, everything it does waits.",
	Decides: "Per process over 15 minutes: the cores used (warning from {warning}, critical from {critical}), if the event loop was busy for at least {busyLoop} of the time. " +
		"Where that is not known, CPU alone is a warning at most. Processes younger than {young} are not judged.",
	CannotKnow: "How many cores the machine has, and whether other programs or a container's limit take CPU away. In that case the loop is busy with less than one core in " +
		"use, and the finding is about the event loop instead. The CPU of requests and background jobs is known; that of threads for the database and media is not.",
	Thresholds: limits.CPU,
	Limits:     []limits.Limit{limits.Busy, limits.Young},
	Steps: []string{
		"Open \"Processes\" on this dashboard and see what takes the CPU: requests, background jobs, garbage collection or state resolution. Treat that first.",
		"If this is the main process and there are workers, check that the reverse proxy sends client requests such as `/sync` to the workers.",
		"Move one kind of work to a new worker only if the machine has a free core (load below the number of cores): each worker costs CPU and memory, even when idle.",
	},
	Causes:     append(byLoopTime("state-resolution", "federation-presence", "gc-pauses", "request-surge"), whenFound("version", "workers")...),
	Panel:      "processes",
	PerProcess: true,
	Measures:   []*Measurement{cpu, loopBusy, uptime, cpuRequests, cpuJobs, cpuGC},
	Signal:     &Signal{Measurement: cpu, Subject: subjectOfProcess},
	Judge:      judgeCPU,
	Rule: Rule{Expr: `
max by (server_name) (
  {{.cpu}} >= {{.threshold}}
  {{pick "unless" "and"}} on ({{.by}}) {{.busy}} {{pick "> 0 <" ">="}} {{.busyLoop}}
  unless on ({{.by}}) {{.uptime}} < {{.young}}
)`},
}

func judgeCPU(in Input) []Finding {
	if !in.Has(cpu) {
		return metricMissing(metrics.ProcessCPU)
	}
	judged := in.settled(cpu, limits.Young)
	if len(judged) == 0 {
		return okFinding("No process has run for " + limits.Young.String() + ": too early to judge.")
	}
	found := judgeEach(judged, func(p Sample) Finding { return judgeCPUOf(in, p) })
	return orOK(found, "The busiest process used "+words.Number(judged[0].Value)+" cores over 15 min.")
}

func judgeCPUOf(in Input, p Sample) Finding {
	busy, known := in.ValueFor(loopBusy, p)
	known = known && busy > 0 // before 1.97 the loop of asyncio reactors is not timed: its time stays 0
	if known && busy < limits.Busy.Value {
		return Finding{}
	}
	f := in.graded(p.Value, Finding{Subject: Subject{Name: p.Process()}, Takes: Amounts{LoopTime: max(busy, p.Value)}})
	loop := "how busy the event loop was is unknown"
	if known {
		loop = "event loop busy for " + words.Percent(busy) + " of the time"
	} else if f.Severity > Warning {
		f.Severity, f.Threshold = Warning, limits.At(min(in.Warning, in.Critical))
	}
	if !known {
		f.Confidence = 0.5
	}
	f.Evidence = fmt.Sprintf("%s cores over 15 min, %s.%s", words.Number(p.Value), loop, topWork(in, p))
	return f
}

// topWork says what took most of a process's CPU.
func topWork(in Input, p Sample) string {
	type part struct {
		what  string
		cores float64
	}
	var parts []part
	add := func(m *Measurement, what, label string) {
		for _, s := range in.SamplesFor(m, p) {
			parts = append(parts, part{what + s.Label(label), s.Value})
		}
	}
	add(cpuRequests, "requests to ", "servlet")
	add(cpuJobs, "background job ", "name")
	add(cpuGC, "garbage collection", "")
	if len(parts) == 0 {
		return ""
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(b.cores, a.cores) })
	var texts []string
	for _, one := range parts[:min(3, len(parts))] {
		texts = append(texts, one.what+" "+words.Number(one.cores))
	}
	return " Most of it, in cores: " + strings.Join(texts, ", ") + "."
}
