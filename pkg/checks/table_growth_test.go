package checks

import (
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/tables"
)

func TestTableGrowth(t *testing.T) {
	n := func(v int64) *int64 { return &v }
	since := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	with := func(month *int64, replica bool, whole int64, all ...tables.Table) any {
		return growingTables{Database: tables.Database{Tables: all, Bytes: whole, Replica: replica, Since: &since}, monthOfEvents: month}
	}
	exterm := func(size, rows int64) tables.Table {
		return tables.Table{Name: tables.ExtremitiesTable, TableBytes: size, Rows: n(rows), Live: n(rows), Dead: n(0), Inserted: n(2 * rows), Deleted: n(rows)}
	}
	events := tables.Table{Name: "events", TableBytes: 8 << 30, Rows: n(6e6), Live: n(6e6), Dead: n(1e5)}
	dead := tables.Table{Name: "event_push_actions", TableBytes: 8 << 30, Rows: n(6e6), Live: n(6e6), Dead: n(4e6), LastAutovacuum: &since}
	knownAndDead := tables.Table{Name: "push_rules_stream", TableBytes: 8 << 30, Rows: n(6e6), Live: n(6e6), Dead: n(4e6)}
	half := tables.Table{Name: "push_rules_stream", TableBytes: 50 << 30}
	just := tables.Table{Name: "push_rules_stream", TableBytes: 50<<30 - 1, Inserted: n(5e6), Deleted: n(1e6)}
	// grew is a table of this size that had less an hour ago.
	grew := func(name string, size, by int64, after time.Duration) any {
		g := with(nil, false, 200<<30, tables.Table{Name: name, TableBytes: size}).(growingTables)
		g.at, g.earlier = noon, []sizesRead{{noon.Add(-after), map[string]int64{name: size - by}}}
		return g
	}
	judgeCases(t, tableGrowth, map[string]judged{
		"takes the database":           {rows: with(n(1e6), false, 200<<30, exterm(150<<30, 900e6)), want: Critical, subject: tables.ExtremitiesTable, value: 0.75, free: []string{"extremities"}},
		"rows per event":               {rows: with(n(1e6), false, 200<<30, exterm(20<<30, 90e6)), want: Warning, subject: tables.ExtremitiesTable, value: 90, unit: "none", free: []string{"extremities"}},
		"as large as its events":       {rows: with(n(10e6), false, 200<<30, exterm(2<<30, 12e6)), want: OK},
		"events of the month unknown":  {rows: with(nil, false, 200<<30, exterm(20<<30, 90e6)), want: OK},
		"dead rows":                    {rows: with(nil, false, 200<<30, dead), want: Warning, subject: "event_push_actions", value: 0.4, free: []string{"postgres-hygiene"}},
		"known and dead rows":          {rows: with(nil, false, 200<<30, knownAndDead), want: Warning, subject: "push_rules_stream", value: 0.4, free: []string{"postgres-hygiene"}},
		"few dead rows":                {rows: with(nil, false, 200<<30, events), want: OK},
		"half of the database":         {rows: with(nil, false, 100<<30, half), want: Critical, subject: "push_rules_stream", value: 0.5},
		"less than half of it":         {rows: with(nil, false, 100<<30, just), want: OK},
		"states take the database":     {rows: with(nil, false, 50<<30, tables.Table{Name: tables.StateTable, TableBytes: 30 << 30, Inserted: n(5e6), Deleted: n(1e6)}), want: Info, subject: tables.StateTable, value: 0.6},
		"a small one":                  {rows: with(n(10), false, 1<<30, exterm(900<<20, 9e6)), want: OK},
		"a replica":                    {rows: with(nil, true, 200<<30, tables.Table{Name: "events", TableBytes: 8 << 30}), count: 2, want: OK},
		"a replica, but plain by size": {rows: with(nil, true, 100<<30, tables.Table{Name: "push_rules_stream", TableBytes: 80 << 30}), count: 2, want: Critical, subject: "push_rules_stream"},
		"grows fast":                   {rows: grew("device_inbox", 12<<30, 1<<30, time.Hour), want: Warning, subject: "device_inbox", value: 1. / 12, unit: "percentunit"},
		"grows by a job":               {rows: grew(tables.StateTable, 40<<30, 3<<30, 3*time.Hour), series: map[string]float64{"cost desc=purge_unreferenced_state_groups": 0.9, "cost desc=persist_events": 0.1}, want: Warning, subject: tables.StateTable, value: 0.025, unit: "percentunit"},
		"grows as it should":           {rows: grew("events", 100<<30, 300<<20, time.Hour), want: OK},
		"a small one grows":            {rows: grew("events", 2<<30, 50<<20, time.Hour), want: OK},
		"read minutes ago":             {rows: grew("device_inbox", 12<<30, 1<<30, 5*time.Minute), want: OK},
		"became smaller":               {rows: grew("device_inbox", 12<<30, -1<<30, time.Hour), want: OK},
		"what fills it is not known":   {rows: grew("something_new", 12<<30, 1<<30, time.Hour), want: Warning, subject: "something_new", value: 1. / 12, unit: "percentunit"},
		"not configured":               {missing: "PostgreSQL is not configured in this data source.", want: Unknown},
	})
}

// Reads are kept ten minutes apart, for some hours.
func TestReadsOfSizesAreKept(t *testing.T) {
	var kept []sizesRead
	for minute := range 600 {
		kept = remember(kept, noon.Add(time.Duration(minute)*time.Minute), []tables.Table{{Name: "events", TableBytes: int64(minute)}})
	}
	if first, last := kept[0].bytes["events"], kept[len(kept)-1].bytes["events"]; len(kept) > 37 || first < 230 || last != 590 {
		t.Errorf("%d reads, from %d to %d", len(kept), first, last)
	}
	if p, known := paceOf(kept, noon.Add(10*time.Hour), tables.Table{Name: "events", TableBytes: 600}); !known || p.bytes != 600-kept[0].bytes["events"] {
		t.Errorf("%+v, %t", p, known)
	}
}
