package checks

import "testing"

func TestReplicationLag(t *testing.T) {
	const day = 86400
	on := func(index string, queue, updates, connections, uptime float64) map[string]float64 {
		series := map[string]float64{
			onProcess("queue", index): queue, onProcess("updates", index): updates, onProcess("connected", index): connections, onProcess("uptime", index): uptime,
			onProcess("stream", index) + " stream_name=caches": queue,
		}
		if updates > 0 {
			series[onProcess("wait", index)] = queue / (updates / 900)
		}
		return series
	}
	stopped := together(on("1", 0, 9000, 1, day), map[string]float64{"behind name=stats": 4000, "behind name=presence": 2})
	judgeCases(t, replicationLag, map[string]judged{
		"behind":               {series: together(on("1", 0, 9000, 1, day), on("2", 40, 18000, 1, day)), want: Warning, subject: "synapse/2", value: 2},
		"far behind":           {series: together(on("2", 4000, 18000, 1, day), map[string]float64{"totalCost": 1}), want: Critical, subject: "synapse/2", value: 200},
		"fine":                 {series: on("2", 0.1, 18000, 1, day), want: OK},
		"next to nothing":      {series: on("2", 20, 50, 1, day), want: OK},
		"a short queue":        {series: on("2", 4, 200, 1, day), want: OK},
		"one process":          {series: on("1", 0, 0, 0, day), want: OK},
		"just started":         {series: on("2", 4000, 18000, 0, 300), want: OK},
		"Redis is lost":        {series: together(on("1", 0, 9000, 1, day), on("2", 0, 0, 0, day)), want: Critical, subject: "synapse/2"},
		"Redis is down":        {series: together(on("1", 0, 0, 0, day), on("2", 0, 0, 0, day)), want: Critical},
		"they hear each other": {series: together(on("1", 0, 9000, 0, day), on("2", 0, 9000, 0, day), map[string]float64{onProcess("heard", "1"): 3000}), want: OK},
		"a single process that moved to another address": {series: together(on("1", 0, 0, 0, day), on("2", 0, 0, 0, 300)), want: OK},
		"statistics stand still":                         {series: stopped, want: Warning, subject: "stats", value: 4000, unit: "none"},
		"one process that never federated":               {series: map[string]float64{onProcess("uptime", "1"): day}, want: OK},
		"several, without the metric":                    {series: map[string]float64{onProcess("uptime", "1"): day, onProcess("uptime", "2"): day}, want: Unknown},
		"absent":                                         {want: Unknown},
	})
}
