package standby_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// measured are the measurements of a homeserver behind a pooler, for the checks that read PostgreSQL besides.
var measured = map[string]float64{
	"pools": 200, "threads": 150, "each": 10, "processes": 20, // connections
	"waits": 5000, "share": 0.06, "used": 0.97, "size": 10, "busy": 0.3, "uptime": 1e5, // of one pool
	"oldest": 900, "lowest": 900, "waiting": 4, "pdus": 1, // incoming events
	"there": 1, "running": 1, // background updates
}

// answers are what Prometheus answers to a check's measurements.
func answers(check checks.Check) map[*checks.Measurement]model.Vector {
	all := map[*checks.Measurement]model.Vector{}
	for _, m := range check.Measures {
		if value, there := measured[m.Name]; there {
			all[m] = model.Vector{{Metric: model.Metric{"server_name": "example.org", "job": "synapse", "index": "1"}, Value: model.SampleValue(value)}}
		}
	}
	return all
}

// findings is what a check says of a database.
func findings(t *testing.T, db query.Database, check checks.Check, now time.Time) []checks.Finding {
	t.Helper()
	in := checks.NewInput("example.org", now, checks.Scope{Identity: process.NewIdentity("job", "index")}, options, check, answers(check))
	err := db.Read(t.Context(), 0, func(ctx context.Context, tx query.Tx) (err error) {
		in.Rows, err = check.Read(ctx, tx, checks.ReadInput{Now: now, Settings: options, Memory: query.NewMemory()})
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", check.ID, err)
	}
	return check.Judge(in)
}

// identity is all that must not differ between a finding of the primary and one of its standby. Where nothing is wrong,
// the evidence may.
func identity(f checks.Finding) string {
	if f.Severity <= checks.OK {
		return fmt.Sprintf("%s %q", f.Severity, f.Subject.Key())
	}
	return fmt.Sprintf("%s %q: %s. %s %s", f.Severity, f.Subject.Key(), f.Title, f.Evidence, strings.Join(f.Steps, " "))
}

// compare holds every check that reads PostgreSQL to this: on the standby it finds what it finds on the primary, and
// where it finds less it says that it can't know.
func compare(t *testing.T) (onPrimary, onStandby map[string][]checks.Finding) {
	t.Helper()
	first, second := both(t)
	onPrimary, onStandby = map[string][]checks.Finding{}, map[string][]checks.Finding{}
	now := time.Now()
	for _, check := range checks.All {
		if check.Read == nil {
			continue
		}
		want, got := findings(t, first, check, now), findings(t, second, check, now)
		onPrimary[check.ID], onStandby[check.ID] = want, got
		if check.ID == "database-pool" { // the steps are the same, but for the last one: how many connections PostgreSQL has left
			last := len(want[0].Steps) - 1
			if len(got[0].Steps) != last+1 || got[0].Steps[last] == want[0].Steps[last] {
				t.Fatalf("%s knows on the standby how many connections the primary has: %q, %q", check.ID, want[0].Steps, got[0].Steps)
			}
			want[0].Steps, got[0].Steps = want[0].Steps[:last], got[0].Steps[:last]
		}
		compareOne(t, check.ID, want, got)
	}
	return onPrimary, onStandby
}

func compareOne(t *testing.T, check string, want, got []checks.Finding) {
	t.Helper()
	missing, blind := map[string]bool{}, false
	for _, f := range want {
		missing[identity(f)] = true
	}
	for _, f := range got {
		switch {
		case missing[identity(f)]:
			delete(missing, identity(f))
		case f.Severity == checks.Unknown && strings.Contains(f.Evidence, "replica"):
			blind = true
		default:
			t.Errorf("%s: only the standby finds %s", check, identity(f))
		}
	}
	for f := range missing {
		if !blind {
			t.Errorf("%s: the standby neither finds %s nor says that it can't know", check, f)
		}
	}
}

func subject(found []checks.Finding, name string) checks.Finding {
	for _, f := range found {
		if f.Subject.Key() == name {
			return f
		}
	}
	return checks.Finding{Severity: checks.Unknown}
}

func TestChecksOfAHealthyDatabase(t *testing.T) { compare(t) }

// TestChecksOfANeglectedDatabase: what the catalogue shows is found on both; what only the primary knows of itself is
// not taken for fine.
func TestChecksOfANeglectedDatabase(t *testing.T) {
	both(t)
	admin(t, primary,
		`CREATE TABLE never_analysed (filler text)`,
		`ALTER TABLE never_analysed ALTER COLUMN filler SET STORAGE PLAIN`,
		`INSERT INTO never_analysed SELECT repeat('x', 8000) FROM generate_series(1, 13500)`,
		`ALTER TABLE state_groups_state ALTER COLUMN state_group RESET (n_distinct)`,
		`UPDATE pg_class SET relpages = 100000 WHERE oid = 'state_groups_state'::regclass`,
		`INSERT INTO background_updates (update_name, progress_json, ordering) VALUES ('event_index', '{}', 1)`,
		`GRANT pg_read_all_stats TO `+role,
		`ALTER SYSTEM SET autovacuum = off`, `SELECT pg_reload_conf()`)
	admin(t, standby, `SELECT pg_create_physical_replication_slot('further', true)`) // for a standby of the standby
	t.Cleanup(func() {
		admin(t, standby, `SELECT pg_drop_replication_slot('further')`)
		admin(t, primary, `REVOKE pg_read_all_stats FROM `+role, `DROP TABLE never_analysed`, `DELETE FROM background_updates`, `ALTER TABLE state_groups_state ALTER COLUMN state_group SET (n_distinct = -0.02)`,
			`ANALYZE state_groups_state`, `ALTER SYSTEM RESET autovacuum`, `SELECT pg_reload_conf()`)
	})
	wait(t, primary, `SELECT NOT current_setting('autovacuum')::boolean`)
	onPrimary, _ := compare(t)
	hygiene := onPrimary["postgres-hygiene"]
	for _, name := range []string{"never analyzed", "state_groups_state", "autovacuum"} {
		if f := subject(hygiene, name); f.Severity != checks.Warning {
			t.Errorf("%s on the primary: %+v", name, f)
		}
	}
}
