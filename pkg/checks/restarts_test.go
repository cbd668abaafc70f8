package checks

import "testing"

func TestRestarts(t *testing.T) {
	on := func(counts ...float64) map[string]float64 {
		series := map[string]float64{}
		for i, count := range counts {
			index := string(rune('1' + i))
			series[onProcess("restarts", index)], series[onProcess("uptime", index)] = count, 300
		}
		return series
	}
	down := on(9)
	delete(down, onProcess("uptime", "1"))
	judgeCases(t, restarts, map[string]judged{
		"a loop":                      {series: on(0, 5, 0), want: Warning, subject: "synapse/2", value: 5},
		"a fast loop":                 {series: on(0, 9, 0), want: Critical, subject: "synapse/2", value: 9},
		"a loop of the only one":      {series: on(6), want: Warning, subject: "synapse/1"},
		"down right now":              {series: down, want: Critical, subject: "synapse/1"},
		"an upgrade of all":           {series: on(1, 1, 1, 1), want: OK},
		"an afternoon of upgrades":    {series: on(3, 3, 3), want: OK},
		"an admin tries things":       {series: on(3), want: OK},
		"a loop during upgrades":      {series: on(2, 7, 2), want: Warning, subject: "synapse/2", value: 5},
		"all of them loop":            {series: on(12, 12, 12), want: Critical, subject: "synapse/1", value: 9, count: 3},
		"nobody":                      {series: on(0, 0), want: OK},
		"start times are not exposed": {want: Unknown},
	})
}
