package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

const (
	// memoryWindow smooths the memory that is compared day by day.
	memoryWindow = 6 * time.Hour
	memoryDay    = 24 * time.Hour
	// killStep is how often the last day is looked at for restarts, and killBack how far a restart's memory before it is seen.
	killStep = 10 * time.Minute
	killBack = 2 * killStep
)

var (
	memoryAge      = limits.Limit{Name: "trendAge", Value: 3 * 86400, Unit: "s", Meaning: "uptime below which growth is that of filling caches", Source: "ours: caches fill for one to two days"}
	memoryGrowth   = limits.Limit{Name: "littleGrowth", Value: 50 << 20, Unit: "bytes", Meaning: "growth per day that does not matter", Source: "ours"}
	entriesGrowing = limits.Limit{Name: "growingEntries", Value: 0.03, Unit: "percentunit", Meaning: "growth of the cache entries in a day from which caches still fill", Source: "ours"}
	someKills      = limits.Limit{Name: "someKills", Value: 2, Meaning: "number of restarts from a peak of memory within a day that is critical", Source: "ours"}
	sameCeiling    = limits.Limit{Name: "sameCeiling", Value: 0.85, Unit: "percentunit", Meaning: "share of the day's peak that memory had reached before each of these restarts", Source: "ours"}
	killAge        = limits.Limit{Name: "killAge", Value: 2 * 3600, Unit: "s", Meaning: "uptime before such a restart", Source: "ours"}
	killGrowth     = limits.Limit{Name: "killGrowth", Value: 1.1, Meaning: "factor by which memory had grown in that time", Source: "ours"}
	killFall       = limits.Limit{Name: "killFall", Value: 1.5, Meaning: "factor by which memory was higher than after the restart", Source: "ours"}

	memoryNow       = measure("memory", func(s Scope) string { return s.WithServer(s.Now(metrics.ProcessMemory.Series())) })
	memoryToday     = measure("day", func(s Scope) string { return memoryGrown(s, 0) })
	memoryYesterday = measure("dayBefore", func(s Scope) string { return memoryGrown(s, memoryDay) })
	memoryEntries   = measure("entries", func(s Scope) string {
		held := s.Now(metrics.CacheSize.Series())
		return s.SumPerProcess(held) + " / (" + s.SumPerProcess(held+metrics.Offset(memoryDay)) + " > 0) - 1"
	})
	memoryAllocated = measure("allocated", func(s Scope) string {
		return s.WithServer("sum by (" + s.Identity.Labels() + ") (" + s.Now(metrics.Jemalloc.Series(), query.Equal("type", "allocated")) + ")")
	})
	memoryKills  = measure("kills", func(s Scope) string { return kills(s, "count") })
	memoryLowest = measure("lowest", func(s Scope) string { return kills(s, "min") })
	memoryPeak   = measure("peak", func(s Scope) string {
		return s.WithServerLastDay(s.Over("max_over_time", metrics.ProcessMemory.Series(), memoryDay))
	})
)

// overAgo applies a function of ranges to a metric of whole processes, so long ago.
func overAgo(s Scope, function string, m *metrics.Metric, d, ago time.Duration) string {
	return m.Series().Over(function, s.Filters.ProcessSelector(), s.Window(d)+metrics.Offset(ago))
}

// memoryGrown is how much a process's memory grew within a day, as a share: its mean against the highest of a day before, so
// that a single jump does not look like growth on two days while the mean of the day between holds both sides.
func memoryGrown(s Scope, ago time.Duration) string {
	return s.WithServer(overAgo(s, "avg_over_time", metrics.ProcessMemory, memoryWindow, ago) + " / " +
		overAgo(s, "max_over_time", metrics.ProcessMemory, memoryWindow, ago+memoryDay) + " - 1")
}

