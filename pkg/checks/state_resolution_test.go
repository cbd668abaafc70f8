package checks

import "testing"

func TestStateResolution(t *testing.T) {
	on := func(cpu, cpuHour, db, dbHour, count, uptime float64) map[string]float64 {
		return map[string]float64{
			onProcess("cpu", "1"): cpu, onProcess("cpuHour", "1"): cpuHour, onProcess("db", "1"): db, onProcess("dbHour", "1"): dbHour,
			onProcess("count", "1"): count, onProcess("uptime", "1"): uptime, "cpuRoom": 0.8, "dbRoom": 0.7, "conflict": count, "small": count * 0.6, "events": 4,
		}
	}
	const day = 86400
	notInTheHour := map[string]float64{onProcess("cpu", "1"): 0.4, onProcess("db", "1"): 0.1, onProcess("count", "1"): 50}
	judgeCases(t, stateResolution, map[string]judged{
		"CPU":                     {series: on(0.4, 0.35, 0.1, 0.1, 900, day), want: Critical, subject: "synapse/1", value: 0.35},
		"database":                {series: on(0.02, 0.02, 0.2, 0.15, 900, day), want: Warning, subject: "synapse/1", value: 0.15},
		"a join of a huge room":   {series: on(0.4, 0.08, 0.1, 0.02, 900, day), want: OK, value: 0.08},
		"over by now":             {series: on(0.01, 0.35, 0.01, 0.1, 900, day), want: OK},
		"few":                     {series: on(0.4, 0.35, 0.1, 0.1, 6, day), want: OK},
		"just started":            {series: on(0.4, 0.4, 0.1, 0.1, 900, 600), want: OK},
		"nothing to resolve yet":  {series: map[string]float64{"events": 4}, want: OK},
		"resolved, but not kept":  {series: map[string]float64{"events": 4, "conflict": 900}, want: Unknown},
		"persisters not scraped":  {want: Unknown},
		"not in the hour's top 5": {series: notInTheHour, want: OK},
	})
}
