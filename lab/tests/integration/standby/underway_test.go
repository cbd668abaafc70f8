package standby_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/tables"
)

// TestIndexThatIsBeingBuilt: its building shows on the primary only, so the standby must neither call it left over nor
// have it rebuilt.
func TestIndexThatIsBeingBuilt(t *testing.T) {
	both(t)
	open := locked(t, `LOCK TABLE destinations IN ROW EXCLUSIVE MODE`)
	built := make(chan error, 1)
	go func() {
		built <- execute(primary, `CREATE INDEX CONCURRENTLY being_built ON destinations (failure_ts)`)
	}()
	wait(t, primary, `SELECT EXISTS (SELECT FROM pg_index WHERE NOT indisvalid) AND EXISTS (SELECT FROM pg_stat_progress_create_index)`)
	onPrimary, onStandby := compare(t)
	if err := errors.Join(open.Rollback(t.Context()), <-built); err != nil {
		t.Fatal(err)
	}
	if f := subject(onPrimary["postgres-hygiene"], "invalid indexes"); f.Severity != checks.Info {
		t.Errorf("the primary says %+v", f)
	}
	if f := subject(onStandby["postgres-hygiene"], "invalid indexes"); f.Severity != checks.Unknown || !strings.Contains(f.Evidence, "being_built on destinations") {
		t.Errorf("the standby says %+v", f)
	}
	admin(t, primary, `DROP INDEX being_built`)
}

// TestLockedTable: what the primary holds exclusively is measured on the standby without waiting for it, too.
func TestLockedTable(t *testing.T) {
	_, onStandby := both(t)
	locked(t, `LOCK TABLE events IN ACCESS EXCLUSIVE MODE`)
	catchUp(t)
	frame := answer(t, onStandby, tables.Type(), "table")
	if text := told(frame); !strings.Contains(text, "Another program locks events now") {
		t.Errorf("notices: %s", text)
	}
}

// locked is a transaction on the primary that holds a lock, until the test ends at the latest.
func locked(t *testing.T, lock string) pgx.Tx {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), primary.DSN(synapse))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), lock); err != nil {
		t.Fatal(err)
	}
	return tx
}
