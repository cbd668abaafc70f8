package checks

import "testing"

func TestDatabaseConnections(t *testing.T) {
	pools := map[string]float64{"pools name=database-master": 120, "threads name=database-master": 70, "each": 10, "many": 12}
	postgres := func(allowed, open, here int64) connections {
		return connections{Allowed: allowed, Reserved: 3, Limit: -1, Open: open, Here: here}
	}
	dbCases(t, databaseConnections, map[string]dbCase{
		"more than there are": {series: pools, rows: postgres(100, 75, 70), want: Warning, evidence: "pools of 12 processes may open 120 connections together, up to 10 each|97 for ordinary users (max_connections 100, 3 reserved)|75 are open now",
			advice: "harmless as long as|lower database.args.cp_max|Raising PostgreSQL's max_connections"},
		"enough":                     {series: pools, rows: postgres(200, 75, 70), want: OK},
		"nearly out":                 {series: pools, rows: postgres(200, 195, 70), want: Critical, title: "nearly out", advice: "See who holds them"},
		"behind a pooler":            {series: pools, rows: postgres(50, 22, 20), want: OK, evidence: "a pooler seems to stand between"},
		"limit of the database":      {series: pools, rows: connections{Allowed: 500, Reserved: 3, Limit: 80, Open: 60, Here: 55}, want: Warning, evidence: "80 for ordinary users"},
		"several databases":          {series: dbWith(pools, map[string]float64{"pools name=database-state": 120}), rows: postgres(200, 75, 70), want: Info, evidence: "several databases"},
		"a replica with too few":     {series: pools, rows: connections{Allowed: 100, Reserved: 3, Limit: -1, Replica: true}, want: Unknown, evidence: "120 connections|a replica, which has 97|a pooler"},
		"a replica with enough":      {series: pools, rows: connections{Allowed: 300, Reserved: 3, Limit: -1, Replica: true}, want: Unknown, evidence: "The primary may have fewer"},
		"PostgreSQL not configured":  {series: pools, missing: "PostgreSQL is not configured in this data source.", want: Unknown, evidence: "may open 120 connections|PostgreSQL is not configured"},
		"no metric":                  {rows: postgres(100, 1, 1), want: Unknown, evidence: "synapse_threadpool_max_threads"},
		"a home with one process":    {series: map[string]float64{"pools name=database-master": 5, "threads name=database-master": 5, "each": 5, "many": 1}, rows: postgres(100, 6, 5), want: OK},
		"threads without connection": {series: map[string]float64{"pools name=database-master": 120, "threads name=database-master": 60, "each": 10, "many": 12}, rows: postgres(100, 40, 35), want: Warning},
	})
}
