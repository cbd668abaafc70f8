package checks

import "testing"

func TestAppserviceLag(t *testing.T) {
	const day = 86400
	with := func(series map[string]float64, more map[string]float64) map[string]float64 {
		return flowing(5, together(series, more, map[string]float64{"processors": 6}))
	}
	prompt, late := lagOn("1", 100, 100, 0, 0, 0, day), lagOn("1", 100, 50, 0, 0, 0, day)
	down := map[string]float64{"failed service=telegram": 7}
	judgeCases(t, appserviceLag, map[string]judged{
		"late":                       {series: with(late, map[string]float64{"totalCost": 1}), want: Warning, subject: "synapse/1", value: 0.5, free: causeIDs(appserviceLag.Causes)},
		"falls behind":               {series: with(lagOn("1", 100, 0, 9000, 2000, 1900, day), nil), want: Critical, subject: "synapse/1", value: 9000, unit: "none"},
		"prompt":                     {series: with(prompt, nil), want: OK},
		"no bridges":                 {series: map[string]float64{"processors": 5}, want: OK},
		"silent since the start":     {series: map[string]float64{"processors": 5, "served": 2}, want: Info, value: 2, unit: "none", free: []string{}},
		"not scraped":                {want: Unknown},
		"a bridge is down":           {series: with(prompt, down), want: Warning, subject: "telegram", value: 7, unit: "none", free: []string{}},
		"a bridge was down":          {series: with(prompt, together(down, map[string]float64{"delivered service=telegram": 3})), want: OK},
		"late, and a bridge is down": {series: with(late, down), want: Warning, subject: "synapse/1", count: 2},
	})
}
