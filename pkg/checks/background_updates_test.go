package checks

import "testing"

func TestBackgroundUpdates(t *testing.T) {
	other := "event_index"
	left := []pendingUpdate{{Name: "event_index"}, {Name: "event_index_2", Waits: &other}}
	const absent = "PostgreSQL is not configured in this data source."
	status := func(names ...string) map[string]float64 {
		series := map[string]float64{"there": 3}
		for _, name := range names {
			series[name+" database_name=master"] = 1
		}
		return series
	}
	judgeCases(t, backgroundUpdates, map[string]judged{
		"aborted":                    {series: status("aborted"), rows: left, want: Critical},
		"aborted, no PostgreSQL":     {series: status("aborted"), missing: absent, want: Critical},
		"disabled":                   {series: status("disabled"), rows: left, want: Warning},
		"disabled with nothing left": {series: status("disabled"), rows: []pendingUpdate{}, want: OK},
		"running for days":           {series: status("running", "lasting"), rows: left, want: Warning},
		"running":                    {series: together(status("running"), map[string]float64{"time": 0.4}), rows: left, want: Info},
		"before 1.139":               {series: map[string]float64{"there": 3, "running": 1}, rows: left[:1], want: Info},
		"just finished":              {series: status("running"), rows: []pendingUpdate{}, want: OK},
		"only workers, 1":            {series: status(), missing: absent, want: OK},
		"left, nobody runs them":     {series: status(), rows: left, want: Info},
		"left, before 1.86":          {rows: left, want: Info},
		"only PostgreSQL":            {rows: []pendingUpdate{}, want: OK},
		"no metric, no PostgreSQL":   {missing: absent, want: Unknown},
	})
}
