//go:build unix

package postgres_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// Where the server that accepts connections is frozen, sessions that are open go on working: only a new one tells.
func TestNewConnectionTells(t *testing.T) {
	db := client(t, config())
	read := func() error {
		return db.Read(t.Context(), time.Second, func(ctx context.Context, tx query.Tx) error {
			rows, err := tx.Query(ctx, "SELECT 1")
			if err != nil {
				return err
			}
			rows.Close()
			return rows.Err()
		})
	}
	if err := read(); err != nil {
		t.Fatal(err)
	}
	if err := db.Connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(server.PID(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Kill(server.PID(), syscall.SIGCONT) })
	if err := read(); err != nil {
		t.Errorf("an open session fails: %v", err)
	}
	began := time.Now()
	_ = wantFault(t, db.Connect(t.Context()), upstream.Timeout, upstream.Downstream)
	if took := time.Since(began); took > 6*time.Second {
		t.Errorf("took %s", took)
	}
}

// No connection is left for an ordinary role.
func TestNewConnectionUsedUp(t *testing.T) {
	admin, err := pgx.Connect(t.Context(), server.DSN(synapse))
	if err != nil {
		t.Fatal(err)
	}
	limit := func(n string) {
		if _, err := admin.Exec(context.Background(), "ALTER ROLE "+role+" CONNECTION LIMIT "+n); err != nil {
			t.Error(err)
		}
	}
	limit("0")
	t.Cleanup(func() { limit("-1"); _ = admin.Close(context.Background()) })
	_ = wantFault(t, client(t, config()).Connect(t.Context()), upstream.Full, upstream.Downstream)
}
