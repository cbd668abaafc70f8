package checks

import "testing"

func TestDeviceLists(t *testing.T) {
	judgeCases(t, deviceLists, map[string]judged{
		"behind":           {series: map[string]float64{"lag": 900, "lowest": 600, "changes": 4000, "totalCost": 1}, want: Warning, value: 600},
		"at the threshold": {series: map[string]float64{"lag": 900, "lowest": 300}, want: Warning, value: 300},
		"hours behind":     {series: map[string]float64{"lag": 9000, "lowest": 8000}, want: Critical, value: 8000},
		"a burst":          {series: map[string]float64{"lag": 900, "lowest": 10}, want: OK, value: 10},
		"nothing":          {series: map[string]float64{"lag": 0, "lowest": 0, "changes": 0}, want: OK},
		"just started":     {series: map[string]float64{"lag": 9000}, want: OK},
		"older":            {want: Unknown},
	})
}
