package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

const (
	// memoryWindow smooths the memory that is compared day by day.
	memoryWindow = 6 * time.Hour
	// trendAge is the uptime below which growth is that of warming caches. Source: ours; caches fill for one or two days.
	trendAge = 72 * 3600.0
	// littleGrowth is the growth in bytes a day that no machine notices. Source: ours.
	littleGrowth = 50 << 20
	// growingEntries is the growth of the caches' entries in a day above which they are still filling. Source: ours.
	growingEntries = 0.03
	// someKills are restarts from a peak of memory within a day that make a loop. Source: ours.
	someKills = 2.0
	// sameCeiling is how near to the day's peak every one of them was. Source: ours.
	sameCeiling = 0.85
)

var memory = Check{
	ID:    "memory",
	Title: "A process's memory grows without end",
	Meaning: "Synapse's memory grows while its caches fill, for a day or two, and then stays. What grows on is a leak or the allocator; " +
		"what ends at the same height in a restart, again and again, is a limit that kills the process.",
	Decides: "Per process: its mean memory over 6 hours is 5 % and 50 MiB above the highest in the same hours of the day before, and that day's above the one before it, while the entries of its caches did not; " +
		"processes younger than 3 days are not judged by it. Critical: 2 restarts within a day that look as if memory had run out: each after at least 2 hours, with the memory " +
		"within 15 % of the day's peak, grown by a tenth in the last two hours, and a third smaller afterwards.",
	Source: "The numbers are ours. An operator's rule: caches fill for one to two days, and the allocator keeps pages.",
	CannotKnow: "How much memory the machine or the container has, and who ended the process: compare the sum of all processes with the machine. " +
		"A process that takes all memory between two scrapes leaves no peak.",
	Unit:       "percentunit",
	Warning:    Threshold(0.05),
	Causes:     []string{"cache-memory"},
	PerProcess: true,
	Measures: func(w Where) map[string]string {
		return map[string]string{
			"memory":    w.Process("process_resident_memory_bytes%s"),
			"day":       memoryGrowth(w, ""),
			"dayBefore": memoryGrowth(w, " offset 1d"),
			"entries":   entriesGrowth(w),
			"allocated": synapse.PerServer(w.Filters, "sum by (job, index, instance) (jemalloc_stats_app_memory_bytes"+w.Filters.ProcessSelector(query.Equal("type", "allocated"))+")"),
			"kills":     kills(w, "count"),
			"lowest":    kills(w, "min"),
			"peak":      synapse.SeenProcesses(w.Filters) + " * 0 + " + synapse.OnProcess("max_over_time(process_resident_memory_bytes"+w.Filters.ProcessSelector()+"[1d])"),
			"uptime":    uptimes(w),
		}
	},
	Judge: judgeMemory,
}

// memoryGrowth is how much a process's memory grew within a day, as a share: its mean against the highest of a day
// before, so that a single jump does not look like growth on two days while the mean of the day between holds both sides.
func memoryGrowth(w Where, before string) string {
	over := func(aggregate, offset string) string {
		return aggregate + "_over_time(process_resident_memory_bytes" + w.Filters.ProcessSelector() + w.Window(memoryWindow) + offset + ")"
	}
	earlier := map[string]string{"": " offset 1d", " offset 1d": " offset 2d"}[before]
	return synapse.PerServer(w.Filters, over("avg", before)+" / "+over("max", earlier)+" - 1")
}

// entriesGrowth is how much the entries of all caches of a process grew within a day, as a share.
func entriesGrowth(w Where) string {
	held := "sum " + PerProcess + "(synapse_util_caches_cache_size" + w.Selector()
	return held + ") / (" + held + " offset 1d) > 0) - 1"
}

// kills finds, every ten minutes of the last day, processes that started since, two hours or more after the start
// before, from a memory that was still growing and that fell; count tells how many, min the lowest memory before one.
func kills(w Where, aggregate string) string {
	p := w.Filters.ProcessSelector()
	before := "max_over_time(process_resident_memory_bytes" + p + "[20m] offset 10m)"
	start := "last_over_time(process_start_time_seconds" + p + "[20m] offset 10m)"
	return synapse.SeenProcesses(w.Filters) + " * 0 + " + synapse.OnProcess(aggregate+"_over_time(("+before+
		" and ("+before+" >= 1.5 * process_resident_memory_bytes"+p+")"+
		" and ("+before+" >= 1.1 * (process_resident_memory_bytes"+p+" offset 2h))"+
		" and (process_start_time_seconds"+p+" > "+start+")"+
		" and ("+start+" < time() - 7800)"+
		")[1d:10m])")
}

