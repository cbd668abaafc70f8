package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

const (
	// pauseWindow is long because full collections are rare on a quiet process.
	pauseWindow = 6 * time.Hour
	// collectingWindow is that of the share of time.
	collectingWindow = time.Hour
	// enoughCollections of one generation make a mean. Source: ours.
	enoughCollections = 5
	// Shares of time. Source: ours.
	someCollecting, muchCollecting = 0.05, 0.15
	// spikeBound is the bound of the histogram above which a single pause is one of the guide's "multiple seconds".
	spikeBound = "2[.]5"
	// someSpikes of those within pauseWindow. Source: ours.
	someSpikes = 5.0
	// warmed is the uptime in seconds below which collections are about the start.
	warmed = 3600.0
)

var gcPauses = Check{
	ID:    "gc-pauses",
	Title: "Garbage collection stops a process",
	Meaning: "While Python looks for garbage, a process does nothing else. A full collection takes the longer the more objects there are: " +
		"spikes of several seconds are felt by everyone whom the process serves.",
	Decides: "Per process: the mean pause of the slowest generation with at least 5 collections within 6 hours (1 s is a warning, 3 s critical), " +
		"the share of the last hour spent collecting (5 %, 15 %), and single pauses of more than 2.5 s (5 within 6 hours are a warning). " +
		"Processes younger than an hour are not judged; a generation that was never collected is fine.",
	Source: "The guide speaks of spikes of multiple seconds; the numbers are ours. Synapse leaves at least 1, 10 and 30 s between the collections of a generation.",
	CannotKnow: "What the objects are: entries of caches, a leak, or a huge request. PyPy has no such metric. What counts as a generation " +
		"differs between versions of Python, so numbers of collections decide nothing.",
	Unit:    "s",
	Warning: Threshold(1), Critical: Threshold(3),
	Causes:     []string{"memory", "cache-memory"},
	PerProcess: true,
	Measures: func(w Where) map[string]string {
		return map[string]string{
			"pause":   slowestPause(w),
			"share":   w.Process("sum by (job, index, instance) (rate(python_gc_time_sum%s" + w.Window(collectingWindow) + "))"),
			"spikes":  synapse.PerServer(w.Filters, collections(w, "_count")+" - "+collections(w, "_bucket", `le=~"`+spikeBound+`"`)),
			"full":    synapse.PerServer(w.Filters, collections(w, "_count", query.Equal("gen", "2"))),
			"entries": "sum " + PerProcess + "(synapse_util_caches_cache_size" + w.Selector() + ")",
			"uptime":  uptimes(w),
		}
	},
	Signal: func(w Where) Signal { return Signal{PromQL: slowestPause(w), Subject: subjectOfProcess} },
	Judge:  judgePauses,
}

func collections(w Where, part string, more ...query.Matcher) string {
	return "sum by (job, index, instance) (increase(python_gc_time" + part + w.Filters.ProcessSelector(more...) + w.Window(pauseWindow) + "))"
}

// slowestPause is the mean pause of the generation of each process for which it is longest.
func slowestPause(w Where) string {
	part := func(name string) string {
		return "sum by (job, index, instance, gen) (increase(python_gc_time_" + name + w.Filters.ProcessSelector() + w.Window(pauseWindow) + "))"
	}
	return synapse.PerServer(w.Filters, fmt.Sprintf("max by (job, index, instance) (%s / (%s >= %d))", part("sum"), part("count"), enoughCollections))
}

func judgePauses(in Input) []Finding {
	if !in.Has("share") {
		return Absent("python_gc_time")
	}
	var found []Finding
	judged, longest, most := 0, 0.0, 0.0
	for _, p := range in.Samples("share") {
		if uptime, ok := in.Of("uptime", p); ok && uptime < warmed {
			continue
		}
		judged++
		pause, _ := in.Of("pause", p)
		longest, most = max(longest, pause), max(most, p.Value)
		if f := pauseFinding(in, p, pause); f.Severity > OK {
			found = append(found, f)
		}
	}
	switch {
	case len(found) > 0:
		return found
	case judged == 0:
		return Fine("No process has run for an hour yet: too early to judge.")
	}
	return Fine(fmt.Sprintf("The longest mean pause is %s; the most time that a process spends collecting is %s.", seconds(longest), percent(most)))
}

func pauseFinding(in Input, p Sample, pause float64) Finding {
	share := p.Value
	spikes, _ := in.Of("spikes", p)
	full, _ := in.Of("full", p)
	f := in.Graded(pause, Finding{
		Subject: Subject{Name: p.Process()},
		Title:   "Garbage collection stops " + p.Process(),
		Evidence: fmt.Sprintf("%s stopped for %s at a time on average while the slowest generation was collected; %s of the last hour went into collecting. Full collections within 6 hours: %.0f; pauses that took more than 2.5 s: %.0f.%s",
			p.Process(), seconds(pause), percent(share), full, max(0, spikes), heldEntries(in, p)),
		Advice: "A full collection visits every object. First see whether memory and the entries in its caches grow with the time since its start: growth without end is a leak, and a newer Synapse may have mended it. " +
			"If its caches hold more than it needs (a very high factor), lower the factors of those that no advice says to raise. gc_thresholds come last: rarer collections are longer ones.",
		Remedy: "Query type garbageCollection, format summary: which generation, how often, how long?",
	})
	byShare := OK
	switch {
	case share >= muchCollecting:
		byShare = Critical
	case share >= someCollecting:
		byShare = Warning
	}
	switch {
	case byShare > f.Severity:
		f.Severity, f.Value, f.Unit = byShare, &share, "percentunit"
		f.Threshold = Threshold(map[Severity]float64{Warning: someCollecting, Critical: muchCollecting}[byShare])
		f.Title = p.Process() + " spends its time collecting garbage"
	case f.Severity == OK && spikes >= someSpikes-0.5: // an increase is extrapolated
		f.Severity, f.Value, f.Threshold, f.Unit = Warning, &spikes, Threshold(someSpikes), "none"
		f.Title = "Single collections stop " + p.Process() + " for seconds"
	}
	return f
}

func heldEntries(in Input, p Sample) string {
	if entries, ok := in.Of("entries", p); ok {
		return fmt.Sprintf(" Its caches hold %.0f entries.", entries)
	}
	return ""
}
