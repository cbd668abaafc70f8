package checks

import "testing"

func TestScrapeHealth(t *testing.T) {
	const day = 86400
	on := func(index string, failing, failed, scrapes, duration, uptime float64) map[string]float64 {
		series := map[string]float64{
			onProcess("seen", index): 1, onProcess("failed", index): failed, onProcess("scrapes", index): scrapes, onProcess("duration", index): duration,
		}
		if failing >= 0 {
			series[onProcess("failing", index)] = failing
		}
		if uptime > 0 {
			series[onProcess("uptime", index)] = uptime
		}
		return series
	}
	slowOf := func(duration, timeout float64) map[string]float64 {
		return together(on("1", -1, 0, 240, duration, day), map[string]float64{onProcess("timeout", "1"): timeout})
	}
	removed := together(on("1", -1, 0, 240, 0.1, day), map[string]float64{"strange job=synapse": 2})
	judgeCases(t, scrapeHealth, map[string]judged{
		"down":                    {series: together(on("1", -1, 0, 240, 0.1, day), on("2", 1, 0.2, 240, 0.1, 0)), want: Critical, subject: "synapse/2", value: 1},
		"fails now, not for long": {series: on("1", 0, 0.03, 240, 0.1, 0), want: OK},
		"gaps":                    {series: on("1", -1, 0.05, 240, 0.1, day), want: Warning, subject: "synapse/1", value: 0.05},
		"gaps of a restart":       {series: on("1", -1, 0.05, 240, 0.1, 1200), want: OK},
		"slow":                    {series: on("1", -1, 0, 240, 6, day), want: Warning, subject: "synapse/1", value: 0.6, unit: "percentunit"},
		"slow, but allowed":       {series: slowOf(6, 30), want: OK},
		"slow for its limit":      {series: slowOf(3, 5), want: Warning, subject: "synapse/1", value: 0.6, unit: "percentunit"},
		"fine":                    {series: on("1", -1, 0, 240, 0.1, day), want: OK},
		"too few scrapes":         {series: on("1", -1, 0.5, 4, 6, day), want: OK},
		"removed and renamed":     {series: removed, want: Info, subject: "synapse"},
		"up is not kept":          {series: map[string]float64{onProcess("seen", "1"): 1}, want: Unknown},
		"nothing at all":          {want: Unknown},
	})
}
