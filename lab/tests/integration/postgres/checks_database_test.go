package postgres_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/lab/database"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/tables"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// nothing is a Prometheus without data.
type nothing struct{}

func (nothing) Instant(context.Context, string, time.Time) (model.Vector, []string, error) {
	return nil, nil, nil
}

func (nothing) Range(context.Context, string, time.Time, time.Time, time.Duration) (model.Matrix, []string, error) {
	return nil, nil, nil
}

// ofType runs one query of a type against a database, without Prometheus.
func ofType(t *testing.T, db query.Database, typ query.Type, json string) *data.Frame {
	t.Helper()
	request, err := typ.Decode([]byte(json))
	if err != nil {
		t.Fatal(err)
	}
	options := settings.Settings{DatasourceUID: "uid", ScrapeInterval: 15 * time.Second, QueryTimeout: 25 * time.Second}
	within := query.Align(time.Now().Add(-time.Hour), time.Now(), time.Minute, options.ScrapeInterval)
	frames, err := query.NewRunner(options, nothing{}, db).Run(t.Context(), typ, request, within, query.Asker{})
	if err != nil {
		t.Fatal(err)
	}
	return frames[0]
}

// own makes a homeserver's database that a test may change, and a role with the plugin's rights on it.
func own(t *testing.T, name string) settings.Postgres {
	t.Helper()
	ctx := context.Background()
	if err := server.CreateDatabase(ctx, name); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(ctx, server.DSN(name))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx) //nolint:errcheck // the server goes away with the tests
	if err := database.Fill(ctx, conn, homeserver); err != nil {
		t.Fatal(err)
	}
	if err := database.Role(ctx, conn, name, password); err != nil {
		t.Fatal(err)
	}
	c := config()
	c.Database, c.User = name, name
	return c
}

// found is a check's finding on a subject.
type found struct{ severity, evidence, advice string }

func diagnosed(t *testing.T, db query.Database, check string) map[string]found {
	t.Helper()
	frame := ofType(t, db, diagnosis.Type(), `{"checks": ["`+check+`"]}`)
	all := map[string]found{}
	severity, subject := values[string](t, frame, "severity"), values[string](t, frame, "subject")
	evidence, advice := values[string](t, frame, "evidence"), values[string](t, frame, "advice")
	for i := range severity {
		all[subject[i]] = found{severity[i], evidence[i], advice[i]}
	}
	return all
}

func wantFound(t *testing.T, all map[string]found, subject, severity, evidence string) {
	t.Helper()
	f, there := all[subject]
	if !there || f.severity != severity || !strings.Contains(f.evidence, evidence) {
		t.Errorf("%q is %+v, want %s with %q in %v", subject, f, severity, evidence, all)
	}
}

func TestTables(t *testing.T) {
	since(t, 15) // pg_stat_force_next_flush
	c := own(t, "sizes")
	admin(t, "sizes", `UPDATE state_groups_state SET event_id = event_id; DELETE FROM stream_ordering_to_exterm; SELECT pg_stat_force_next_flush()`)
	frame := ofType(t, client(t, c), tables.Type(), `{}`)
	names, sizes := values[string](t, frame, "table"), values[float64](t, frame, "total_bytes")
	if len(names) != 20 {
		t.Fatalf("%d tables", len(names))
	}
	rows, issues := map[string]int{}, values[string](t, frame, "known_issue")
	for i, name := range names {
		rows[name] = i
		if i > 0 && sizes[i] > sizes[i-1] {
			t.Errorf("%s is larger than the one above it", name)
		}
	}
	i, there := rows["state_groups_state"]
	if !there || !strings.HasSuffix(issues[i], "/3364") {
		t.Fatalf("no state_groups_state with its issue in %v", names)
	}
	if estimate := values[*int64](t, frame, "rows_estimate")[i]; estimate == nil || *estimate < 100 {
		t.Errorf("rows_estimate %v", estimate)
	}
	if parts := values[float64](t, frame, "table_bytes")[i] + values[float64](t, frame, "index_bytes")[i]; parts != sizes[i] {
		t.Errorf("parts %g, whole %g", parts, sizes[i])
	}
	if inserted := values[*int64](t, frame, "inserted_rows")[i]; inserted == nil || *inserted < 100 {
		t.Errorf("inserted_rows %v", inserted)
	}
	if dead := values[*int64](t, frame, "dead_rows")[i]; dead == nil {
		t.Error("dead_rows is empty on a primary")
	}
	for _, n := range values[string](t, frame, "server_name") {
		if n != "example.org" {
			t.Errorf("server_name %q", n)
		}
	}
	if strings.Contains(frame.Meta.ExecutedQueryString, "count(") {
		t.Error("rows are counted")
	}
	frame = ofType(t, client(t, c), tables.Type(), `{"limit": 2}`)
	if frame.Rows() != 2 {
		t.Errorf("%d rows", frame.Rows())
	}
	wantNotice(t, frame, "Only the 2 largest tables are shown")
	if frame := ofType(t, client(t, c), tables.Type(), `{"serverName": "other.org"}`); frame.Rows() != 0 {
		t.Errorf("%d rows of another homeserver", frame.Rows())
	}
}