// kills finds, at every step of the last day, processes that started since, long enough after the start before, from a
// memory that was still growing and that fell; count gives how many, min the lowest memory before one.
func kills(s Scope, aggregate string) string {
	now, started := s.Now(metrics.ProcessMemory.Series()), s.Now(metrics.ProcessStart.Series())
	before := overAgo(s, "max_over_time", metrics.ProcessMemory, killBack, killStep)
	startedBefore := overAgo(s, "last_over_time", metrics.ProcessStart, killBack, killStep)
	return s.WithServerLastDay(fmt.Sprintf("%s_over_time((%s and (%s >= %g * %s) and (%s >= %g * (%s%s)) and (%s > %s) and (%s < time() - %g))[1d:%ds])",
		aggregate, before, before, killFall.Value, now, before, killGrowth.Value, now, metrics.Offset(killAge.Duration()),
		started, startedBefore, startedBefore, killAge.Value+killStep.Seconds(), int(killStep.Seconds())))
}

var memory = Check{
	ID:    "memory",
	Topic: "Memory",
	Title: "Memory keeps growing",
	Meaning: "Synapse's memory grows for a day or two while its caches fill, and then stays. Growth after that is a leak or the allocator. A process that restarts again and " +
		"again from the same height of memory runs into a limit that kills it.",
	Decides: "Per process that has run for {trendAge}: its mean memory over 6 hours is {warning} (warning) and {littleGrowth} above the highest of the same hours of the day before, that " +
		"day's likewise above the one before it, and its cache entries grew by less than {growingEntries}. Critical: {someKills} restarts within a day that look like out of memory, each after " +
		"at least {killAge}, with memory at {sameCeiling} or more of the day's peak, {killGrowth} × that of {killAge} before and {killFall} × that after the restart. Whatever the uptime: a warning if memory of at least {large} " +
		"grew by {inSixHours} × within 6 hours, or by {large} and {inOneHour} × within one, apart from the first minutes, and new cache entries of {entrySize} each explain less than {explained} of it.",
	CannotKnow: "How much memory the machine or the container has, and who ended the process: compare the sum of all processes with the machine. " +
		"A process that fills the memory between two scrapes leaves no peak.",
	Thresholds:  limits.Thresholds{Check: "memory", Warning: limits.At(0.05), Unit: "percentunit", WarningOf: "growth per day, two days in a row", Source: "ours"},
	CriticalToo: true,
	Limits:      append([]limits.Limit{memoryAge, memoryGrowth, entriesGrowing, someKills, sameCeiling, killAge, killGrowth, killFall}, surgeLimits...),
	Steps: []string{
		"Open \"Memory of each process\" on this dashboard over a week and see how long until the machine is full. If a restart keeps it low for weeks, restart now and then.",
		"Look in Synapse's changelog for a memory leak that a version after yours fixes.",
		"Load jemalloc, which returns memory to the system: install libjemalloc2, set LD_PRELOAD and restart. Add `PYTHONMALLOC=malloc` only with cache_autotuning: memory then varies more.",
		"Do not lower cache factors as a reflex: it helps only where cache entries grow, and a cache that is too small costs CPU and database time.",
	},
	Causes:     whenFound("version", "cache-memory", "request-surge"),
	Panel:      "process-memory",
	PerProcess: true,
	Measures: []*Measurement{
		memoryNow, memoryToday, memoryYesterday, memoryEntries, memoryAllocated, memoryKills, memoryLowest, memoryPeak, surgeLowest, surgeBefore, surgeEntries, uptime,
	},
	Judge: judgeMemory,
	Rule: Rule{Expr: `
{{- if pick "warning" ""}}
max by (server_name) (
  {{.day}} >= {{.threshold}}
  and on ({{.by}}) {{.dayBefore}} >= {{.threshold}}
  and on ({{.by}}) {{.day}} * on ({{.by}}) {{.memory}} >= {{.littleGrowth}}
  and on ({{.by}}) {{.dayBefore}} * on ({{.by}}) {{.memory}} >= {{.littleGrowth}}
  and on ({{.by}}) {{.uptime}} >= {{.trendAge}}
  unless on ({{.by}}) {{.entries}} >= {{.growingEntries}}
)
or on (server_name)
` + surgeRule + `
or on (server_name)
{{- end}}
max by (server_name) (
  {{.kills}} >= {{.someKills}}
  and on ({{.by}}) {{.lowest}} >= on ({{.by}}) {{.sameCeiling}} * {{.peak}}
)`},
}

