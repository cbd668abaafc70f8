package checks

import "testing"

func TestFederationDestinations(t *testing.T) {
	sent := func(attempts, successes, before float64) map[string]float64 {
		return map[string]float64{"attempts": attempts, "successes": successes, "before": before}
	}
	often := sent(300, 280, 600)
	normal := destinationCounts{Everyone: 1000, Failing: 600, Newly: 4, Old: 400}
	outage := destinationCounts{Everyone: 1000, Failing: 900, Newly: 310, Old: 400}
	const none = "PostgreSQL is not configured in this data source."
	judgeCases(t, federationDestinations, map[string]judged{
		"two thirds are dead, as always":    {series: often, rows: normal, want: OK, value: 4.0 / 404},
		"most fail at once":                 {series: often, rows: outage, want: Warning, value: 310.0 / 410},
		"half of twice the least":           {series: often, rows: destinationCounts{Everyone: 40, Failing: 20, Newly: 20}, want: Warning, value: 0.5},
		"and nothing goes out":              {series: sent(300, 0, 600), rows: outage, want: Critical, value: 310.0 / 410},
		"nothing is known of attempts":      {rows: outage, want: Warning},
		"some fail at once":                 {series: often, rows: destinationCounts{Everyone: 1000, Failing: 700, Newly: 60, Old: 400}, want: Info, value: 60.0 / 360},
		"few, though most of them":          {series: often, rows: destinationCounts{Everyone: 40, Failing: 20, Newly: 15}, want: OK},
		"hardly any destination":            {series: often, rows: destinationCounts{Everyone: 12, Failing: 11, Newly: 11}, want: OK},
		"only dead ones are tried at night": {series: sent(40, 0, 2), rows: normal, want: OK},
		"no PostgreSQL, all fine":           {series: often, missing: none, want: OK},
		"no PostgreSQL, nothing goes out":   {series: sent(40, 0, 700), missing: none, want: Warning},
		"no PostgreSQL, a quiet night":      {series: sent(40, 0, 2), missing: none, want: Unknown},
		"neither":                           {missing: none, want: Unknown},
	})
}
