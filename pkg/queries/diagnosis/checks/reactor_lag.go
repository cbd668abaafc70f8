package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

const (
	loopWindow  = 15 * time.Minute
	stallWindow = time.Hour
	// loopFloor is the number of rounds within loopWindow below which nothing is judged: an idle loop makes ten a second.
	loopFloor = 1000.0
	// Stalls per hour. Source: ours.
	someStalls, manyStalls = 10.0, 60.0
	// standsStill is how long the loop may be away at every one of several scrapes. Source: ours.
	standsStill = 5.0 // seconds
)

var reactorLag = Check{
	ID:    "reactor-lag",
	Title: "A process answers late",
	Meaning: "A Synapse process does one thing after the other in an event loop. While one round lasts, everybody else waits: a busy " +
		"loop makes all of them slow, a round of seconds lets them time out.",
	Decides: "Per process: the share of the last 15 minutes that its loop was busy, and the rounds of more than a second within the last " +
		"hour (10 are a warning, 60 are critical). A loop that every scrape of the last minute found away for more than 5 s is critical. " +
		"Processes younger than 15 minutes are not judged, nor idle ones with fewer than 1000 rounds.",
	Source: "Synapse's reactor metrics, which time each round from poll to poll. The thresholds are ours: none is published.",
	CannotKnow: "What the loop did in a long round. A job at night may make some. The 99th percentile decides nothing: thousands of quick " +
		"rounds hide a long one.",
	Unit:    "percentunit",
	Warning: Threshold(0.7), Critical: Threshold(0.9),
	Causes:     []string{"gc-pauses", "state-resolution", "cpu-saturation", "federation-presence"},
	PerProcess: true,
	Measures: func(w Where) map[string]string {
		return map[string]string{
			"busy":   loopBusy(w, loopWindow),
			"ticks":  w.Process("increase(python_twisted_reactor_tick_time_count%s" + w.Window(loopWindow) + ")"),
			"stalls": stalls(w),
			"p99":    w.Process("histogram_quantile(0.99, sum by (job, index, instance, le) (rate(python_twisted_reactor_tick_time_bucket%s" + w.Window(loopWindow) + ")))"),
			"away":   w.Process("min_over_time(python_twisted_reactor_last_seen%s" + w.Window(time.Minute) + ")"),
			"uptime": uptimes(w),
		}
	},
	Signal: func(w Where) Signal {
		return Signal{PromQL: loopBusy(w, loopWindow), Subject: subjectOfProcess}
	},
	Judge: judgeReactorLag,
}

// loopBusy is the share of time that each process's loop was busy: rounds are timed without the wait for something to do.
func loopBusy(w Where, d time.Duration) string {
	return w.Process("rate(python_twisted_reactor_tick_time_sum%s" + w.Window(d) + ")")
}

// uptimes is the age of each process in seconds.
func uptimes(w Where) string { return w.Process("time() - process_start_time_seconds%s") }

// stalls counts each process's rounds of more than a second.
func stalls(w Where) string {
	const by = "sum by (job, index, instance) "
	return synapse.PerServer(w.Filters, by+"(increase(python_twisted_reactor_tick_time_count"+w.Filters.ProcessSelector()+w.Window(stallWindow)+")) - "+
		by+"(increase(python_twisted_reactor_tick_time_bucket"+w.Filters.ProcessSelector(within("1"))+w.Window(stallWindow)+"))")
}

func judgeReactorLag(in Input) []Finding {
	if !in.Has("busy") {
		return Absent("python_twisted_reactor_tick_time")
	}
	var found []Finding
	judged, highest := 0, 0.0
	for _, p := range in.Samples("busy") {
		ticks, _ := in.Of("ticks", p)
		uptime, known := in.Of("uptime", p)
		if known && uptime < settled || ticks < loopFloor && p.Value < in.Warning {
			continue
		}
		judged++
		highest = max(highest, p.Value)
		if f := lagFinding(in, p); f.Severity > OK {
			found = append(found, f)
		}
	}
	switch {
	case len(found) > 0:
		return found
	case judged == 0:
		return Fine("No process has run for 15 minutes yet, or they did next to nothing: too little to judge.")
	}
	return Fine(fmt.Sprintf("The busiest event loop was busy %s of the last 15 minutes.", percent(highest)))
}

func lagFinding(in Input, p Sample) Finding {
	long, counted := in.Of("stalls", p)
	long = max(0, long)
	stood := fmt.Sprintf("stood still for more than a second %.0f times within the last hour", long)
	switch {
	case !counted:
		stood = "how often it stood still for more than a second is not known (Prometheus has no python_twisted_reactor_tick_time_bucket)"
	case long < 0.5:
		stood = "never stood still for more than a second within the last hour"
	case long < 1.5:
		stood = "stood still for more than a second once within the last hour"
	}
	away, _ := in.Of("away", p)
	f := in.Graded(p.Value, Finding{
		Subject: Subject{Name: p.Process()},
		Title:   p.Process() + " answers late",
		Advice: "This is a symptom: see what makes the rounds long. First the findings above, then the process's requests and background jobs by CPU, " +
			"its garbage collection and state resolution. If it is at the same hour every night, it is a job of Synapse's and passes. Only then move work to another process.",
		Remedy: "Query type resources, format processes: what does this process do, and how much of it is garbage collection?",
	})
	f.Evidence = fmt.Sprintf("The event loop of %s was busy %s of the last 15 minutes and %s; %s.",
		p.Process(), percent(p.Value), stood, tickQuantile(in, p))
	byStalls := OK
	switch {
	case long >= manyStalls:
		byStalls = Critical
	case long >= someStalls:
		byStalls = Warning
	}
	switch {
	case away > standsStill:
		f.Severity, f.Value, f.Threshold, f.Unit = Critical, &away, Threshold(standsStill), "s"
		f.Title = p.Process() + " stands still"
		f.Evidence = fmt.Sprintf("At every scrape of the last minute the event loop of %s had been away for at least %s. ", p.Process(), seconds(away)) + f.Evidence
	case byStalls > f.Severity:
		f.Severity, f.Value, f.Threshold, f.Unit = byStalls, &long, Threshold(map[Severity]float64{Warning: someStalls, Critical: manyStalls}[byStalls]), "none"
		f.Title = p.Process() + " stands still again and again"
	}
	return f
}

// tickQuantile is a clause about the 99th percentile; the histogram ends at 5 s.
func tickQuantile(in Input, p Sample) string {
	switch v, ok := in.Of("p99", p); {
	case !ok:
		return "how long 99 of 100 rounds took is not known"
	case v >= 5:
		return "at least 1 of 100 rounds took >5 s"
	default:
		return "99 of 100 rounds took " + seconds(v) + " or less"
	}
}
