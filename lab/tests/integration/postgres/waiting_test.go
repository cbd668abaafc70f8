package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/lab/database"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/postgres"
)

// disturbed is a database in which an upgrade of Synapse wants to change the table while a step of the count reads it.
type disturbed struct {
	query.Database
	t       *testing.T
	watcher *pgx.Conn // sees the locks
	upgrade func() error
	steps   int
	done    chan error
}

func (d *disturbed) Read(ctx context.Context, limit time.Duration, fn func(context.Context, query.Tx) error) error {
	if d.steps++; d.steps > 2 {
		d.wantNothingHeld()
	}
	return d.Database.Read(ctx, limit, func(ctx context.Context, tx query.Tx) error {
		err := fn(ctx, tx)
		if d.steps == 2 {
			go func() { d.done <- d.upgrade() }()
			for d.count(`SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'event_forward_extremities'::regclass`) == 0 {
				time.Sleep(10 * time.Millisecond)
			}
		}
		return err
	})
}

// wantNothingHeld looks between two steps: the upgrade has gone on, and neither a lock nor a snapshot of ours is left.
func (d *disturbed) wantNothingHeld() {
	if d.steps == 3 {
		select {
		case err := <-d.done:
			if err != nil {
				d.t.Error(err)
			}
		case <-time.After(10 * time.Second):
			d.t.Error("the upgrade still waits after the step")
		}
	}
	held := d.count(`SELECT count(*) FROM pg_stat_activity a WHERE application_name = 'matrix-synapse-datasource' AND datname = current_database()
		AND (backend_xmin IS NOT NULL OR EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid))`)
	if held > 0 {
		d.t.Errorf("before step %d, %d of our sessions hold a lock or a snapshot", d.steps, held)
	}
}

func (d *disturbed) count(sql string) (n int) {
	if err := d.watcher.QueryRow(d.t.Context(), sql).Scan(&n); err != nil {
		d.t.Error(err)
		return 1
	}
	return n
}

// TestNobodyWaitsForTheCount: who waits for a lock of the count gets it when the step ends, a second later at most, and the count goes on.
func TestNobodyWaitsForTheCount(t *testing.T) {
	const waiting = "waiting"
	if err := server.CreateDatabase(t.Context(), waiting); err != nil {
		t.Fatal(err)
	}
	var conns [2]*pgx.Conn
	for i := range conns {
		conn, err := pgx.Connect(t.Context(), server.DSN(waiting))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(t.Context()) //nolint:errcheck // the server goes away with the tests
		conns[i] = conn
	}
	if err := database.Fill(t.Context(), conns[0], homeserver); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`SET session_replication_role = replica`,
		`INSERT INTO event_forward_extremities (event_id, room_id) SELECT '$waiting' || n, '!waiting' || n % 9000 || ':example.org' FROM generate_series(1, 160000) n`,
		postgres.RoleSQL("waiter", waiting),
	} {
		if _, err := conns[0].Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	c := config()
	c.Database, c.User = waiting, "waiter"
	db := &disturbed{Database: client(t, c), t: t, watcher: conns[1], done: make(chan error, 1), upgrade: func() error {
		_, err := conns[0].Exec(t.Context(), `ALTER TABLE event_forward_extremities ALTER COLUMN room_id SET NOT NULL`)
		return err
	}}
	s := query.NewSession(query.Request{}, query.TimeRange{}, time.Now(), settings.Settings{Postgres: c, QueryTimeout: time.Minute}, noMetrics{}, db)
	ranking, err := extremities.Rank(t.Context(), s, time.Minute)
	if err != nil || db.steps < 4 {
		t.Fatalf("%d steps, %v", db.steps, err)
	}
	shown, beyond := ranking.Above(0, 1)
	if want := db.count(`SELECT count(DISTINCT room_id) FROM event_forward_extremities`); len(shown)+int(beyond) != want {
		t.Errorf("%d rooms of %d", len(shown)+int(beyond), want)
	}
}