func judgeMemory(in Input) []Finding {
	if !in.Has("memory") {
		return Absent("process_resident_memory_bytes")
	}
	found := memoryLoops(in)
	judged := 0
	for _, p := range in.Samples("memory") {
		uptime, known := in.Of("uptime", p)
		day, knownDay := in.Of("day", p)
		dayBefore, knownBefore := in.Of("dayBefore", p)
		if !known || uptime < trendAge || !knownDay || !knownBefore {
			continue
		}
		judged++
		if f := trendFinding(in, p, min(day, dayBefore)); f.Severity > OK {
			found = append(found, f)
		}
	}
	switch {
	case len(found) > 0:
		return found
	case judged == 0:
		return Fine("No process has run for three days yet: caches still fill, so growth says nothing.")
	}
	largest := in.Samples("memory")[0]
	return Fine(fmt.Sprintf("No process's memory grows day by day. The largest, %s, holds %s; together they hold %s: compare that with the machine.",
		largest.Process(), bytes(largest.Value), bytes(in.Total("memory"))))
}

// memoryLoops are processes that end at the same height of memory again and again.
func memoryLoops(in Input) []Finding {
	var found []Finding
	for _, p := range in.Samples("kills") {
		lowest, _ := in.Of("lowest", p)
		peak, _ := in.Of("peak", p)
		if p.Value < someKills || lowest < sameCeiling*peak {
			continue
		}
		count := p.Value
		found = append(found, Finding{
			Subject: Subject{Name: p.Process()}, Severity: Critical, Value: &count, Threshold: Threshold(someKills), Unit: "none", Confidence: 0.8,
			Title: p.Process() + " runs out of memory again and again",
			Evidence: fmt.Sprintf("%s restarted %.0f times within a day, each time from %s of memory or more (the day's peak is %s) while it was still growing.",
				p.Process(), count, bytes(lowest), bytes(peak)),
			Advice: "Look into the kernel's log (dmesg) or the pod's last state for \"out of memory\". Give it more memory if the machine has some, so that you can watch where the growth ends. " +
				"See which caches hold the most entries and what the process does when it grows (joins of huge rooms, media). Load jemalloc and bound the caches with cache_autotuning; " +
				"do not lower the cache factor as a reflex: a starved cache costs more memory in queues than it saves.",
			Remedy: "Query type resources, format memory, over a day: the saw teeth and their height.",
		})
	}
	return found
}

func trendFinding(in Input, p Sample, slope float64) Finding {
	entries, known := in.Of("entries", p)
	if known && entries >= growingEntries || slope*p.Value < littleGrowth {
		return Finding{}
	}
	uptime, _ := in.Of("uptime", p)
	f := in.Graded(slope, Finding{
		Subject: Subject{Name: p.Process()}, Confidence: 0.7,
		Title: "The memory of " + p.Process() + " grows day by day",
		Evidence: fmt.Sprintf("%s holds %s after %.0f days, at least %s more each day for two days%s.%s", p.Process(), bytes(p.Value), uptime/86400, percent(slope),
			entriesText(entries, known), allocatedText(in, p)),
		Advice: "Watch it for a few more days before you act: how long until it meets the machine's memory? If a restart brings it back for a long time, a restart now and then is harmless. " +
			"Load jemalloc (with PYTHONMALLOC=malloc its numbers tell Python's part), which gives memory back, and look for known leaks of your version. " +
			"Lowering the cache factor helps only where the entries of the caches grow" + entriesAdvice(known),
		Remedy: "Query type resources, format memory, over a week.",
	})
	if !known {
		f.Confidence = 0.5
	}
	return f
}

func entriesText(entries float64, known bool) string {
	if !known {
		return ""
	}
	return fmt.Sprintf(", while the entries of its caches changed by %+.0f %%", entries*100)
}

func entriesAdvice(known bool) string {
	if !known {
		return "; whether they do is not known here."
	}
	return ", which they do not here."
}

func allocatedText(in Input, p Sample) string {
	allocated, ok := in.Of("allocated", p)
	if !ok {
		return " jemalloc is not loaded, so it can't be told how much of it is in use."
	}
	return fmt.Sprintf(" Of it %s is in use, by jemalloc's count.", bytes(allocated))
}
