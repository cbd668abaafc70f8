package checks

import "testing"

func TestCPUSaturation(t *testing.T) {
	const day = 86400
	on := func(index string, cpu, busy, uptime float64) map[string]float64 {
		return map[string]float64{onProcess("cpu", index): cpu, onProcess("busy", index): busy, onProcess("uptime", index): uptime}
	}
	unknownLoop := on("1", 1.2, 0, day)
	delete(unknownLoop, onProcess("busy", "1"))
	work := map[string]float64{
		onProcess("requests", "1") + " servlet=SyncRestServlet": 0.4, onProcess("gc", "1"): 0.12, onProcess("jobs", "2") + " name=other": 0.9,
	}
	judgeCases(t, cpuSaturation, map[string]judged{
		"full":                    {series: together(on("1", 0.97, 0.95, day), work), want: Critical, subject: "synapse/1", value: 0.97},
		"nearly full":             {series: on("1", 0.85, 0.8, day), want: Warning, subject: "synapse/1", value: 0.85},
		"threads beside the loop": {series: on("1", 1.8, 0.4, day), want: OK},
		"the loop is not known":   {series: unknownLoop, want: Warning, subject: "synapse/1"},
		"the loop is not timed":   {series: on("1", 1.2, 0, day), want: Warning, subject: "synapse/1"},
		"just started":            {series: on("1", 0.99, 0.99, 300), want: OK},
		"many workers, none full": {series: together(on("1", 0.6, 0.6, day), on("2", 0.7, 0.7, day)), want: OK},
		"two are full":            {series: together(on("1", 0.9, 0.9, day), on("2", 0.97, 0.97, day)), want: Critical, subject: "synapse/2", count: 2},
		"absent":                  {want: Unknown},
	})
}
