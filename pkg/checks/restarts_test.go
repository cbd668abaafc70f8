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
	with := func(series map[string]float64, more ...any) map[string]float64 {
		for i := 0; i < len(more); i += 2 {
			series[onProcess(more[i].(string), "1")] = more[i+1].(float64)
		}
		return series
	}
	const gib = 1 << 30
	hourOfAll := on(3, 3, 3)
	for _, index := range []string{"1", "2", "3"} {
		hourOfAll[onProcess("hour", index)] = 3
	}
	apart := on(9, 9, 9)
	apart[onProcess("uptime", "2")] = 900
	judgeCases(t, restarts, map[string]judged{
		"a loop":                       {series: on(0, 5, 0), want: Warning, subject: "synapse/2", value: 5},
		"a fast loop":                  {series: on(0, 9, 0), want: Critical, subject: "synapse/2", value: 9},
		"a loop of the only one":       {series: on(6), want: Warning, subject: "synapse/1"},
		"down right now":               {series: down, want: Critical, subject: "synapse/1"},
		"an upgrade of all":            {series: on(1, 1, 1, 1), want: OK},
		"an afternoon of upgrades":     {series: on(3, 3, 3), want: OK},
		"an admin tries things":        {series: on(3), want: OK},
		"a loop during upgrades":       {series: on(2, 7, 2), want: Warning, subject: "synapse/2", value: 5},
		"all of them loop":             {series: on(12, 12, 12), want: Critical, subject: "synapse/1", value: 9, count: 3},
		"three within an hour":         {series: with(on(3), "hour", 3.0), want: Warning, subject: "synapse/1", value: 3, unit: "none"},
		"three of all in an hour":      {series: hourOfAll, want: OK},
		"four within half an hour":     {series: with(on(4), "hour", 4.0, "halfHour", 4.0), want: Critical, subject: "synapse/1", value: 4, unit: "none"},
		"memory rose before":           {series: with(on(5), "risen", 4.0, "memoryBefore", 3.8*gib, "peak", 4.0*gib), want: Warning, subject: "synapse/1", free: []string{"memory"}},
		"memory rose far below":        {series: with(on(5), "risen", 4.0, "memoryBefore", 0.8*gib, "peak", 4.0*gib), want: Warning, subject: "synapse/1"},
		"memory rose before one":       {series: with(on(5), "risen", 1.0, "memoryBefore", 3.8*gib, "peak", 4.0*gib), want: Warning, subject: "synapse/1"},
		"it hung before":               {series: with(on(5), "hung", 5.0), want: Warning, subject: "synapse/1", free: []string{}},
		"all at once, again and again": {series: on(8, 8), want: Warning, subject: "synapse/1", count: 2, free: []string{}},
		"all, at other times":          {series: apart, want: Warning, subject: "synapse/1", count: 3, free: []string{"memory"}},
		"nobody":                       {series: on(0, 0), want: OK},
		"start times are not exposed":  {want: Unknown},
	})
}