func judgeMemory(in Input) []Finding {
	if !in.Has(memoryNow) {
		return metricMissing(metrics.ProcessMemory)
	}
	found := memoryLoops(in)
	judged := 0
	for _, p := range in.Samples(memoryNow) {
		if f, grew := judgeSurge(in, p); grew {
			found = append(found, f)
			continue
		}
		age, known := in.ValueFor(uptime, p)
		today, knownToday := in.ValueFor(memoryToday, p)
		yesterday, knownYesterday := in.ValueFor(memoryYesterday, p)
		if !known || age < memoryAge.Value || !knownToday || !knownYesterday {
			continue
		}
		judged++
		if f := judgeGrowth(in, p, age, min(today, yesterday)); f.Severity > OK {
			found = append(found, f)
		}
	}
	switch {
	case len(found) > 0:
		return found
	case judged == 0:
		return okFinding("No process has run for " + memoryAge.String() + ": its caches still fill, so growth says nothing.")
	}
	largest := in.Samples(memoryNow)[0]
	return okFinding(fmt.Sprintf("No process's memory grows day by day. The largest, %s, has %s; all together have %s: compare that with the machine.",
		largest.Process(), words.Bytes(largest.Value), words.Bytes(in.Total(memoryNow))))
}

// memoryLoops are processes that end at the same height of memory again and again.
func memoryLoops(in Input) []Finding {
	var found []Finding
	for _, p := range in.Samples(memoryKills) {
		lowest, _ := in.ValueFor(memoryLowest, p)
		peak, _ := in.ValueFor(memoryPeak, p)
		if p.Value < someKills.Value || lowest < sameCeiling.Value*peak {
			continue
		}
		found = append(found, Finding{
			Subject: Subject{Name: p.Process()}, Severity: Critical, Value: &p.Value, Threshold: limits.At(someKills.Value), Unit: "none", Confidence: 0.8,
			Title: "Process runs out of memory",
			Evidence: fmt.Sprintf("%s in the last day, each from %s of memory or more while it was still growing; the day's peak is %s.",
				words.Count(p.Value, "restart", "restarts"), words.Bytes(lowest), words.Bytes(peak)),
			Steps: []string{
				"Look for the kill: `journalctl -k --since -1d | grep -i oom`, or Last State in `kubectl describe pod`.",
				"Give the process more memory if the machine has some, and see in \"Memory of each process\" on this dashboard where the growth ends.",
				"Load jemalloc and limit the caches with `caches.cache_autotuning`. Do not lower cache factors as a reflex: queues behind a small cache can take more memory than it saves.",
			},
		})
	}
	return found
}

func judgeGrowth(in Input, p Sample, age, growth float64) Finding {
	entries, known := in.ValueFor(memoryEntries, p)
	if known && entries >= entriesGrowing.Value || growth*p.Value < memoryGrowth.Value {
		return Finding{}
	}
	f := in.graded(growth, Finding{Subject: Subject{Name: p.Process()}, Confidence: 0.7})
	held := "whether its cache entries grew is unknown"
	if known {
		held = fmt.Sprintf("its cache entries changed by %+.0f%%", entries*100)
	} else {
		f.Confidence = 0.5
	}
	inUse := "without jemalloc, how much of it is in use is unknown"
	if allocated, ok := in.ValueFor(memoryAllocated, p); ok {
		inUse = words.Bytes(allocated) + " of it is in use, by jemalloc's count"
	}
	f.Evidence = fmt.Sprintf("%s after %s, at least %s more per day for two days.", words.Bytes(p.Value), words.Seconds(age), words.Percent(growth)) + sentence(held, inUse)
	return f
}
