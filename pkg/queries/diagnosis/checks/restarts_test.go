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
	for name, c := range map[string]struct {
		series map[string]float64
		want   wanted
	}{
		"a loop": {on(0, 5, 0), wanted{severity: Warning, subject: "synapse/2", value: 5,
			evidence: []string{"synapse/2 restarted 5 times within 6 hours; it has run for 5 minutes"}, advice: []string{"If it was you", "out of memory", "traceback"}}},
		"a fast loop":                 {on(0, 9, 0), wanted{severity: Critical, subject: "synapse/2", value: 9}},
		"a loop of the only one":      {on(6), wanted{severity: Warning, subject: "synapse/1"}},
		"down right now":              {down, wanted{severity: Critical, subject: "synapse/1", evidence: []string{"is down now"}}},
		"an upgrade of all":           {on(1, 1, 1, 1), wanted{severity: OK, evidence: []string{"6 hours: 1."}}},
		"an afternoon of upgrades":    {on(3, 3, 3), wanted{severity: OK}},
		"an admin tries things":       {on(3), wanted{severity: OK}},
		"a loop during upgrades":      {on(2, 7, 2), wanted{severity: Warning, subject: "synapse/2", value: 5, evidence: []string{"2 of them together"}}},
		"all of them loop":            {on(12, 12, 12), wanted{severity: Critical, subject: "synapse/1", value: 9, count: 3}},
		"nobody":                      {on(0, 0), wanted{severity: OK}},
		"start times are not exposed": {nil, wanted{severity: Unknown, evidence: []string{"process_start_time_seconds"}}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, measuredOn{check: restarts, series: c.series}, c.want) })
	}
}
