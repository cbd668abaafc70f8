package checks

import "testing"

func TestFederationDestinations(t *testing.T) {
	sent := func(tries, successes, before float64) map[string]float64 {
		return map[string]float64{"tries": tries, "successes": successes, "before": before}
	}
	usual := sent(300, 280, 600)
	normal := destinationCounts{Everyone: 1000, Failing: 600, Newly: 4, Old: 400}
	outage := destinationCounts{Everyone: 1000, Failing: 900, Newly: 310, Old: 400}
	const none = "PostgreSQL is not configured in this data source."
	for name, c := range map[string]struct {
		series map[string]float64
		rows   any
		want   wanted
	}{
		"two thirds are dead, as always":    {usual, normal, wanted{severity: OK, value: 4.0 / 404, evidence: []string{"600 of 1000", "400 of them for more than a week", "280 of 300 tries"}}},
		"most fail at once":                 {usual, outage, wanted{severity: Warning, value: 310.0 / 410, evidence: []string{"310 that worked an hour ago"}, advice: []string{"DNS", "certificate", "Do not reset all"}}},
		"and nothing goes out":              {sent(300, 0, 600), outage, wanted{severity: Critical, value: 310.0 / 410, evidence: []string{"0 of 300 tries"}}},
		"nothing is known of tries":         {nil, outage, wanted{severity: Warning}},
		"some fail at once":                 {usual, destinationCounts{Everyone: 1000, Failing: 700, Newly: 60, Old: 400}, wanted{severity: Info, value: 60.0 / 360, advice: []string{"in common"}}},
		"few, though most of them":          {usual, destinationCounts{Everyone: 40, Failing: 20, Newly: 15}, wanted{severity: OK}},
		"hardly any destination":            {usual, destinationCounts{Everyone: 12, Failing: 11, Newly: 11}, wanted{severity: OK, evidence: []string{"Too few"}}},
		"only dead ones are tried at night": {sent(40, 0, 2), normal, wanted{severity: OK}},
		"no PostgreSQL, all fine":           {usual, nil, wanted{severity: OK, evidence: []string{"280 of 300 tries", none}}},
		"no PostgreSQL, nothing goes out":   {sent(40, 0, 700), nil, wanted{severity: Warning, evidence: []string{"0 of 40 tries"}, advice: []string{"DNS"}}},
		"no PostgreSQL, a quiet night":      {sent(40, 0, 2), nil, wanted{severity: Unknown, evidence: []string{none, "Too little"}}},
		"neither":                           {nil, nil, wanted{severity: Unknown, evidence: []string{none}}},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, measuredOn{check: federationDestinations, series: c.series, rows: c.rows, missing: none}, c.want)
		})
	}
}
