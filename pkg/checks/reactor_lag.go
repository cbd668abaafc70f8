package checks

import (
	"fmt"
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// stallWindow is the hour in which blocked ticks are counted.
const stallWindow = time.Hour

var (
	// loopEnoughTicks is the number of ticks below which a process did next to nothing.
	loopEnoughTicks = limits.Limit{Name: "enoughTicks", Value: 1000, Meaning: "number of ticks within 15 minutes below which an idle process is not judged", Source: "ours"}
	// loopLostSome and loopLostMany are time, not stalls: 24 stalls of 40 s are worse than 60 of 1.1 s.
	loopLostSome = limits.Limit{Name: "lostSome", Value: 60, Unit: "s", Meaning: "time in an hour that the event loop is blocked that is a warning", Source: "ours"}
	loopLostMany = limits.Limit{Name: "lostMany", Value: 360, Unit: "s", Meaning: "time in an hour that the event loop is blocked that is critical", Source: "ours: a tenth of the hour"}

	loopTicks = measure("ticks", func(s Scope) string {
		return s.WithServer(s.Increase(metrics.ReactorTick.Count(), shortWindow))
	})
	loopStalls = measure("stalls", func(s Scope) string {
		by := "sum by (" + s.Identity.Labels() + ") "
		return s.WithServer(by + "(" + s.Increase(metrics.ReactorTick.Count(), stallWindow) + ") - " +
			by + "(" + s.Increase(metrics.ReactorTick.Bucket(), stallWindow, upTo("1")) + ")")
	})
	loopP99 = measure("p99", func(s Scope) string {
		return s.WithServer("histogram_quantile(0.99, sum by (" + s.Identity.Labels() + ", le) (" + s.Rate(metrics.ReactorTick.Bucket(), shortWindow) + "))")
	})
	// loopLost is the time of the last hour in blocked ticks, the larger of two lower bounds: that of the buckets, whose last one
	// has no end, and how often a scrape found the loop away.
	loopLost = measure("lost", func(s Scope) string {
		over := func(bound string) string {
			by := "sum by (" + s.Identity.Labels() + ") "
			return "(" + by + "(" + s.Increase(metrics.ReactorTick.Count(), stallWindow) + ") - " + by + "(" + s.Increase(metrics.ReactorTick.Bucket(), stallWindow, upTo(bound)) + "))"
		}
		buckets := over("1") + " + " + over("2") + " + 3 * " + over("5")
		seen := fmt.Sprintf("%g * max by (%s) (count_over_time((%s > %g)%s))", s.step().Seconds(), s.Identity.Labels(), s.Now(metrics.ReactorLastSeen.Series()),
			limits.StallLength.Value, subquery(stallWindow, s.step()))
		return s.WithServer("(" + seen + " > " + buckets + ") or (" + buckets + ") or " + seen)
	})
)

var reactorLag = Check{
	ID:    "reactor-lag",
	Topic: "Event loop",
	Title: "Event loop overloaded",
	Meaning: "A Synapse process handles everything in one event loop. When the loop is always busy, or blocked for more than {stallLength} at a time, every request " +
		"to the process waits.",
	Decides: "Per process: the share of the last 15 minutes in which the event loop was busy (warning from {warning}, critical from {critical}), the ticks of more than " +
		"{stallLength} in the last hour (warning from {someStalls}, or {lostSome} in total; critical from {lostMany}). Processes younger than {young} are not judged by these, nor are idle ones with fewer " +
		"than {enoughTicks} ticks. Any process, and for as long as it lasts: whether the loop is away for {blockedWarning} (warning) or {blockedCritical} (critical) in two scrapes in a row.",
	CannotKnow: "What blocks the loop. The 99th percentile of all ticks says little: thousands of short ones hide a long one.",
	Thresholds: limits.EventLoop,
	Limits:     []limits.Limit{limits.StallLength, limits.Stalls, loopLostSome, loopLostMany, loopBlockedWarning, loopBlockedCritical, limits.Young, loopEnoughTicks},
	Steps: []string{
		"Open \"Processes\" on this dashboard and see what this process does: requests, background jobs, garbage collection, state resolution.",
		"If it happens at the same hour every night, it is one of Synapse's own jobs and ends by itself.",
		"Move work to another process only if the machine has a free core and no finding above explains the load.",
		"While the loop is blocked, run `py-spy dump --pid <pid>` on the process: it shows what blocks it and changes nothing.",
	},
	Causes:     append(byLoopTime("gc-pauses", "state-resolution", "federation-presence", "starvation", "cpu-saturation"), whenFound("version")...),
	Panel:      "event-loop",
	PerProcess: true,
	Measures:   []*Measurement{loopBusy, loopTicks, loopStalls, loopLost, loopP99, loopBlocked, uptime},
	Signal:     &Signal{Measurement: loopBusy, Subject: subjectOfProcess},
	Judge:      judgeReactorLag,
	Rule: Rule{Expr: `
max by (server_name) (
  {{.busy}} >= {{.threshold}}
  unless on ({{.by}}) {{.uptime}} < {{.young}}
)
or on (server_name)
max by (server_name) (
  (
    {{pick (print .stalls " >= " .someStalls "\n    or ") ""}}{{.lost}} >= {{pick .lostSome .lostMany}}
  )
  unless on ({{.by}}) {{.uptime}} < {{.young}}
  unless on ({{.by}}) (
    {{.ticks}} < {{.enoughTicks}}
    and on ({{.by}}) {{.busy}} < {{.warning}}
  )
)
or on (server_name)
max by (server_name) ({{.blocked}} >= {{pick .blockedWarning .blockedCritical}})`},
}

func judgeReactorLag(in Input) []Finding {
	if !in.Has(loopBusy) && !in.Has(loopBlocked) {
		return metricMissing(metrics.ReactorTick)
	}
	found := judgeBlocked(in)
	judged, highest := 0, 0.0
	for _, p := range in.Samples(loopBusy) {
		ticks, _ := in.ValueFor(loopTicks, p)
		age, known := in.ValueFor(uptime, p)
		if known && age < limits.Young.Value || ticks < loopEnoughTicks.Value && p.Value < in.Warning {
			continue
		}
		judged++
		highest = max(highest, p.Value)
		f := judgeLoop(in, p)
		switch at := slices.IndexFunc(found, func(f Finding) bool { return f.Subject.Key() == p.Process() }); {
		case at < 0 && f.Severity > OK:
			found = append(found, f)
		case at >= 0 && f.Severity > found[at].Severity:
			found[at] = f
		}
	}
	switch {
	case len(found) > 0:
		return found
	case judged == 0:
		return okFinding("No process has run for " + limits.Young.String() + " with enough to do: too early to judge.")
	}
	return okFinding("The busiest event loop was busy for " + words.Percent(highest) + " of the last 15 min.")
}

func judgeLoop(in Input, p Sample) Finding {
	stalls, counted := in.ValueFor(loopStalls, p)
	stalls = max(0, stalls)
	f := in.graded(p.Value, Finding{Subject: Subject{Name: p.Process()}, Takes: Amounts{LoopTime: p.Value}})
	f.Evidence = fmt.Sprintf("Busy for %s of the last 15 min%s; %s.", words.Percent(p.Value), stallText(stalls, counted), tickQuantile(in, p))
	lost, _ := in.ValueFor(loopLost, p)
	blocks := func(f *Finding) {
		f.Title, f.Takes = "Event loop blocks repeatedly", Amounts{LoopTime: max(lost, stalls*limits.StallLength.Value) / stallWindow.Seconds()}
	}
	f = f.raisedBy(stalls, limits.Stalls, noLimit, blocks)
	return f.raisedBy(lost, loopLostSome, loopLostMany, func(f *Finding) {
		blocks(f)
		f.Evidence = fmt.Sprintf("Blocked for at least %s of the last hour. %s", words.Seconds(lost), f.Evidence)
	})
}

func stallText(stalls float64, counted bool) string {
	if !counted {
		return " (Prometheus lacks the buckets of its ticks)"
	}
	if stalls < 0.5 {
		return ", never blocked for more than " + limits.StallLength.String() + " in the last hour"
	}
	return fmt.Sprintf(", blocked %s for more than %s in the last hour", words.Count(stalls, "time", "times"), limits.StallLength)
}

// tickQuantile is a clause about the 99th percentile.
func tickQuantile(in Input, p Sample) string {
	switch v, ok := in.ValueFor(loopP99, p); {
	case !ok:
		return "p99 of its ticks: unknown"
	case v >= metrics.ReactorTick.Highest:
		return "p99 of its ticks: >" + words.Seconds(metrics.ReactorTick.Highest)
	default:
		return "p99 of its ticks: " + words.Seconds(v)
	}
}
