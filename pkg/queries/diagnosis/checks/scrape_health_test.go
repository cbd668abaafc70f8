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
	for name, c := range map[string]struct {
		series map[string]float64
		want   wanted
	}{
		"down": {together(on("1", -1, 0, 240, 0.1, day), on("2", 1, 0.2, 240, 0.1, 0)), wanted{severity: Critical, subject: "synapse/2", value: 1,
			evidence: []string{"Every scrape of synapse/2 (host:9002)", "20 %"}, advice: []string{"whether the process runs", "take it out"}}},
		"fails now, not for long": {on("1", 0, 0.03, 240, 0.1, 0), wanted{severity: OK}},
		"gaps": {on("1", -1, 0.05, 240, 0.1, day), wanted{severity: Warning, subject: "synapse/1", value: 0.05,
			evidence: []string{"5 % of the 240 scrapes", "did not restart"}, advice: []string{"type metrics"}}},
		"gaps of a restart":   {on("1", -1, 0.05, 240, 0.1, 1200), wanted{severity: OK}},
		"slow":                {on("1", -1, 0, 240, 6, day), wanted{severity: Warning, subject: "synapse/1", value: 0.6, evidence: []string{"6.0 s", "10 s", "assumed"}}},
		"slow, but allowed":   {together(on("1", -1, 0, 240, 6, day), map[string]float64{onProcess("timeout", "1"): 30}), wanted{severity: OK}},
		"slow for its limit":  {together(on("1", -1, 0, 240, 3, day), map[string]float64{onProcess("timeout", "1"): 5}), wanted{severity: Warning, subject: "synapse/1", value: 0.6, evidence: []string{"of the 5.0 s"}}},
		"fine":                {on("1", -1, 0, 240, 0.1, day), wanted{severity: OK, evidence: []string{"0 % failed"}}},
		"too few scrapes":     {on("1", -1, 0.5, 4, 6, day), wanted{severity: OK, evidence: []string{"too few"}}},
		"removed and renamed": {together(on("1", -1, 0, 240, 0.1, day), map[string]float64{"strange job=synapse": 2}), wanted{severity: Info, subject: "synapse", evidence: []string{"job synapse", "day: 2."}}},
		"up is not kept":      {map[string]float64{onProcess("seen", "1"): 1}, wanted{severity: Unknown, evidence: []string{"\"up\""}}},
		"nothing at all":      {nil, wanted{severity: Unknown}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, measuredOn{check: scrapeHealth, series: c.series}, c.want) })
	}
}
