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
	judgeCases(t, gcPauses, map[string]judged{
		"long pauses":           {series: on(1.6, 0.02, 0, 40, day), want: Warning, subject: "synapse/1", value: 1.6},
		"very long pauses":      {series: on(4, 0.02, 30, 40, day), want: Critical, subject: "synapse/1", value: 4},
		"much time":             {series: on(0.2, 0.06, 0, 400, day), want: Warning, subject: "synapse/1", value: 0.06, unit: "percentunit"},
		"too much time":         {series: on(1.2, 0.2, 0, 400, day), want: Critical, subject: "synapse/1", value: 0.2, unit: "percentunit"},
		"spikes":                {series: on(0.4, 0.02, 12, 60, day), want: Warning, subject: "synapse/1", value: 12, unit: "none"},
		"spikes, extrapolated":  {series: on(0.4, 0.02, 4.6, 60, day), want: Warning, subject: "synapse/1", value: 5, unit: "none"},
		"spikes beside a pause": {series: on(1.6, 0.02, 12, 60, day), want: Warning, subject: "synapse/1", value: 1.6},
		"a single spike":        {series: on(0.4, 0.02, 1, 60, day), want: OK},
		"fine":                  {series: on(0.3, 0.015, 0, 60, day), want: OK},
		"no full collection":    {series: on(0, 0.01, 0, 0, day), want: OK},
		"just started":          {series: on(4, 0.3, 9, 40, 1800), want: OK},
		"absent, as on PyPy":    {want: Unknown},
		"uptime is not exposed": {series: map[string]float64{onProcess("share", "1"): 0.2}, want: Critical, subject: "synapse/1", unit: "percentunit"},
	})
}
