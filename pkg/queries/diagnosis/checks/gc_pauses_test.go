package checks

import "testing"

func TestGCPauses(t *testing.T) {
	const day = 86400
	on := func(pause, share, spikes, full, uptime float64) map[string]float64 {
		series := map[string]float64{onProcess("share", "1"): share, onProcess("spikes", "1"): spikes, onProcess("uptime", "1"): uptime, onProcess("entries", "1"): 812345}
		if full > 0 {
			series[onProcess("full", "1")] = full
			series[onProcess("pause", "1")] = pause
		}
		return series
	}
	for name, c := range map[string]struct {
		series map[string]float64
		want   wanted
	}{
		"long pauses": {on(1.6, 0.02, 0, 40, day), wanted{severity: Warning, subject: "synapse/1", value: 1.6,
			evidence: []string{"1.6 s at a time", "2 % of the last hour", "Full collections within 6 hours: 40;", "812345 entries"}, advice: []string{"grow with the time", "lower the factors", "gc_thresholds come last"}}},
		"very long pauses":      {on(4, 0.02, 30, 40, day), wanted{severity: Critical, subject: "synapse/1", value: 4}},
		"much time":             {on(0.2, 0.06, 0, 400, day), wanted{severity: Warning, subject: "synapse/1", value: 0.06}},
		"too much time":         {on(1.2, 0.2, 0, 400, day), wanted{severity: Critical, subject: "synapse/1", value: 0.2}},
		"spikes":                {on(0.4, 0.02, 12, 60, day), wanted{severity: Warning, subject: "synapse/1", value: 12, evidence: []string{"pauses that took more than 2.5 s: 12."}}},
		"a single spike":        {on(0.4, 0.02, 1, 60, day), wanted{severity: OK}},
		"fine":                  {on(0.3, 0.015, 0, 60, day), wanted{severity: OK, evidence: []string{"300 ms", "2 %"}}},
		"no full collection":    {on(0, 0.01, 0, 0, day), wanted{severity: OK}},
		"just started":          {on(4, 0.3, 9, 40, 1800), wanted{severity: OK, evidence: []string{"hour"}}},
		"absent, as on PyPy":    {nil, wanted{severity: Unknown, evidence: []string{"python_gc_time"}}},
		"uptime is not exposed": {map[string]float64{onProcess("share", "1"): 0.2}, wanted{severity: Critical, subject: "synapse/1"}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, measuredOn{check: gcPauses, series: c.series}, c.want) })
	}
}
