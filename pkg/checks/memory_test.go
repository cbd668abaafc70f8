package checks

import "testing"

func TestMemory(t *testing.T) {
	const day, gib = 86400, 1 << 30
	on := func(memory, today, before, entries, uptime float64) map[string]float64 {
		return map[string]float64{
			onProcess("memory", "1"): memory, onProcess("day", "1"): today, onProcess("dayBefore", "1"): before,
			onProcess("entries", "1"): entries, onProcess("uptime", "1"): uptime,
		}
	}
	loop := func(kills, lowest, peak float64) map[string]float64 {
		return together(on(gib, 0, 0, 0, 3600), map[string]float64{onProcess("kills", "1"): kills, onProcess("lowest", "1"): lowest, onProcess("peak", "1"): peak})
	}
	unknownEntries := on(4*gib, 0.08, 0.07, 0, 6*day)
	delete(unknownEntries, onProcess("entries", "1"))
	withJemalloc := together(on(4*gib, 0.08, 0.07, 0, 6*day), map[string]float64{onProcess("allocated", "1"): gib})
	surge := func(memory, lowest, hourAgo, newEntries, uptime float64) map[string]float64 {
		return together(on(memory, 0, 0, 0, uptime), map[string]float64{onProcess("lowestOfHours", "1"): lowest, onProcess("hourAgo", "1"): hourAgo, onProcess("newEntries", "1"): newEntries})
	}
	surgeUnknown := surge(3*gib, 250<<20, 2.5*gib, 0, 5*3600)
	delete(surgeUnknown, onProcess("newEntries", "1"))
	judgeCases(t, memory, map[string]judged{
		"grows":                         {series: on(4*gib, 0.08, 0.07, 0.001, 6*day), want: Warning, subject: "synapse/1", value: 0.07},
		"grows, with jemalloc":          {series: withJemalloc, want: Warning, subject: "synapse/1"},
		"grows, entries unknown":        {series: unknownEntries, want: Warning, subject: "synapse/1"},
		"caches still fill":             {series: on(4*gib, 0.08, 0.07, 0.05, 6*day), want: OK},
		"grew on one day only":          {series: on(4*gib, 0.08, 0.01, 0, 6*day), want: OK},
		"small":                         {series: on(300<<20, 0.08, 0.07, 0, 6*day), want: OK},
		"young":                         {series: on(4*gib, 0.4, 0.9, 0, 2*day), want: OK},
		"runs out":                      {series: loop(4, 3.8*gib, 4*gib), want: Critical, subject: "synapse/1", value: 4, unit: "none"},
		"restarts at different heights": {series: loop(3, gib, 4*gib), want: OK},
		"one restart from a peak":       {series: loop(1, 4*gib, 4*gib), want: OK},
		"tenfold in hours":              {series: surge(3*gib, 250<<20, 2.5*gib, 1000, 5*3600), want: Warning, subject: "synapse/1", value: 3 * gib, unit: "bytes"},
		"tenfold, entries unknown":      {series: surgeUnknown, want: Warning, subject: "synapse/1", unit: "bytes"},
		"tenfold, of cache entries":     {series: surge(3*gib, 250<<20, 2.5*gib, 2e6, 5*3600), want: OK},
		"tenfold, still small":          {series: surge(900<<20, 80<<20, 800<<20, 1000, 5*3600), want: OK},
		"threefold in an hour":          {series: surge(3*gib, 0.8*gib, 0.9*gib, 1000, 5*day), want: Warning, subject: "synapse/1", unit: "bytes"},
		"one large join":                {series: surge(4*gib, 1.4*gib, 1.5*gib, 1000, 5*day), want: OK},
		"absent":                        {want: Unknown},
	})
}
