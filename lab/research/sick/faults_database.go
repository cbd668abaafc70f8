//go:build unix

package main

import (
	"context"
	"fmt"
	"os/exec"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

var databaseFaults = []fault{
	{
		id: "database-stopped", how: "PostgreSQL is shut down at once (SIGQUIT) and stays down",
		accepted: []string{"availability"},
		begin:    func(_ context.Context, w *ward) error { return syscall.Kill(w.cluster.PID(), syscall.SIGQUIT) },
	},
	{
		id: "database-frozen", how: "every session of Synapse is stopped (SIGSTOP), new ones within a second",
		accepted: []string{"availability"}, begin: freeze,
	},
	{
		id: "database-locked", how: "a session holds an exclusive lock on the table events",
		accepted: []string{"database-locks"}, begin: lock,
	},
	{
		id: "database-slow", how: "a proxy holds back each answer of PostgreSQL for 100 ms",
		accepted: []string{"database-slow"}, begin: slow(100 * time.Millisecond),
	},
	{
		id: "pool-of-one", how: "Synapse may open one connection only, and each answer takes 15 ms",
		accepted: []string{"database-pool"}, slow: true, settings: "@pool", begin: slow(15 * time.Millisecond),
	},
	{
		id: "connections-used-up", how: "Synapse's role may open no session any more, and all of them are ended",
		accepted: []string{"availability", "database-connections"}, begin: refuse,
	},
	{
		id: "slow-commits", how: "each commit takes 100 ms (commit_delay)",
		accepted: []string{"database-slow"}, slow: true, postgres: map[string]string{"fsync": "on", "synchronous_commit": "on"}, begin: delayCommits,
	},
}

func slow(by time.Duration) func(context.Context, *ward) error {
	return func(_ context.Context, w *ward) error {
		w.proxy.delay.Store(int64(by))
		return nil
	}
}

// freeze leaves the postmaster and the sessions of others alone, as a storage that hangs may. At the end it wakes them up, or
// PostgreSQL can't be stopped.
func freeze(ctx context.Context, w *ward) error {
	connection, err := pgx.Connect(ctx, w.database.SuperuserDSN)
	if err != nil {
		return err
	}
	w.space.Own(func() error { return signalSessions(context.Background(), connection, syscall.SIGCONT) })
	w.until(ctx, time.Second, func() { _ = signalSessions(ctx, connection, syscall.SIGSTOP) })
	return nil
}

func crashSession(ctx context.Context, w *ward) error {
	connection, err := pgx.Connect(ctx, w.database.SuperuserDSN)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close(ctx) }()
	return signalSessions(ctx, connection, syscall.SIGKILL)
}

func signalSessions(ctx context.Context, connection *pgx.Conn, signal syscall.Signal) error {
	rows, err := connection.Query(ctx, `SELECT pid FROM pg_stat_activity WHERE usename = 'synapse'`)
	if err != nil {
		return err
	}
	pids, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return err
	}
	for _, pid := range pids {
		_ = syscall.Kill(pid, signal)
	}
	return nil
}

func lock(ctx context.Context, w *ward) error {
	connection, err := pgx.Connect(ctx, w.database.SuperuserDSN)
	if err != nil {
		return err
	}
	w.space.Own(func() error { return connection.Close(context.Background()) })
	for _, statement := range []string{`BEGIN`, `LOCK TABLE events IN ACCESS EXCLUSIVE MODE`} {
		if _, err := connection.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func refuse(ctx context.Context, w *ward) error {
	return w.execute(ctx, `ALTER ROLE synapse CONNECTION LIMIT 0`,
		`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'synapse'`)
}

func delayCommits(ctx context.Context, w *ward) error {
	return w.execute(ctx, `ALTER SYSTEM SET commit_delay = 100000`, `ALTER SYSTEM SET commit_siblings = 0`, `SELECT pg_reload_conf()`)
}

func dump(ctx context.Context, w *ward) error {
	w.until(ctx, 10*time.Second, func() {
		_ = exec.CommandContext(ctx, "pg_dump", "--dbname="+w.database.SuperuserDSN, "--file=/dev/null").Run()
	})
	return nil
}

// pool is the option for Synapse's database with a pool of that size.
func (w *ward) pool(size int) string {
	return fmt.Sprintf(`database: {name: psycopg2, args: {user: %q, password: %q, dbname: %q, host: %q, port: %d, cp_min: %d, cp_max: %d}}`,
		w.database.User, w.database.Password, w.database.Name, w.database.Host, w.database.Port, size, size)
}
