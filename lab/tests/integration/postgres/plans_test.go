package postgres_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/lab/database"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/postgres"
)

// large is a homeserver's size, from which PostgreSQL prefers an index wherever one helps.
const large = `SET session_replication_role = replica;
INSERT INTO rooms (room_id, room_version) SELECT '!r' || n || ':a', '10' FROM generate_series(1, 40000) n;
INSERT INTO room_stats_state (room_id, name) SELECT room_id, 'Room' FROM rooms WHERE room_id LIKE '!r%:a';
INSERT INTO room_stats_current (room_id, current_state_events, joined_members, invited_members, left_members, banned_members, local_users_in_room, completed_delta_stream_id)
  SELECT room_id, 10, 5, 0, 0, 0, 2, 1 FROM rooms WHERE room_id LIKE '!r%:a';
INSERT INTO events (topological_ordering, event_id, type, room_id, processed, outlier, depth, origin_server_ts, received_ts, sender, stream_ordering)
  SELECT n, '$large-' || n, 'm.room.message', '!r' || 1 + n % 40000 || ':a', true, false, n, extract(epoch FROM now()) * 1000 - n * 1000, extract(epoch FROM now()) * 1000 - n * 1000, '@u:a', 1e9 + n
  FROM generate_series(1, 300000) n;
INSERT INTO event_forward_extremities (event_id, room_id) SELECT event_id, room_id FROM events WHERE event_id LIKE '$large-%';
INSERT INTO local_current_membership (room_id, user_id, event_id, membership) SELECT '!r' || n % 40000 || ':a', '@u' || n || ':example.org', '$large-' || n, 'join' FROM generate_series(1, 100000) n;
INSERT INTO destinations (destination, retry_last_ts, retry_interval, failure_ts, last_successful_stream_ordering)
  SELECT 'd' || n || '.example', 0, 0, CASE WHEN n % 3 = 0 THEN extract(epoch FROM now()) * 1000 - n * 1000 END, 1e9 + n FROM generate_series(1, 30000) n;
INSERT INTO destination_rooms (destination, room_id, stream_ordering) SELECT 'd' || 1 + n % 30000 || '.example', '!r' || n / 10 || ':a', 1e9 + n FROM generate_series(1, 300000) n;
VACUUM ANALYZE`

// wholly are the large tables that a statement of ours may read from one end to the other, and why.
var wholly = map[string]string{
	"destinations": "a row for each homeserver ever met: some ten thousand, counted in milliseconds",
}

// planned keeps the plan of each statement, with the values that it was asked with.
type planned struct {
	query.Database
	t     *testing.T
	plans map[string]any
}

func (p *planned) Read(ctx context.Context, limit time.Duration, fn func(context.Context, query.Tx) error) error {
	return p.Database.Read(ctx, limit, func(ctx context.Context, tx query.Tx) error { return fn(ctx, plannedTx{tx, p}) })
}

type plannedTx struct {
	query.Tx
	p *planned
}

func (t plannedTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if rows, err := t.Tx.Query(ctx, "EXPLAIN (FORMAT JSON) "+sql, args...); err != nil {
		t.p.t.Errorf("%v: %s", err, sql)
	} else if text, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[string]); err != nil {
		t.p.t.Errorf("%v: %s", err, sql)
	} else {
		var plan any
		if err := json.Unmarshal([]byte(text), &plan); err != nil {
			t.p.t.Fatal(err)
		}
		t.p.plans[sql] = plan
	}
	return t.Tx.Query(ctx, sql, args...)
}

// TestPlansOnLargeTables: no statement reads a large table from one end to the other, but where that is declared.
func TestPlansOnLargeTables(t *testing.T) {
	const db = "large"
	if err := server.CreateDatabase(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), server.DSN(db))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // the server goes away with the tests
	if err := database.Fill(t.Context(), conn, homeserver); err != nil {
		t.Fatal(err)
	}
	for statement := range strings.SplitSeq(large+";\n"+postgres.RoleSQL("planner", db), ";\n") {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	c := config()
	c.Database, c.User = db, "planner"
	p := &planned{Database: client(t, c), t: t, plans: map[string]any{}}
	askEverything(t, p)
	if len(p.plans) < 12 {
		t.Errorf("only %d statements were planned", len(p.plans))
	}
	for sql, plan := range p.plans {
		for _, table := range scanned(plan) {
			if rows := count(t, conn, table); rows >= 20_000 && wholly[table] == "" {
				t.Errorf("reads all %d rows of %s: %s", rows, table, sql)
			}
		}
	}
}

// scanned are the tables that a plan reads sequentially, once each.
func scanned(plan any) (tables []string) {
	switch node := plan.(type) {
	case []any:
		for _, one := range node {
			tables = append(tables, scanned(one)...)
		}
	case map[string]any:
		if node["Node Type"] == "Seq Scan" {
			tables = append(tables, fmt.Sprint(node["Relation Name"]))
		}
		for _, one := range node {
			tables = append(tables, scanned(one)...)
		}
	}
	slices.Sort(tables)
	return slices.Compact(tables)
}

func count(t *testing.T, conn *pgx.Conn, table string) (rows int64) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), `SELECT reltuples::bigint FROM pg_class WHERE oid = $1::regclass`, table).Scan(&rows); err != nil {
		t.Fatal(err)
	}
	return rows
}
