package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

const (
	// memorySettled is the uptime below which memory is still being filled. Source: ours.
	memorySettled = 6 * 3600.0
	// memoryFloor is the resident memory below which nobody minds. Source: ours.
	memoryFloor = 1e9
)

const jemallocMetric = "jemalloc_stats_app_memory_bytes"

var cacheMemory = Check{
	ID:    "cache-memory",
	Title: "A process holds much more memory than its allocator knows of",
	Meaning: "The memory limit of the caches (cache_autotuning) believes jemalloc's count. Where Python allocates beside jemalloc, or the allocator keeps pages that it does not use, " +
		"a process is much larger than that count and the limit is blind.",
	Decides: "Per process: resident memory divided by what jemalloc has allocated; from 1.5 and 1 GB on a warning. Processes that have run for less than 6 hours are not judged. " +
		"Without jemalloc nothing can be compared: an info on a process of 1 GB or more, and a warning where cache_autotuning is switched on in the data source settings, for it does nothing then.",
	Source: "Synapse's documentation of cache_autotuning (PYTHONMALLOC=malloc) and of the metric (metrics/jemalloc.py). 1.5 and 1 GB are ours.",
	CannotKnow: "Whether cache_autotuning is on, and its limits: a setting of this data source says the first. What the machine or the container has. " +
		"Entries that a memory limit drops are counted like those that expire.",
	Unit:    "none",
	Warning: Threshold(1.5),
	Measures: func(w Where) map[string]string {
		return map[string]string{
			"rss":       w.Process("process_resident_memory_bytes%s"),
			"allocated": synapse.PerServer(w.Filters, jemallocAllocated(w)),
			"uptime":    w.Process("time() - process_start_time_seconds%s"),
			"dropped":   "sum " + PerServer + "(" + w.Rate(cachecatalogue.Evicted, time.Hour, query.Equal("reason", cachecatalogue.ReasonInvalidation)) + ")",
		}
	},
	Signal: func(w Where) Signal {
		return Signal{
			PromQL: synapse.PerServer(w.Filters, "process_resident_memory_bytes"+w.Filters.ProcessSelector()+
				" / on (job, index, instance) group_left () "+jemallocAllocated(w)),
			Subject: subjectOfProcess,
		}
	},
	Judge: judgeCacheMemory,
}

func jemallocAllocated(w Where) string {
	return "max by (job, index, instance) (" + jemallocMetric + w.Filters.ProcessSelector(query.Equal("type", "allocated")) + ")"
}

func judgeCacheMemory(in Input) []Finding {
	if !in.Has("rss") {
		return Absent("process_resident_memory_bytes")
	}
	var found []Finding
	var without []Sample
	sum := 0.0
	for _, p := range in.Samples("rss") {
		sum += p.Value
		known, there := in.Of("allocated", p)
		if uptime, ok := in.Of("uptime", p); ok && uptime < memorySettled {
			continue
		}
		if !there {
			without = append(without, p)
			continue
		}
		if ratio := p.Value / max(known, 1); p.Value >= memoryFloor && ratio >= in.Warning {
			found = append(found, beyondAllocator(in, p, known, ratio))
		}
	}
	if f, ok := withoutJemalloc(in, without); ok {
		found = append(found, f)
	}
	if len(found) == 0 {
		return Fine(fmt.Sprintf("All processes together hold %s of memory, and none much more than its allocator knows of.%s", bytes(sum), droppedByLimit(in)))
	}
	return found
}

func beyondAllocator(in Input, p Sample, known, ratio float64) Finding {
	return in.Graded(ratio, Finding{
		Subject: Subject{Name: p.Process()},
		Title:   p.Process() + " holds much more memory than jemalloc has allocated",
		Evidence: fmt.Sprintf("%s holds %s of memory; jemalloc has allocated %s, so it is %s times as large.%s",
			p.Process(), bytes(p.Value), bytes(known), number(ratio), droppedByLimit(in)),
		Advice: "Set PYTHONMALLOC=malloc in the environment of the process, as Synapse's documentation of cache_autotuning says: then jemalloc counts Python's own objects too; it takes a restart. " +
			"If it is set already, the rest is memory that libraries hold or that the allocator has not given back, and only time or a restart tells which. " +
			"The limits of cache_autotuning are per process: all of them together must fit into the machine. Don't lower the cache factors as a reflex.",
		Remedy: "Query type resources, format memory.",
	})
}

// withoutJemalloc speaks about processes whose memory can't be split.
func withoutJemalloc(in Input, processes []Sample) (Finding, bool) {
	if len(processes) == 0 || processes[0].Value < memoryFloor && !in.Options.CacheAutotuning {
		return Finding{}, false
	}
	var names []string
	for _, p := range processes {
		names = append(names, p.Process())
	}
	largest := processes[0].Value
	f := Finding{
		Severity: Info, Title: "jemalloc is not loaded",
		Evidence: fmt.Sprintf("Processes that don't export %s: %d (%s); the largest of them holds %s of memory.", jemallocMetric, len(processes), list(names), bytes(largest)),
		Advice: "Nothing is wrong: without jemalloc Synapse runs well, but it uses more memory, which part of it is in use can't be told, and cache_autotuning does nothing. " +
			"Official images load it; elsewhere install libjemalloc2 and set LD_PRELOAD, at the next restart.",
	}
	if in.Options.CacheAutotuning {
		f.Severity, f.Title = Warning, "cache_autotuning does nothing: jemalloc is not loaded"
		f.Advice = "Synapse asks jemalloc how much memory is in use, and without it never drops an entry for the memory limit: the cache factors alone bound the caches. " +
			"Load jemalloc (LD_PRELOAD; official images do) and set PYTHONMALLOC=malloc, or correct the setting of this data source if cache_autotuning is off."
	}
	return f, true
}

// droppedByLimit is how many entries go by the memory limit or by age, where there is a limit.
func droppedByLimit(in Input) string {
	if !in.Options.CacheAutotuning || !in.Has("dropped") {
		return ""
	}
	return fmt.Sprintf(" The caches drop %s entries per second by the memory limit or by age; Synapse counts both alike.", number(in.Total("dropped")))
}
