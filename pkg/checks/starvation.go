package checks

import (
	"fmt"
	"net"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var (
	starvedWorks  = limits.Limit{Name: "works", Value: 0.3, Unit: "percentunit", Meaning: "share of time that the loop of another process is busy from which its CPU tells about the machine", Source: "ours"}
	starvedPart   = limits.Limit{Name: "part", Value: 0.33, Unit: "percentunit", Meaning: "part of the share from which a loop is judged that uses next to no CPU for its time", Source: "ours"}
	starvedDeep   = limits.Limit{Name: "next", Value: 0.2, Meaning: "cores for each busy second per second that are next to none", Source: "ours: a loop that works uses one, on an overloaded machine still half of one"}
	starvedFlat   = limits.Limit{Name: "flat", Value: 0.05, Unit: "percentunit", Meaning: "difference of the 95th percentile of the CPU to its median, as a share of it, that is a plateau", Source: "ours"}
	starvedAlways = limits.Limit{Name: "always", Value: 0.9, Unit: "percentunit", Meaning: "share of time that the loop is busy on a plateau that a CPU limit makes", Source: "ours"}
	starvedGC     = limits.Limit{Name: "gcTimes", Value: 2, Meaning: "ratio of the time in garbage collection to the CPU from which memory is swapped out", Source: "ours"}

	// cpuSpread is how much the CPU varies: next to nothing at a limit.
	cpuSpread = measure("spread", func(s Scope) string {
		of := func(quantile string) string {
			return "quantile_over_time(" + quantile + ", (" + s.Rate(metrics.ProcessCPU.Series(), 5*time.Minute) + ")" + subquery(shortWindow, max(time.Minute, s.Scrape)) + ")"
		}
		return s.WithServer(of("0.95") + " / (" + of("0.5") + " > 0) - 1")
	})
	gcShareNow = measure("collecting", func(s Scope) string {
		return s.WithServer("sum by (" + s.Identity.Labels() + ") (" + s.Rate(metrics.GCTime.Sum(), shortWindow) + ")")
	})
)

var starvation = Check{
	ID:    "starvation",
	Topic: "Available CPU",
	Title: "Processes get too little CPU",
	Meaning: "An event loop that is busy without using CPU waits: for a CPU that a container's limit, the machine's other programs or its host take away, for memory that is swapped out, or in a call " +
		"that blocks. More workers on the same machine make it worse.",
	Decides: "Per process over 15 minutes: the event loop is busy for at least {warning} of the time, and the process uses at most {starved} of that in cores; {part} of that share is enough if it uses at most {next} of it. If all busy processes of the homeserver (at least two, " +
		"each busy for {works} or more) are like that, it is the machine; if one is, it may be a blocking call. A CPU that varies by less than {flat} while the loop is busy for {always} is a limit. Garbage collection of " +
		"{gcTimes} × the CPU is swapping. Processes younger than {young} are not judged. All processes of one host silent at once, while those of another answer, are an info.",
	CannotKnow: "Who takes the CPU: only the machine's own metrics tell. CPU of threads counts as the process's, so a loop may starve beside busy threads unseen. In Kubernetes each process has an address of its own, " +
		"so hosts are not told apart.",
	Thresholds: limits.Thresholds{
		Check: "starvation", Warning: limits.At(limits.Busy.Value), Unit: "percentunit", WarningOf: "of the time busy without the CPU for it", Source: "ours",
	},
	Limits: []limits.Limit{limits.Starved, starvedPart, starvedDeep, starvedWorks, starvedFlat, starvedAlways, starvedGC, limits.Young},
	Steps: []string{
		"Look for a limit: `cat /sys/fs/cgroup/cpu.stat` in the container. If `nr_throttled` rises, raise the container's CPU limit (Docker `--cpus`, Kubernetes `limits.cpu`) or remove it.",
		"On the machine run `vmstat 1 5`: `si`/`so` above 0 is swapping (add memory), `st` is CPU that the host gives to others, `wa` is a slow disk.",
		"Run `py-spy dump --pid <pid>` a few times, which changes nothing: it shows a call that blocks, such as a module that waits, a slow log disk or a slow name server.",
		"Do not add workers on this machine, and do not raise `cp_max`: both need CPU that is not there.",
	},
	Panel:      "processes",
	PerProcess: true,
	Measures:   []*Measurement{loopBusy, cpu, uptime, cpuSpread, gcShareNow, silentProcesses},
	Judge:      judgeStarvation,
	Rule: Rule{Expr: `
max by (server_name) (
  (
    {{.busy}} >= {{.threshold}}
    and on ({{.by}}) {{.cpu}} <= on ({{.by}}) {{.starved}} * {{.busy}}
    or
    {{.busy}} >= {{.part}} * {{.threshold}}
    and on ({{.by}}) {{.cpu}} <= on ({{.by}}) {{.next}} * {{.busy}}
  )
  unless on ({{.by}}) {{.uptime}} < {{.young}}
)`},
}

func judgeStarvation(in Input) []Finding {
	silent := judgeSilentHosts(in)
	if !in.Has(loopBusy) || !in.Has(cpu) {
		if len(silent) > 0 {
			return silent
		}
		return metricMissing(metrics.ReactorTick)
	}
	judged := in.settled(loopBusy, limits.Young)
	machine := starvesEverywhere(in, judged)
	found := judgeEach(judged, func(p Sample) Finding { return judgeStarved(in, p, machine) })
	if found = append(found, silent...); len(found) > 0 {
		return found
	}
	if len(judged) == 0 {
		return okFinding("No process has run for " + limits.Young.String() + ": too early to judge.")
	}
	used, _ := in.ValueFor(cpu, judged[0])
	return okFinding(fmt.Sprintf("The busiest event loop, of %s, was busy for %s of the last 15 min with %s cores.", judged[0].Process(), words.Percent(judged[0].Value), words.Number(used)))
}

// starves tells whether the loop of a process waits for more than it works.
func starves(in Input, p Sample) bool {
	used, known := in.ValueFor(cpu, p)
	return known && used <= limits.Starved.Value*p.Value
}

// starvesEverywhere tells the machine from a blocking call: all processes with something to do wait.
func starvesEverywhere(in Input, all []Sample) bool {
	working := 0
	for _, p := range all {
		if p.Value < starvedWorks.Value {
			continue
		}
		if working++; !starves(in, p) {
			return false
		}
	}
	return working > 1
}

func judgeStarved(in Input, p Sample, machine bool) Finding {
	if !starves(in, p) {
		return Finding{}
	}
	used, _ := in.ValueFor(cpu, p)
	f := in.graded(p.Value, Finding{Subject: Subject{Name: p.Process()}, Takes: Amounts{LoopTime: p.Value - used}})
	if least := starvedPart.Value * in.Warning; f.Severity == OK && p.Value >= least && used <= starvedDeep.Value*p.Value {
		f.Severity, f.Threshold = Warning, &least
	}
	if f.Severity == OK {
		return f
	}
	f.Evidence = fmt.Sprintf("Event loop busy for %s of the last 15 min, but %s cores in use.", words.Percent(p.Value), words.Number(used))
	spread, flat := in.ValueFor(cpuSpread, p)
	collecting, _ := in.ValueFor(gcShareNow, p)
	switch {
	case collecting >= starvedGC.Value*used && collecting > 0.01:
		f.Evidence += fmt.Sprintf(" Garbage collection took %s of the time, more than the CPU: its memory is swapped out.", words.Percent(collecting))
		f.Steps = []string{in.check.Steps[1], in.check.Steps[0], in.check.Steps[3]}
	case flat && spread <= starvedFlat.Value && p.Value >= starvedAlways.Value:
		f.Evidence += " Its CPU stays at that height, as at a limit."
	case machine:
		f.Evidence += " All busy processes of this homeserver are like that, so it is the machine or its limit."
	default:
		f.Title, f.Confidence = "Event loop waits without using CPU", 0.6
		f.Evidence += " No other process shows it, so it may be a call that blocks."
		f.Steps = []string{in.check.Steps[2], in.check.Steps[0], in.check.Steps[1]}
	}
	return f
}

// judgeSilentHosts finds hosts whose processes are all silent while those of another host answer.
func judgeSilentHosts(in Input) []Finding {
	silent, answering := map[string]int{}, map[string]bool{}
	for _, p := range in.Samples(uptime) {
		answering[hostOf(p)] = true
	}
	var hosts []string
	for _, p := range in.Samples(silentProcesses) {
		host := hostOf(p)
		if silent[host]++; silent[host] == 2 && host != "" && !answering[host] && len(answering) > 0 {
			hosts = append(hosts, host)
		}
	}
	return judgeEach(hosts, func(host string) Finding {
		return Finding{
			Subject: Subject{Name: host}, Severity: Info, Title: "All processes of a host silent", Confidence: 0.7,
			Evidence: fmt.Sprintf("%d processes of %s answer no scrape, while another host's do.", silent[host], host),
			Steps: []string{
				"Check that the host is up and reachable from Prometheus: `ping <host>`, then `curl -sI http://<host>:<port>/_synapse/metrics`.",
				"If the host is up, look there for memory and CPU that ran out: `journalctl -k --since -1h`, `vmstat 1 5`.",
			},
		}
	})
}

// hostOf is the host of a process's address, where ports tell the processes of a host apart.
func hostOf(p Sample) string {
	host, port, err := net.SplitHostPort(p.Label("instance"))
	if err != nil || port == "" {
		return ""
	}
	return host
}
