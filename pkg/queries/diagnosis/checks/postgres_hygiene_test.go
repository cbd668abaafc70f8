package checks

import (
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/tablestats"
)

func TestPostgresHygiene(t *testing.T) {
	rows := func(n int64) *int64 { return &n }
	distinct := stateDistinct
	fine := hygiene{
		tables: tablestats.Database{Bytes: 60 << 30, Tables: []tablestats.Table{
			{Name: "state_groups_state", TableBytes: 30 << 30, IndexBytes: 10 << 30, Rows: rows(160e6), Changed: rows(1e6)},
			{Name: "events", TableBytes: 8 << 30, Rows: rows(6e6), Changed: rows(1e5)},
		}},
		facts:    hygieneFacts{Version: 150000, AllStats: true, Autovacuum: true, Age: 150e6, StateBytes: 30 << 30, Distinct: &distinct},
		sessions: &openSessions{},
	}
	but := func(change func(*hygiene)) any {
		h := fine
		h.tables.Tables = append([]tablestats.Table{}, fine.tables.Tables...)
		change(&h)
		return h
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
	dbCases(t, postgresHygiene, map[string]dbCase{
		"well kept":          {rows: fine, want: OK, evidence: "2 tables are analysed|oldest transaction is 150 million transactions ago"},
		"without rights":     {rows: but(func(h *hygiene) { h.sessions = nil }), want: OK, evidence: "Open transactions of others are not visible: GRANT pg_read_all_stats"},
		"a replica":          {rows: onReplica(func(*hygiene) {}), count: 2, want: OK, evidence: "2 tables are analysed", not: "GRANT"},
		"found on a replica": {rows: onReplica(func(h *hygiene) { h.facts.Distinct = nil }), count: 2, want: Warning, subject: "state_groups_state"},
		"after pg_upgrade":   {rows: but(func(h *hygiene) { h.tables.Tables[0].Rows = nil }), want: Critical, subject: "never analysed", evidence: "100 MiB or more that were never analysed|1 (state_groups_state)|30.0 GiB", advice: "upgrade of PostgreSQL|--analyze-in-stages|harmless"},
		"a smaller one":      {rows: but(func(h *hygiene) { h.tables.Tables[1].Rows, h.tables.Tables[1].TableBytes = nil, 300<<20 }), want: Warning, subject: "never analysed"},
		"a small one":        {rows: but(func(h *hygiene) { h.tables.Tables[1].Rows, h.tables.Tables[1].TableBytes = nil, 3<<20 }), want: OK},
		"being rewritten":    {rows: but(func(h *hygiene) { h.tables.Tables[0].Rows, h.tables.Tables[0].Locked = nil, true }), want: OK},
		"stale":              {rows: but(func(h *hygiene) { h.tables.Tables[1].Changed = rows(4e6) }), want: Warning, subject: "stale statistics", evidence: "at least half of the rows|1 (events)"},
		"n_distinct lost":    {rows: but(func(h *hygiene) { h.facts.Distinct = nil }), want: Warning, subject: "state_groups_state", evidence: "30.0 GiB|sets it to -0.02", advice: "far too low|as Synapse's schema does"},
		"state elsewhere":    {rows: but(func(h *hygiene) { h.facts.Distinct, h.facts.StateBytes = nil, 0 }), want: OK},
		"invalid index":      {rows: but(func(h *hygiene) { h.indexes = []invalidIndex{{"events_ts", "events"}} }), want: Warning, subject: "invalid indexes", evidence: "Invalid indexes: 1 (events_ts on events)", advice: "background update|leave it alone|reindexdb --concurrently"},
		"index being built":  {rows: but(func(h *hygiene) { h.indexes, h.building = []invalidIndex{{"events_ts", "events"}}, 1 }), want: Info, subject: "invalid indexes", title: "being built"},
		"forgotten session":  {rows: but(func(h *hygiene) { h.sessions = &openSessions{Idle: 1, Longest: 7300} }), want: Critical, subject: "open transactions", evidence: "10 minutes or more: 1;|2 hours ago", advice: "See whose it is"},
		"idle session":       {rows: but(func(h *hygiene) { h.sessions = &openSessions{Idle: 2, Longest: 900} }), want: Warning, subject: "open transactions", evidence: "15 minutes"},
		"a backup":           {rows: but(func(h *hygiene) { h.sessions = &openSessions{Statement: 8 * 3600} }), want: Info, subject: "open transactions", title: "A statement", evidence: "8 hours ago"},
		"idle on a replica that holds up its primary": {rows: onReplica(func(h *hygiene) { h.sessions, h.facts.Feedback = &openSessions{Idle: 1, Longest: 7300}, true }), count: 2,
			want: Info, subject: "open transactions", evidence: "on the replica, where hot_standby_feedback is on"},
		"idle on a replica that does not": {rows: onReplica(func(h *hygiene) { h.sessions = &openSessions{Idle: 1, Longest: 7300} }), count: 2, want: OK},
		"invalid or being built, on a replica": {rows: onReplica(func(h *hygiene) { h.indexes = []invalidIndex{{"events_ts", "events"}} }), count: 2,
			want: Unknown, subject: "invalid indexes", evidence: "1 (events_ts on events)|replica|on the primary"},
		"old transactions":   {rows: but(func(h *hygiene) { h.facts.Age = 700e6 }), want: Warning, subject: "transaction age", evidence: "700 million transactions ago"},
		"wraparound is near": {rows: but(func(h *hygiene) { h.facts.Age = 1600e6 }), want: Critical, subject: "transaction age", title: "stop all writes", advice: "what holds vacuum up|Don't stop autovacuum"},
		"prepared":           {rows: but(func(h *hygiene) { h.facts.Prepared = 1 }), want: Warning, subject: "prepared transactions"},
		"unused slot":        {rows: but(func(h *hygiene) { h.facts.Slots, h.facts.SlotBytes = 1, 40<<30 }), want: Warning, subject: "replication slots", evidence: "40.0 GiB"},
		"no autovacuum":      {rows: but(func(h *hygiene) { h.facts.Autovacuum = false }), want: Warning, subject: "autovacuum"},
		"not configured":     {missing: "PostgreSQL is not configured in this data source.", want: Unknown, evidence: "Only PostgreSQL can tell: PostgreSQL is not configured"},
	})
}

// TestUnseenOnAReplica: what only the primary knows is unknown, whatever else was found.
func TestUnseenOnAReplica(t *testing.T) {
	replica := growingTables{Database: tablestats.Database{Replica: true, Bytes: 100 << 30}}
	large := replica
	large.Tables = []tablestats.Table{{Name: "push_rules_stream", TableBytes: 80 << 30}}
	for _, c := range []struct {
		check  Check
		rows   any
		unseen string
	}{
		{postgresHygiene, hygiene{facts: hygieneFacts{Replica: true}}, "primary"},
		{postgresHygiene, hygiene{facts: hygieneFacts{Replica: true, Age: 700e6}}, "primary"},
		{tableGrowth, replica, "dead rows"},
		{tableGrowth, large, "dead rows"},
	} {
		found := c.check.Judge(dbInput(c.check, dbCase{rows: c.rows}))
		if last := found[len(found)-1]; len(found) != 2 || last.Severity != Unknown || last.Subject.Name != c.unseen || !strings.Contains(last.Evidence, "PostgreSQL is a replica") {
			t.Errorf("%s: %+v", c.check.ID, found)
		}
	}
}
