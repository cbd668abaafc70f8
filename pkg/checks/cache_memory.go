package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var (
	cacheMemorySettled = limits.Limit{Name: "settled", Value: 6 * 3600, Unit: "s", Meaning: "uptime below which memory is still being filled", Source: "ours"}
	cacheMemoryFloor   = limits.Limit{Name: "floor", Value: 1 << 30, Unit: "bytes", Meaning: "memory of a process below which nobody minds", Source: "ours"}

	// jemallocResident is what jemalloc holds; what a process holds beyond it was allocated elsewhere.
	jemallocResident = measure("resident", func(s Scope) string {
		return s.WithServer(s.Now(metrics.Jemalloc.Series(), query.Equal("type", "resident")))
	})
	cachesUnread = measure("unread", func(s Scope) string {
		return s.Sum(s.Rate(metrics.CacheEvicted.Series(), time.Hour, query.Equal("reason", caches.ReasonInvalidation)))
	})
)

var cacheMemory = Check{
	ID:    "cache-memory",
	Topic: "Memory limit of the caches",
	Title: "Memory outside jemalloc's view",
	Meaning: "cache_autotuning relies on jemalloc's numbers, so memory allocated elsewhere is not limited: Python's own allocator, where PYTHONMALLOC is not set, and libraries. " +
		"Without cache_autotuning this is harmless and only explains where memory is.",
	Decides: "Per process of at least {floor}: its resident memory divided by what jemalloc holds (type resident). From {warning} on it is a warning where cacheAutotuning is set in the data source settings, else an info. " +
		"Without jemalloc: a warning with cacheAutotuning, because cache_autotuning has no effect then; else an info on a process of at least {floor}. Processes younger than {settled} are not judged.",
	CannotKnow: "Whether cache_autotuning is on and its limits: the data source setting cacheAutotuning says the first. Entries that a memory limit evicts are counted like those that expire.",
	Thresholds: limits.Thresholds{Check: "cache-memory", Warning: limits.At(1.5), Unit: "none", WarningOf: "times as much memory as jemalloc holds",
		Source: "Synapse's documentation of cache_autotuning (PYTHONMALLOC=malloc) and of the metric (metrics/jemalloc.py); the number is ours"},
	Limits: []limits.Limit{cacheMemoryFloor, cacheMemorySettled},
	Steps: []string{
		"With cache_autotuning: set PYTHONMALLOC=malloc in the environment of every Synapse process, next to LD_PRELOAD of jemalloc, and restart them. Memory may then vary more; without cache_autotuning leave it as it is.",
		"If PYTHONMALLOC=malloc is set already, the rest is memory of libraries: compare it after the next restart.",
		"Check that the limits of cache_autotuning of all processes together fit into the machine: each process has its own.",
		"Don't lower cache factors because of this finding.",
	},
	Panel:      "process-memory",
	PerProcess: true,
	Measures:   []*Measurement{memoryNow, jemallocResident, memoryAllocated, uptime, cachesUnread},
	Judge:      judgeCacheMemory,
	Rule:       Rule{None: "Only with cache_autotuning is it worth an alert, and no metric tells Prometheus whether that is on."},
}

func judgeCacheMemory(in Input) []Finding {
	if !in.Has(memoryNow) {
		return metricMissing(metrics.ProcessMemory)
	}
	var found []Finding
	var without []Sample
	sum := 0.0
	for _, p := range in.Samples(memoryNow) {
		sum += p.Value
		if in.youngerThan(p, cacheMemorySettled) {
			continue
		}
		held, loaded := in.ValueFor(jemallocResident, p)
		if !loaded {
			without = append(without, p)
			continue
		}
		if ratio := p.Value / max(held, 1); p.Value >= cacheMemoryFloor.Value && ratio >= in.Warning {
			found = append(found, in.outsideJemalloc(p, held, ratio))
		}
	}
	if f, is := in.withoutJemalloc(without); is {
		found = append(found, f)
	}
	return orOK(found, in.Fill(fmt.Sprintf("All processes together hold %s; none holds {warning} times what jemalloc does.%s", words.Bytes(sum), in.sayUnread())))
}

func (in Input) outsideJemalloc(p Sample, held, ratio float64) Finding {
	f := in.graded(ratio, Finding{Subject: Subject{Name: p.Process()}})
	inUse := ""
	if allocated, known := in.ValueFor(memoryAllocated, p); known {
		inUse = fmt.Sprintf(" (%s in use)", words.Bytes(allocated))
	}
	f.Evidence = fmt.Sprintf("The process holds %s, jemalloc %s%s.", words.Bytes(p.Value), words.Bytes(held), inUse)
	if !in.Settings.Homeserver.CacheAutotuning {
		f.Severity = Info
		f.Evidence += " Without cache_autotuning this is harmless."
		f.Steps = []string{"Nothing needs to be done. If cache_autotuning is on, set cacheAutotuning in the data source settings."}
		return f
	}
	f.Evidence += " cache_autotuning does not see the rest, so its limit acts late or never." + in.sayUnread()
	return f
}

// withoutJemalloc speaks about the processes that don't export jemalloc's numbers.
func (in Input) withoutJemalloc(processes []Sample) (Finding, bool) {
	if len(processes) == 0 || processes[0].Value < cacheMemoryFloor.Value && !in.Settings.Homeserver.CacheAutotuning {
		return Finding{}, false
	}
	names := namesOf(processes)
	f := Finding{
		Severity: Info, Title: "jemalloc not loaded", Processes: names,
		Evidence: fmt.Sprintf("%s without jemalloc: %s. The largest holds %s.", words.Count(len(names), "process", "processes"), words.List(names), words.Bytes(processes[0].Value)),
		Steps: []string{"To use less memory, load jemalloc at the next restart: install libjemalloc2 and set LD_PRELOAD. The official images load it. " +
			"Synapse runs well without it."},
	}
	if in.Settings.Homeserver.CacheAutotuning {
		f.Severity, f.Title = Warning, "cache_autotuning has no effect"
		f.Steps = []string{
			"Load jemalloc (install libjemalloc2, set LD_PRELOAD; the official images do), set PYTHONMALLOC=malloc, and restart. Without it Synapse can't measure its memory and evicts nothing for the limit.",
			"If cache_autotuning is off, clear cacheAutotuning in the data source settings.",
		}
	}
	return f, true
}

// sayUnread is how many entries go by the memory limit or by age, where there is a limit.
func (in Input) sayUnread() string {
	if !in.Settings.Homeserver.CacheAutotuning || !in.Has(cachesUnread) {
		return ""
	}
	return fmt.Sprintf(" Entries evicted by the memory limit or by age: %s.", words.PerSecond(in.Total(cachesUnread)))
}
