package checks

import (
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/tables"
)

func TestPostgresHygiene(t *testing.T) {
	rows := func(n int64) *int64 { return &n }
	distinct := stateDistinct
	fine := hygiene{
		tables: tables.Database{Bytes: 60 << 30, Tables: []tables.Table{
			{Name: "state_groups_state", TableBytes: 30 << 30, IndexBytes: 10 << 30, Rows: rows(160e6), Changed: rows(1e6)},
			{Name: "events", TableBytes: 8 << 30, Rows: rows(6e6), Changed: rows(1e5)},
		}},
		facts: hygieneFacts{Version: 150000, AllStats: true, Autovacuum: true, Age: 150e6, FreezeAge: 400e6, StateBytes: 30 << 30, Distinct: &distinct},
	}
	but := func(change func(*hygiene)) any {
		h := fine
		h.tables.Tables = append([]tables.Table{}, fine.tables.Tables...)
		change(&h)
		return h
	}
	open := func(sessions ...openSession) any {
		return but(func(h *hygiene) { h.sessions = sessions })
	}
	onReplica := func(change func(*hygiene)) any {
		return but(func(h *hygiene) {
			h.facts.Replica, h.sessions = true, nil
			for i := range h.tables.Tables {
				h.tables.Tables[i].Changed = nil
			}
			change(h)
		})
	}
	forgotten := []openSession{{4711, "psql", true, 7300}}
	judgeCases(t, postgresHygiene, map[string]judged{
		"well kept":            {rows: fine, want: OK},
		"without rights":       {rows: but(func(h *hygiene) { h.facts.AllStats = false }), want: OK},
		"a replica":            {rows: onReplica(func(*hygiene) {}), count: 2, want: OK},
		"found on a replica":   {rows: onReplica(func(h *hygiene) { h.facts.Distinct = nil }), count: 2, want: Warning, subject: "state_groups_state"},
		"after pg_upgrade":     {rows: but(func(h *hygiene) { h.tables.Tables[0].Rows = nil }), want: Critical, subject: "never analyzed", value: 1},
		"a smaller one":        {rows: but(func(h *hygiene) { h.tables.Tables[1].Rows, h.tables.Tables[1].TableBytes = nil, 300<<20 }), want: Warning, subject: "never analyzed"},
		"a small one":          {rows: but(func(h *hygiene) { h.tables.Tables[1].Rows, h.tables.Tables[1].TableBytes = nil, 3<<20 }), want: OK},
		"being rewritten":      {rows: but(func(h *hygiene) { h.tables.Tables[0].Rows, h.tables.Tables[0].Locked = nil, true }), want: OK},
		"stale":                {rows: but(func(h *hygiene) { h.tables.Tables[1].Changed = rows(4e6) }), want: Warning, subject: "stale statistics"},
		"n_distinct lost":      {rows: but(func(h *hygiene) { h.facts.Distinct = nil }), want: Warning, subject: "state_groups_state"},
		"state elsewhere":      {rows: but(func(h *hygiene) { h.facts.Distinct, h.facts.StateBytes = nil, 0 }), want: OK},
		"invalid index":        {rows: but(func(h *hygiene) { h.indexes = []invalidIndex{{"events_ts", "events"}} }), want: Warning, subject: "invalid indexes"},
		"index being built":    {rows: but(func(h *hygiene) { h.indexes, h.building = []invalidIndex{{"events_ts", "events"}}, 1 }), want: Info, subject: "invalid indexes"},
		"forgotten session":    {rows: open(forgotten...), want: Critical, subject: "open transactions", value: 1},
		"idle sessions":        {rows: open(openSession{4711, "psql", true, 900}, openSession{4712, "script", true, 700}), want: Warning, subject: "open transactions", value: 2},
		"a parallel pg_dump":   {rows: open(openSession{4711, "pg_dump", true, 7300}), want: Info, subject: "open transactions"},
		"pg_dump and a psql":   {rows: open(openSession{4711, "pg_dump", true, 7300}, openSession{4712, "psql", true, 900}), want: Warning, subject: "open transactions", value: 1},
		"a long statement":     {rows: open(openSession{4711, "report", false, 8 * 3600}), want: Info, subject: "open transactions"},
		"a long pg_dump":       {rows: open(openSession{4711, "pg_dump", false, 8 * 3600}), want: Info, subject: "open transactions"},
		"idle on its replica":  {rows: onReplica(func(h *hygiene) { h.sessions, h.facts.Feedback = forgotten, true }), count: 2, want: Info, subject: "open transactions"},
		"idle on another one":  {rows: onReplica(func(h *hygiene) { h.sessions = forgotten }), count: 2, want: OK},
		"invalid on a replica": {rows: onReplica(func(h *hygiene) { h.indexes = []invalidIndex{{"events_ts", "events"}} }), count: 2, want: Unknown, subject: "invalid indexes"},
		"old transactions":     {rows: but(func(h *hygiene) { h.facts.Age = 700e6 }), want: Warning, subject: "transaction age", value: 700e6},
		"a high freeze age":    {rows: but(func(h *hygiene) { h.facts.Age, h.facts.FreezeAge = 1050e6, 1000e6 }), want: OK},
		"beyond it":            {rows: but(func(h *hygiene) { h.facts.Age, h.facts.FreezeAge = 1100e6, 1000e6 }), want: Warning, subject: "transaction age"},
		"wraparound is near":   {rows: but(func(h *hygiene) { h.facts.Age, h.facts.FreezeAge = 1500e6, 2000e6 }), want: Critical, subject: "transaction age"},
		"prepared":             {rows: but(func(h *hygiene) { h.facts.Prepared = 1 }), want: Warning, subject: "prepared transactions"},
		"unused slot":          {rows: but(func(h *hygiene) { h.facts.Slots, h.facts.SlotBytes = 1, 40<<30 }), want: Warning, subject: "replication slots"},
		"no autovacuum":        {rows: but(func(h *hygiene) { h.facts.Autovacuum = false }), want: Warning, subject: "autovacuum"},
		"does not finish":      {missing: "PostgreSQL stopped the statement: it took longer than the limit of 10 s.", late: true, want: Warning, subject: "this data source"},
		"not configured":       {missing: "PostgreSQL is not configured in this data source.", want: Unknown},
	})
}

// What only the primary knows is unknown, whatever else was found.
func TestUnknownOnAReplica(t *testing.T) {
	replica := growingTables{Database: tables.Database{Replica: true, Bytes: 100 << 30}}
	large := replica
	large.Tables = []tables.Table{{Name: "push_rules_stream", TableBytes: 80 << 30}}
	for _, c := range []struct {
		check   Check
		rows    any
		unknown string
	}{
		{postgresHygiene, hygiene{facts: hygieneFacts{Replica: true}}, "primary"},
		{postgresHygiene, hygiene{facts: hygieneFacts{Replica: true, Age: 700e6}}, "primary"},
		{tableGrowth, replica, "dead rows"},
		{tableGrowth, large, "dead rows"},
	} {
		found := c.check.Judge(judged{rows: c.rows}.input(t, c.check))
		if last := found[len(found)-1]; len(found) != 2 || last.Severity != Unknown || last.Subject.Name != c.unknown || !strings.Contains(last.Evidence, "PostgreSQL is a replica") {
			t.Errorf("%s: %+v", c.check.ID, found)
		}
	}
}
