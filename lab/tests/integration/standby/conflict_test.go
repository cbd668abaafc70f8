package standby_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/postgres"
)

// What the primary does, and the standby can't do while somebody reads destinations.
var (
	removesRows = []string{`UPDATE destinations SET retry_interval = retry_interval`, `VACUUM destinations`}
	locksTable  = []string{`BEGIN; LOCK TABLE destinations; COMMIT`}
)

func exec(ctx context.Context, tx query.Tx, sql string) error {
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return err
	}
	rows.Close()
	return rows.Err()
}

// atWork has a statement of the reader run while the primary does something.
func atWork(statements []string) func(context.Context, query.Tx) error {
	return func(ctx context.Context, tx query.Tx) error {
		done := make(chan error, 1)
		go func() {
			err := until(ctx, standby, `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE usename = '`+role+`' AND wait_event = 'PgSleep')`)
			done <- errors.Join(err, execute(primary, statements...))
		}()
		err := exec(ctx, tx, `SELECT pg_sleep(60)`)
		return errors.Join(<-done, err)
	}
}

// between has the primary do it, and the standby replay it, while the reader's transaction is open and idle.
func between(statements []string) func(context.Context, query.Tx) error {
	return func(ctx context.Context, tx query.Tx) error {
		if err := execute(primary, statements...); err != nil {
			return err
		}
		if err := standby.CatchUp(ctx, primary); err != nil {
			return err
		}
		return exec(ctx, tx, `SELECT 1`)
	}
}

// crosswise has the primary lock two tables, of which the reader has the second and wants the first.
func crosswise(ctx context.Context, tx query.Tx) error {
	if err := execute(primary, `BEGIN; LOCK TABLE destination_rooms; LOCK TABLE destinations; COMMIT`); err != nil {
		return err
	}
	if err := until(ctx, standby, `SELECT EXISTS (SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted)`); err != nil {
		return err
	}
	return exec(ctx, tx, `SELECT count(*) FROM destination_rooms`)
}

// TestRecoveryConflict: where replication cancels a reader, the plugin reads a second time and, if that is cancelled as
// well, says what would help.
func TestRecoveryConflict(t *testing.T) {
	both(t)
	c := config(standby)
	c.StatementTimeout = time.Minute
	db := postgres.New(c, nil)
	t.Cleanup(db.Close)
	for name, conflict := range map[string]struct {
		delay, code, text string
		provoke           func(context.Context, query.Tx) error
	}{
		"rows removed, at work":     {"0", "40001", "canceling statement due to conflict with recovery", atWork(removesRows)},
		"rows removed, in between":  {"0", "40001", "terminating connection due to conflict with recovery", between(removesRows)},
		"table changed, at work":    {"0", "40001", "canceling statement due to conflict with recovery", atWork(locksTable)},
		"table changed, in between": {"0", "40001", "terminating connection due to conflict with recovery", between(locksTable)},
		"deadlock":                  {"-1", "40P01", "deadlock detected", crosswise},
	} {
		t.Run(name, func(t *testing.T) {
			patience(t, conflict.delay)
			for times := 1; times <= 2; times++ {
				runs := 0
				err := db.Read(t.Context(), 0, func(ctx context.Context, tx query.Tx) error {
					err := exec(ctx, tx, `SELECT count(*) FROM destinations`)
					if runs++; runs > times || err != nil {
						return err
					}
					err = conflict.provoke(ctx, tx)
					var pg *pgconn.PgError
					if !errors.As(err, &pg) || pg.Code != conflict.code || pg.Message != conflict.text {
						t.Errorf("the standby says %v, want %s %s", err, conflict.code, conflict.text)
					}
					return err
				})
				if runs != 2 {
					t.Errorf("%d runs after %d conflicts, want 2", runs, times)
				}
				if times == 1 && err != nil {
					t.Errorf("the second run is fine: %v", err)
				}
				var fault *upstream.Fault
				if times == 2 && (!errors.As(err, &fault) || fault.Kind != upstream.Limit || fault.Source != upstream.Downstream ||
					!strings.Contains(fault.Message, "cancelled the statement twice") || !strings.Contains(fault.Remedy, "hot_standby_feedback")) {
					t.Errorf("after two conflicts: %v", err)
				}
			}
		})
	}
}

// patience is how long the standby lets readers finish before it goes on replaying.
func patience(t *testing.T, delay string) {
	t.Helper()
	admin(t, standby, `ALTER SYSTEM SET max_standby_streaming_delay = '`+delay+`'`, `SELECT pg_reload_conf()`)
	t.Cleanup(func() { admin(t, standby, `ALTER SYSTEM RESET max_standby_streaming_delay`, `SELECT pg_reload_conf()`) })
	wait(t, standby, `SELECT setting = '`+delay+`' FROM pg_settings WHERE name = 'max_standby_streaming_delay'`)
}
