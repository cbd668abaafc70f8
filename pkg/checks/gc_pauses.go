package checks

import (
	"fmt"
	"math"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

const (
	// pauseWindow is long because full collections are rare on a quiet process.
	pauseWindow = 6 * time.Hour
	// collectingWindow is that of the share of time.
	collectingWindow = time.Hour
)

var (
	// gcPause is the mean pause of the generation of each process for which it is longest.
	gcPause = measure("pause", func(s Scope) string {
		return s.WithServer(fmt.Sprintf("max by (%s) (%s / (%s >= %g))", s.Identity.Labels(),
			collections(s, metrics.GCTime.Sum(), ", gen"), collections(s, metrics.GCTime.Count(), ", gen"), limits.EnoughCollections.Value))
	})
	gcShare = measure("share", func(s Scope) string {
		return s.WithServer("sum by (" + s.Identity.Labels() + ") (" + s.Rate(metrics.GCTime.Sum(), collectingWindow) + ")")
	})
	gcSpikes = measure("spikes", func(s Scope) string {
		return s.WithServer(collections(s, metrics.GCTime.Count(), "") + " - " + collections(s, metrics.GCTime.Bucket(), "", upTo(plain(limits.LongPause.Value))))
	})
	gcFull = measure("full", func(s Scope) string {
		return s.WithServer(collections(s, metrics.GCTime.Count(), "", query.Equal("gen", "2")))
	})
	gcEntries = measure("entries", func(s Scope) string { return s.SumPerProcess(s.Now(metrics.CacheSize.Series())) })
)

// collections are counted per process, and by further labels.
func collections(s Scope, series metrics.Series, more string, with ...query.Matcher) string {
	return "sum by (" + s.Identity.Labels() + more + ") (" + s.Increase(series, pauseWindow, with...) + ")"
}

var gcPauses = Check{
	ID:    "gc-pauses",
	Topic: "Garbage collection",
	Title: "Garbage collection pauses a process",
	Meaning: "While Python collects garbage, the process does nothing else. A full collection visits every object, so it takes longer the more objects there are. " +
		"Everyone served by the process feels pauses of seconds.",
	Decides: "Per process: the mean pause of the slowest generation with at least {enoughCollections} collections in 6 hours (warning from {warning}, critical from {critical}), the share of the last hour " +
		"in garbage collection (warning from {collecting}, critical from {muchCollecting}), and single pauses of more than {longPause} (warning from {someSpikes} in 6 hours). " +
		"Processes younger than {warm} are not judged. A generation that was never collected is fine.",
	CannotKnow: "What the objects are: cache entries, a leak or a huge request. PyPy has no such metric. What a generation is differs between versions of Python, so the number " +
		"of collections decides nothing.",
	Thresholds: limits.GCPause,
	Limits:     []limits.Limit{limits.EnoughCollections, limits.Collecting, limits.MuchCollecting, limits.LongPause, limits.Spikes, limits.Warm},
	Steps: []string{
		"Open \"Memory of each process\" on this dashboard: if memory still grows two days after the start, it may be a leak. Look for a Synapse version that fixes it.",
		"If full collections take {collecting} of the time or more, set `gc_thresholds: [700, 10, 100]` in homeserver.yaml and restart: they become up to ten times rarer and hardly longer, memory " +
			"rises a little. (Python up to 3.13; 3.14 collects in steps.)",
		"If a cache has a very high factor and nothing advises to raise it, lower that factor: fewer entries make every full collection shorter.",
	},
	Causes:     whenFound("version", "memory"),
	Panel:      "gc-processes",
	PerProcess: true,
	Measures:   []*Measurement{gcPause, gcShare, gcSpikes, gcFull, gcEntries, uptime},
	Signal:     &Signal{Measurement: gcPause, Subject: subjectOfProcess},
	Rises:      pauseWindow,
	Judge:      judgePauses,
	Rule: Rule{Expr: `
max by (server_name) (
  (
    {{.pause}} >= {{.threshold}}
    or on ({{.by}}) {{.share}} >= {{pick .collecting .muchCollecting}}
    {{- if pick "warning" ""}}
    or on ({{.by}}) round({{.spikes}}) >= {{.someSpikes}}
    {{- end}}
  )
  unless on ({{.by}}) {{.uptime}} < {{.warm}}
)`},
}

func judgePauses(in Input) []Finding {
	if !in.Has(gcShare) {
		return metricMissing(metrics.GCTime)
	}
	judged := in.settled(gcShare, limits.Warm)
	if len(judged) == 0 {
		return okFinding("No process has run for " + limits.Warm.String() + ": too early to judge.")
	}
	longest := 0.0
	found := judgeEach(judged, func(p Sample) Finding {
		pause, _ := in.ValueFor(gcPause, p)
		longest = max(longest, pause)
		return judgePausesOf(in, p)
	})
	return orOK(found, fmt.Sprintf("Longest mean pause in 6 h: %s. Highest share of the last hour in garbage collection: %s.", words.Seconds(longest), words.Percent(judged[0].Value)))
}

func judgePausesOf(in Input, p Sample) Finding {
	pause, known := in.ValueFor(gcPause, p)
	mean := "Mean pause unknown (too few collections)"
	if known {
		mean = "Mean pause " + words.Seconds(pause) + " over 6 h"
	}
	full, _ := in.ValueFor(gcFull, p) // unknown: none yet
	spikes, counted := in.ValueFor(gcSpikes, p)
	spikes = max(0, math.Round(spikes)) // an increase is extrapolated
	long, held := "", ""
	if counted {
		long = fmt.Sprintf("%s of more than %s", words.Count(spikes, "pause", "pauses"), limits.LongPause)
	}
	if entries, ok := in.ValueFor(gcEntries, p); ok {
		held = words.Count(entries, "cache entry", "cache entries")
	}
	f := in.graded(pause, Finding{Subject: Subject{Name: p.Process()}, Takes: Amounts{LoopTime: p.Value}})
	f.Evidence = fmt.Sprintf("%s, %s of the last hour in garbage collection.", mean, words.Percent(p.Value)) +
		sentence(words.Count(full, "full collection", "full collections")+" in 6 h", long, held)
	f = f.raisedBy(p.Value, limits.Collecting, limits.MuchCollecting, func(f *Finding) { f.Title = "Too much time in garbage collection" })
	return f.raisedBy(spikes, limits.Spikes, noLimit, func(f *Finding) { f.Title = "Long garbage collection pauses" })
}
