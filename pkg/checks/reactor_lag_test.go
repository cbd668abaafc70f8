package checks

import "testing"

func loopOn(index string, busy, ticks, stalls, blocked, uptime float64) map[string]float64 {
	return map[string]float64{
		onProcess("busy", index): busy, onProcess("ticks", index): ticks, onProcess("stalls", index): stalls,
		onProcess("blocked", index): blocked, onProcess("uptime", index): uptime, onProcess("p99", index): 0.12,
	}
}

func TestReactorLag(t *testing.T) {
	const day = 86400
	noBuckets := loopOn("1", 0.8, 9000, 0, 0.01, day)
	delete(noBuckets, onProcess("stalls", "1"))
	judgeCases(t, reactorLag, map[string]judged{
		"busy":             {series: loopOn("1", 0.8, 9000, 2, 0.01, day), want: Warning, subject: "synapse/1", value: 0.8},
		"saturated":        {series: loopOn("1", 0.95, 9000, 2, 0.01, day), want: Critical, subject: "synapse/1", value: 0.95},
		"fine":             {series: loopOn("1", 0.4, 9000, 2, 0.01, day), want: OK},
		"stalls":           {series: loopOn("1", 0.4, 9000, 12, 0.01, day), want: Warning, subject: "synapse/1", value: 12, unit: "none"},
		"many short ones":  {series: together(loopOn("1", 0.4, 9000, 61, 0.01, day), map[string]float64{onProcess("lost", "1"): 67}), want: Warning, subject: "synapse/1", value: 61, unit: "none"},
		"a few long ones":  {series: together(loopOn("1", 0.4, 9000, 2, 0.01, day), map[string]float64{onProcess("lost", "1"): 80}), want: Warning, subject: "synapse/1", value: 80, unit: "s"},
		"a quarter lost":   {series: together(loopOn("1", 0.4, 9000, 24, 0.01, day), map[string]float64{onProcess("lost", "1"): 940}), want: Critical, subject: "synapse/1", value: 940, unit: "s"},
		"a few stalls":     {series: loopOn("1", 0.4, 9000, 9, 4, day), want: OK},
		"blocked":          {series: loopOn("1", 0.4, 9000, 0, 61, day), want: Critical, subject: "synapse/1", value: 61, unit: "s"},
		"blocked for long": {series: loopOn("1", 0, 0, 0, 7200, day), want: Critical, subject: "synapse/1", value: 7200, unit: "s"},
		"blocked, young":   {series: loopOn("1", 0.4, 100, 0, 61, 120), want: Critical, subject: "synapse/1", value: 61, unit: "s"},
		"blocked a little": {series: loopOn("1", 0.4, 9000, 0, 12, day), want: Warning, subject: "synapse/1", value: 12, unit: "s"},
		"just started":     {series: loopOn("1", 0.95, 9000, 100, 4, 600), want: OK},
		"too few ticks":    {series: loopOn("1", 0.2, 500, 30, 0, day), want: OK},
		"few, long ticks":  {series: loopOn("1", 0.99, 500, 400, 1, day), want: Critical, subject: "synapse/1"},
		"the worst of two": {series: together(loopOn("1", 0.75, 9000, 0, 0, day), loopOn("2", 0.92, 9000, 0, 0, day)), want: Critical, subject: "synapse/2", count: 2},
		"off the end":      {series: together(loopOn("1", 0.95, 9000, 2, 0.01, day), map[string]float64{onProcess("p99", "1"): 5}), want: Critical, subject: "synapse/1"},
		"buckets not kept": {series: noBuckets, want: Warning, subject: "synapse/1"},
		"absent":           {want: Unknown},
	})
}
