package checks

import "testing"

func starvedOn(index string, busy, cores, uptime float64) map[string]float64 {
	return map[string]float64{onProcess("busy", index): busy, onProcess("cpu", index): cores, onProcess("uptime", index): uptime}
}

func TestStarvation(t *testing.T) {
	const day = 86400
	unknownCPU := starvedOn("1", 0.9, 0, day)
	delete(unknownCPU, onProcess("cpu", "1"))
	silent := map[string]float64{"silent job=worker index=1 instance=db:9001": 0, "silent job=worker index=2 instance=db:9002": 0}
	judgeCases(t, starvation, map[string]judged{
		"works":                 {series: starvedOn("1", 0.9, 0.85, day), want: OK},
		"just enough CPU":       {series: starvedOn("1", 0.8, 0.41, day), want: OK},
		"not busy":              {series: starvedOn("1", 0.69, 0.15, day), want: OK},
		"hardly runs":           {series: starvedOn("1", 0.36, 0.032, day), want: Warning, subject: "synapse/1", value: 0.36},
		"just busy enough":      {series: starvedOn("1", 0.232, 0.04, day), want: Warning, subject: "synapse/1"},
		"just not":              {series: starvedOn("1", 0.23, 0.01, day), want: OK},
		"idle":                  {series: starvedOn("1", 0.02, 0.001, day), want: OK},
		"one waits":             {series: together(starvedOn("1", 0.8, 0.2, day), starvedOn("2", 0.5, 0.5, day)), want: Warning, subject: "synapse/1", value: 0.8},
		"one of one":            {series: starvedOn("1", 0.8, 0.2, day), want: Warning, subject: "synapse/1"},
		"all wait":              {series: together(starvedOn("1", 0.8, 0.2, day), starvedOn("2", 0.5, 0.2, day), starvedOn("3", 0.05, 0.05, day)), want: Warning, subject: "synapse/1"},
		"a plateau":             {series: together(starvedOn("1", 0.95, 0.45, day), map[string]float64{onProcess("spread", "1"): 0.02}), want: Warning, subject: "synapse/1"},
		"swapped out":           {series: together(starvedOn("1", 0.95, 0.2, day), map[string]float64{onProcess("collecting", "1"): 0.6}), want: Warning, subject: "synapse/1"},
		"collects with CPU":     {series: together(starvedOn("1", 0.8, 0.3, day), map[string]float64{onProcess("collecting", "1"): 0.25}), want: Warning, subject: "synapse/1"},
		"just started":          {series: starvedOn("1", 0.95, 0.2, 300), want: OK},
		"the loop is not timed": {series: starvedOn("1", 0, 0.4, day), want: OK},
		"its CPU is not known":  {series: unknownCPU, want: Unknown},
		"a host is silent":      {series: together(starvedOn("1", 0.3, 0.3, day), silent), want: Info, subject: "db"},
		"a host is half silent": {series: together(starvedOn("1", 0.3, 0.3, day), silent, map[string]float64{"uptime job=worker index=3 instance=db:9003": day}), want: OK},
		"one process is silent": {series: together(starvedOn("1", 0.3, 0.3, day), map[string]float64{"silent job=worker index=1 instance=db:9001": 0}), want: OK},
		"silent without ports":  {series: together(starvedOn("1", 0.3, 0.3, day), map[string]float64{"silent job=worker index=1 instance=pod": 0, "silent job=worker index=2 instance=pod": 0}), want: OK},
		"everything is silent":  {series: silent, want: Unknown},
		"absent":                {want: Unknown},
	})
}
