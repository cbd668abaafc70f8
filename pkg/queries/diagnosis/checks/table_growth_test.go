package checks

import (
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/tablestats"
)

func TestTableGrowth(t *testing.T) {
	n := func(v int64) *int64 { return &v }
	since := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	with := func(month *int64, replica bool, whole int64, tables ...tablestats.Table) any {
		return growingTables{Database: tablestats.Database{Tables: tables, Bytes: whole, Replica: replica, Since: &since}, monthOfEvents: month}
	}
	exterm := func(size, rows int64) tablestats.Table {
		return tablestats.Table{Name: extremitiesTable, TableBytes: size, Rows: n(rows), Live: n(rows), Dead: n(0), Inserted: n(2 * rows), Deleted: n(rows)}
	}
	events := tablestats.Table{Name: "events", TableBytes: 8 << 30, Rows: n(6e6), Live: n(6e6), Dead: n(1e5)}
	dead := tablestats.Table{Name: "event_push_actions", TableBytes: 8 << 30, Rows: n(6e6), Live: n(6e6), Dead: n(4e6), LastAutovacuum: &since}
	dbCases(t, tableGrowth, map[string]dbCase{
		"takes the database": {rows: with(n(1e6), false, 200<<30, exterm(150<<30, 900e6)), want: Critical, subject: extremitiesTable, free: []string{"extremities"}, title: "takes most of the database",
			evidence: "150.0 GiB, 75 % of the database (200.0 GiB)|1800 million rows were written and 900 million deleted since 2026-01-01|900 rows per event of the last 30 days", advice: "one row per forward extremity|forwardExtremities|Don't delete rows by hand"},
		"rows per event":               {rows: with(n(1e6), false, 200<<30, exterm(20<<30, 90e6)), want: Warning, subject: extremitiesTable, free: []string{"extremities"}, evidence: "90 rows per event"},
		"as large as its events":       {rows: with(n(10e6), false, 200<<30, exterm(2<<30, 12e6)), want: OK},
		"events of the month unknown":  {rows: with(nil, false, 200<<30, exterm(20<<30, 90e6)), want: OK},
		"dead rows":                    {rows: with(nil, false, 200<<30, dead), want: Warning, subject: "event_push_actions", free: []string{"postgres-hygiene"}, evidence: "40 % of its rows are dead (4 million)|last vacuum was on 2026-01-01", advice: "what holds vacuum up|let vacuum run|VACUUM FULL|free disk"},
		"few dead rows":                {rows: with(nil, false, 200<<30, events), want: OK, evidence: "200.0 GiB, 1 of its tables 1 GiB or more; the largest is events"},
		"state takes the database":     {rows: with(nil, false, 50<<30, tablestats.Table{Name: stateTable, TableBytes: 30 << 30}), want: Info, subject: stateTable, evidence: "60 % of the database", advice: "normally the largest table|compress-state|free disk|backup first|admin API"},
		"a small one":                  {rows: with(n(10), false, 1<<30, exterm(900<<20, 9e6)), want: OK, evidence: "too little to judge"},
		"a replica":                    {rows: with(nil, true, 200<<30, tablestats.Table{Name: "events", TableBytes: 8 << 30}), count: 2, want: OK, evidence: "1 of its tables 1 GiB or more"},
		"a replica, but plain by size": {rows: with(nil, true, 100<<30, tablestats.Table{Name: "push_rules_stream", TableBytes: 80 << 30}), count: 2, want: Critical, subject: "push_rules_stream"},
		"not configured":               {missing: "PostgreSQL is not configured in this data source.", want: Unknown, evidence: "Only PostgreSQL can tell"},
	})
}
