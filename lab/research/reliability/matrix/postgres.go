package matrix

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/lab/servers/faulty"
)

var postgresFaults = []Fault{
	{Name: "PostgreSQL is down at the first query", Cold: true, Break: database((*faulty.TCP).Down), Status: []int{502}, Says: unreachable},
	{Name: "PostgreSQL goes down and comes back", Break: database((*faulty.TCP).Down), Status: []int{502}, Says: []string{"can't be reached", "ended the connection"}},
	{Name: "hangs: takes connections, says nothing", Set: short, Break: database(func(p *faulty.TCP) error { p.Freeze(); return nil }), Status: []int{504}, Says: []string{"did not answer within"}},
	{Name: "silent failover: open connections are dead, new ones reach another address", Harmless: true, Break: failover},
	{Name: "every statement's session is killed", Break: killing, Few: true, Status: []int{502, 503}, Says: []string{"ended the connection", "can't be reached"}},
	{Name: "no connection left for the role", Cold: true, Break: sql("ALTER ROLE grafana_synapse CONNECTION LIMIT 0", "ALTER ROLE grafana_synapse CONNECTION LIMIT -1"), Status: []int{503}, Says: []string{"no connection left"}},
	{Name: "password changed", Cold: true, Break: sql("ALTER ROLE grafana_synapse PASSWORD 'another'", "ALTER ROLE grafana_synapse PASSWORD 'canary-of-the-role'"), Status: []int{502}, Says: []string{"refused the user"}},
	{Name: "statements run into their limit", Few: true, Later: "forwardExtremities/rooms", Set: map[string]any{"postgresStatementTimeout": "1500ms"},
		Break: sql(slow("event_forward_extremities")+slow("destinations"), fast("event_forward_extremities")+fast("destinations")), Status: []int{503, 504}, Says: []string{"took longer than the limit", "did not finish this statement", "takes longer than a query may"}},
	{Name: "tables are locked by a schema change", Few: true, Break: locking("event_forward_extremities", "destinations"), Status: []int{504}, Says: []string{"was locked"}},
	{Name: "grant missing, needed", Few: true, Break: sql("REVOKE SELECT ON event_forward_extremities, destinations FROM grafana_synapse", "GRANT SELECT ON event_forward_extremities, destinations TO grafana_synapse"), Status: []int{403}, Says: []string{"GRANT SELECT ON"}},
	{Name: "grant missing, for decoration only", Few: true, Break: sql("REVOKE SELECT ON rooms, room_stats_current, destination_rooms FROM grafana_synapse", "GRANT SELECT ON rooms, room_stats_current, destination_rooms TO grafana_synapse"), Status: []int{403}, Says: []string{"GRANT SELECT ON"}},
	{Name: "table missing", Few: true, Break: sql("ALTER TABLE destinations RENAME TO hidden", "ALTER TABLE hidden RENAME TO destinations"), Status: []int{502}, Says: []string{"which lacks destinations"}},
	{Name: "schema 72 (Synapse 1.62)", Few: true, Harmless: true, Break: sql(
		"UPDATE schema_version SET version = 72; UPDATE schema_compat_version SET compat_version = 72; ALTER TABLE worker_read_write_locks RENAME TO hidden; ALTER TABLE partial_state_rooms RENAME COLUMN join_event_id TO hidden",
		"UPDATE schema_version SET version = 94; UPDATE schema_compat_version SET compat_version = 89; ALTER TABLE hidden RENAME TO worker_read_write_locks; ALTER TABLE partial_state_rooms RENAME COLUMN hidden TO join_event_id")},
	{Name: "schema 80 (Synapse 1.88)", Harmless: true, Break: sql("UPDATE schema_version SET version = 80; UPDATE schema_compat_version SET compat_version = 80", "UPDATE schema_version SET version = 94; UPDATE schema_compat_version SET compat_version = 89")},
	{Name: "PgBouncer, pool_mode = transaction", Harmless: true, Cold: true, Break: pooler("transaction")},
	{Name: "PgBouncer, pool_mode = statement", Cold: true, Break: pooler("statement"), Status: []int{502}, Says: []string{"pool_mode = transaction"}},
	{Name: "PgBouncer is restarted", Harmless: true, Cold: true, Break: restarted},
}