// TestTablesBehindALock: a table that is being rewritten neither fails the query nor waits for the rewrite.
func TestTablesBehindALock(t *testing.T) {
	c := own(t, "locked")
	conn, err := pgx.Connect(t.Context(), server.DSN("locked"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background()) //nolint:errcheck // the server goes away with the tests
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "LOCK TABLE events IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	frame := ofType(t, client(t, c), tables.Type(), `{}`)
	wantNotice(t, frame, "Another program locks events now")
	for i, name := range values[string](t, frame, "table") {
		if name == "events" && values[float64](t, frame, "total_bytes")[i] <= 0 {
			t.Error("the locked table has no size")
		}
	}
}

func TestHygieneOfAHealthyDatabase(t *testing.T) {
	all := diagnosed(t, client(t, own(t, "healthy")), "postgres-hygiene")
	wantFound(t, all, "", "ok", " tables")
	wantFound(t, all, "", "ok", "pg_read_all_stats")
}

func TestHygieneOfANeglectedDatabase(t *testing.T) {
	c := own(t, "neglected")
	// Large enough to matter, never analysed, and without the setting of Synapse's schema.
	admin(t, "neglected", `ALTER TABLE state_groups_state ALTER COLUMN state_group RESET (n_distinct)`)
	admin(t, "neglected", `ALTER TABLE state_groups_state SET (autovacuum_enabled = off)`)
	admin(t, "neglected", `CREATE TABLE event_search (event_id text, vector text) WITH (autovacuum_enabled = off)`)
	admin(t, "neglected", `INSERT INTO event_search SELECT g::text, repeat(md5(g::text), 30) FROM generate_series(1, 110000) g`)
	admin(t, "neglected", `INSERT INTO state_groups_state SELECT g, '!r:example.org', 'm.room.member', repeat(md5(g::text), 30), 'e' FROM generate_series(1, 110000) g`)
	admin(t, "neglected", `ANALYZE state_groups_state`)
	// After an upgrade: vacuumed, which brings back the number of rows, but never analysed.
	admin(t, "neglected", `ALTER TABLE event_to_state_groups SET (autovacuum_enabled = off); INSERT INTO event_to_state_groups SELECT repeat('x', 200) || g, g FROM generate_series(1, 600000) g`)
	admin(t, "neglected", `DELETE FROM pg_statistic WHERE starelid = 'event_to_state_groups'::regclass`)
	admin(t, "neglected", `VACUUM event_to_state_groups`)
	admin(t, "neglected", `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ev_extrem_room'::regclass`)
	admin(t, "neglected", `GRANT pg_read_all_stats TO neglected`)
	conn, err := pgx.Connect(t.Context(), server.DSN("neglected"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background()) //nolint:errcheck // the server goes away with the tests
	if _, err := conn.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := diagnosed(t, client(t, c), "postgres-hygiene")
	wantFound(t, all, "never analyzed", "warning", "event_search")
	wantFound(t, all, "never analyzed", "warning", "event_to_state_groups")
	wantFound(t, all, "state_groups_state", "warning", "n_distinct")
	wantFound(t, all, "invalid indexes", "warning", "ev_extrem_room on event_forward_extremities")
	if f, there := all["open transactions"]; there {
		t.Errorf("a transaction of a moment ago: %+v", f)
	}
}

func TestConnectionsAndUpdates(t *testing.T) {
	c := own(t, "updating")
	db := client(t, c)
	wantFound(t, diagnosed(t, db, "background-updates"), "", "ok", "")
	admin(t, "updating", `INSERT INTO background_updates (update_name, progress_json, ordering) VALUES ('event_index', '{}', 1)`)
	wantFound(t, diagnosed(t, client(t, c), "background-updates"), "", "info", "event_index")
	wantFound(t, diagnosed(t, db, "database-connections"), "", "unknown", "synapse_threadpool_max_threads")
	wantFound(t, diagnosed(t, db, "table-growth"), "", "ok", "1 GiB")
}
