package checks

import "testing"

func TestCPUSaturation(t *testing.T) {
	const day = 86400
	on := func(index string, cpu, busy, uptime float64) map[string]float64 {
		return map[string]float64{onProcess("cpu", index): cpu, onProcess("busy", index): busy, onProcess("uptime", index): uptime}
	}
	unknownLoop := on("1", 1.2, 0, day)
	delete(unknownLoop, onProcess("busy", "1"))
	for name, c := range map[string]struct {
		series map[string]float64
		want   wanted
	}{
		"full": {together(on("1", 0.97, 0.95, day), map[string]float64{onProcess("requests", "1") + " servlet=SyncRestServlet": 0.4, onProcess("gc", "1"): 0.12, onProcess("jobs", "2") + " name=other": 0.9}),
			wanted{severity: Critical, subject: "synapse/1", value: 0.97,
				evidence: []string{"0.97 cores", "busy 95 %", "requests to SyncRestServlet 0.40, garbage collection 0.12."}, advice: []string{"First see where the time goes", "every worker costs"}}},
		"nearly full":             {on("1", 0.85, 0.8, day), wanted{severity: Warning, subject: "synapse/1", value: 0.85}},
		"threads beside the loop": {on("1", 1.8, 0.4, day), wanted{severity: OK, evidence: []string{"1.80 cores"}}},
		"the loop is not known":   {unknownLoop, wanted{severity: Warning, subject: "synapse/1", evidence: []string{"an unknown part"}}},
		"just started":            {on("1", 0.99, 0.99, 300), wanted{severity: OK, evidence: []string{"15 minutes"}}},
		"many workers, none full": {together(on("1", 0.6, 0.6, day), on("2", 0.7, 0.7, day)), wanted{severity: OK, evidence: []string{"0.70 cores"}}},
		"two are full":            {together(on("1", 0.9, 0.9, day), on("2", 0.97, 0.97, day)), wanted{severity: Critical, subject: "synapse/2", count: 2}},
		"absent":                  {nil, wanted{severity: Unknown, evidence: []string{"process_cpu_seconds_total"}}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, measuredOn{check: cpuSaturation, series: c.series}, c.want) })
	}
}
