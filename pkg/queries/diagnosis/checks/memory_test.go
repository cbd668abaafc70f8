package checks

import "testing"

func TestMemory(t *testing.T) {
	const day, gib = 86400, 1 << 30
	on := func(memory, slope, before, entries, uptime float64) map[string]float64 {
		return map[string]float64{
			onProcess("memory", "1"): memory, onProcess("day", "1"): slope, onProcess("dayBefore", "1"): before,
			onProcess("entries", "1"): entries, onProcess("uptime", "1"): uptime,
		}
	}
	loop := func(kills, lowest, peak float64) map[string]float64 {
		return together(on(gib, 0, 0, 0, 3600), map[string]float64{onProcess("kills", "1"): kills, onProcess("lowest", "1"): lowest, onProcess("peak", "1"): peak})
	}
	unknownEntries := on(4*gib, 0.08, 0.07, 0, 6*day)
	delete(unknownEntries, onProcess("entries", "1"))
	for name, c := range map[string]struct {
		series map[string]float64
		want   wanted
	}{
		"grows": {on(4*gib, 0.08, 0.07, 0.001, 6*day), wanted{severity: Warning, subject: "synapse/1", value: 0.07,
			evidence: []string{"4.0 GiB after 6 days", "7 % more each day", "+0 %", "jemalloc is not loaded"}, advice: []string{"Watch it", "jemalloc"}}},
		"grows, with jemalloc": {together(on(4*gib, 0.08, 0.07, 0, 6*day), map[string]float64{onProcess("allocated", "1"): gib}),
			wanted{severity: Warning, subject: "synapse/1", evidence: []string{"Of it 1.0 GiB is in use"}}},
		"grows, entries unknown": {unknownEntries, wanted{severity: Warning, subject: "synapse/1", advice: []string{"whether they do is not known here"}}},
		"caches still fill":      {on(4*gib, 0.08, 0.07, 0.05, 6*day), wanted{severity: OK}},
		"grew on one day only":   {on(4*gib, 0.08, 0.01, 0, 6*day), wanted{severity: OK, evidence: []string{"4.0 GiB", "compare that with the machine"}}},
		"small":                  {on(300<<20, 0.08, 0.07, 0, 6*day), wanted{severity: OK}},
		"young":                  {on(4*gib, 0.4, 0.9, 0, 2*day), wanted{severity: OK, evidence: []string{"three days"}}},
		"runs out": {loop(4, 3.8*gib, 4*gib), wanted{severity: Critical, subject: "synapse/1", value: 4,
			evidence: []string{"restarted 4 times", "3.8 GiB", "4.0 GiB"}, advice: []string{"out of memory", "more memory", "jemalloc", "do not lower the cache factor"}}},
		"restarts at different heights": {loop(3, gib, 4*gib), wanted{severity: OK}},
		"one restart from a peak":       {loop(1, 4*gib, 4*gib), wanted{severity: OK}},
		"absent":                        {nil, wanted{severity: Unknown, evidence: []string{"process_resident_memory_bytes"}}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, measuredOn{check: memory, series: c.series}, c.want) })
	}
}
