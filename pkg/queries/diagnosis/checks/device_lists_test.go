package checks

import "testing"

func TestDeviceLists(t *testing.T) {
	for name, c := range map[string]struct {
		series map[string]float64
		want   wanted
	}{
		"behind":       {map[string]float64{"lag": 900, "least": 600, "changes": 4000}, wanted{severity: Warning, value: 600, evidence: []string{"15 minutes old", "changes that wait: about 4000"}, advice: []string{"short of CPU", "_handle_new_device_update_async", "Change nothing in the tables"}}},
		"hours behind": {map[string]float64{"lag": 9000, "least": 8000}, wanted{severity: Critical, value: 8000, evidence: []string{"2 hours old"}}},
		"a burst":      {map[string]float64{"lag": 900, "least": 10}, wanted{severity: OK, value: 10}},
		"nothing":      {map[string]float64{"lag": 0, "least": 0, "changes": 0}, wanted{severity: OK, evidence: []string{"Every change"}}},
		"just started": {map[string]float64{"lag": 9000}, wanted{severity: OK, evidence: []string{"no history"}}},
		"older":        {nil, wanted{severity: Unknown, evidence: []string{"synapse_device_lists_changes_conversion_lag_seconds"}}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, measuredOn{check: deviceLists, series: c.series}, c.want) })
	}
}