func init() {
	for i := range postgresFaults {
		postgresFaults[i].Of = "postgres"
	}
}

type breaking = func(context.Context, trial) (func() error, error)

func database(fail func(*faulty.TCP) error) breaking {
	return func(_ context.Context, w trial) (func() error, error) { return heal(w), fail(w.Postgres) }
}

// sql runs statements as the owner, to break and to mend.
func sql(breaks, mends string) breaking {
	return func(ctx context.Context, w trial) (func() error, error) {
		return func() error { return w.Owner(context.WithoutCancel(ctx), mends) }, w.Owner(ctx, breaks)
	}
}

// slow puts a view in a table's place that takes ten seconds to read.
func slow(table string) string {
	return fmt.Sprintf("ALTER TABLE %[1]s RENAME TO %[1]s_fast; CREATE VIEW %[1]s AS SELECT * FROM %[1]s_fast WHERE (SELECT pg_sleep(10))::text IS NOT NULL; GRANT SELECT ON %[1]s TO grafana_synapse;", table)
}

func fast(table string) string {
	return fmt.Sprintf("DROP VIEW %[1]s; ALTER TABLE %[1]s_fast RENAME TO %[1]s;", table)
}

// failover: the connections that are open carry nothing any more, and nobody is told.
func failover(_ context.Context, w trial) (func() error, error) {
	second, err := faulty.NewTCP(w.Server())
	if err != nil {
		return nil, err
	}
	w.Postgres.Point(second.Address())
	w.Postgres.Silence()
	return func() error {
		err := w.Heal()
		w.Postgres.Cut()
		return errors.Join(err, second.Close())
	}, nil
}

// killing ends whatever the plugin runs, as soon as it runs.
func killing(ctx context.Context, w trial) (func() error, error) {
	const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'grafana_synapse' AND state <> 'idle'`
	conn, err := pgx.Connect(ctx, w.Stack.Postgres.DSN("synapse"))
	if err != nil {
		return nil, err
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				_, _ = conn.PgConn().Exec(context.WithoutCancel(ctx), kill).ReadAll()
			}
		}
	}()
	return func() error {
		close(stop)
		<-stopped
		return conn.Close(context.WithoutCancel(ctx))
	}, nil
}

// locking holds what ALTER TABLE would hold.
func locking(tables ...string) breaking {
	return func(ctx context.Context, w trial) (func() error, error) {
		conn, err := pgx.Connect(ctx, w.Stack.Postgres.DSN("synapse"))
		if err != nil {
			return nil, err
		}
		_, err = conn.PgConn().Exec(ctx, "BEGIN; LOCK TABLE "+strings.Join(tables, ", ")+" IN ACCESS EXCLUSIVE MODE").ReadAll()
		return func() error { return conn.Close(context.WithoutCancel(ctx)) }, err
	}
}

// pooler puts a PgBouncer in between.
func pooler(mode string) breaking {
	return func(ctx context.Context, w trial) (func() error, error) {
		port, stop, err := w.Pooler(ctx, mode)
		if err != nil {
			return nil, err
		}
		w.Postgres.Point(fmt.Sprintf("%s:%d", w.Stack.Postgres.Host(), port))
		return func() error {
			err := errors.Join(w.Heal(), stop())
			w.Postgres.Cut()
			return err
		}, nil
	}
}

// restarted: the plugin has connections to a PgBouncer that ends, and another one takes its place.
func restarted(ctx context.Context, w trial) (func() error, error) {
	end, err := pooler("transaction")(ctx, w)
	if err != nil {
		return nil, err
	}
	w.Postgres.Cut() // what goes past it
	if _, err := w.Health(ctx, w.of); err != nil {
		return nil, errors.Join(err, end())
	}
	if err := end(); err != nil {
		return nil, err
	}
	return pooler("transaction")(ctx, w)
}
