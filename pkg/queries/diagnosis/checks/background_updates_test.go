package checks

import "testing"

func TestBackgroundUpdates(t *testing.T) {
	other := "event_index"
	left := []pendingUpdate{{Name: "event_index"}, {Name: "event_index_2", Waits: &other}}
	const master = " database_name=master"
	there := map[string]float64{"there": 3}
	dbCases(t, backgroundUpdates, map[string]dbCase{
		"aborted": {series: dbWith(there, map[string]float64{"aborted" + master: 1}), rows: left, want: Critical, title: "aborted",
			evidence: "five failures in a row (status −1, database master)|Updates that are left: 2 (event_index, event_index_2)|Waiting for another one to be done first: 1", advice: "Error doing update|Don't upgrade Synapse before"},
		"aborted, no PostgreSQL":         {series: dbWith(there, map[string]float64{"aborted" + master: 1}), missing: "PostgreSQL is not configured in this data source.", want: Critical, evidence: "Which updates are left is not known: PostgreSQL is not configured"},
		"switched off":                   {series: dbWith(there, map[string]float64{"disabled" + master: 1}), rows: left, want: Warning, title: "switched off", evidence: "status 0", advice: "admin API"},
		"switched off with nothing left": {series: dbWith(there, map[string]float64{"disabled" + master: 1}), rows: []pendingUpdate{}, want: OK, evidence: "No background update is left"},
		"running for days":               {series: dbWith(there, map[string]float64{"running" + master: 1, "long" + master: 1}), rows: left, want: Warning, title: "more than a day", advice: "Let them finish"},
		"running":                        {series: dbWith(there, map[string]float64{"running" + master: 1}), rows: left, want: Info, title: "are running", advice: "Nothing is wrong"},
		"just finished":                  {series: dbWith(there, map[string]float64{"running" + master: 1}), rows: []pendingUpdate{}, want: OK},
		"only workers, 1":                {series: there, missing: "PostgreSQL is not configured in this data source.", want: OK},
		"left, nobody runs them":         {series: there, rows: left, want: Info, title: "no scraped process"},
		"only PostgreSQL":                {rows: []pendingUpdate{}, want: OK},
		"no metric, no PostgreSQL":       {missing: "PostgreSQL is not configured in this data source.", want: Unknown, evidence: "synapse_background_update_status"},
	})
}
