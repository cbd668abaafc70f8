package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

const (
	marker = "/* " + applicationName + " */ "
	// lockTimeout: our reads conflict only with DDL and VACUUM FULL; behind those we would queue, and Synapse behind us.
	lockTimeout = time.Second
	// idleTimeout ends a transaction that we forgot.
	idleTimeout = 15 * time.Second
	endTimeout  = 2 * time.Second
)

// Read runs fn in one REPEATABLE READ, READ ONLY transaction whose statements may take limit each (0: the configured
// statement timeout), and never longer than ctx. On a standby fn runs a second time where replication cancelled the
// first, so it must start from nothing each time.
func (c *Client) Read(ctx context.Context, limit time.Duration, fn func(ctx context.Context, tx query.Tx) error) error {
	if limit <= 0 {
		limit = c.config.statementTimeout()
	}
	err := c.attempt(ctx, limit, fn)
	if isRecoveryConflict(err) {
		err = c.attempt(ctx, limit, fn)
	}
	return c.explain(ctx, limit, err)
}

func (c *Client) attempt(ctx context.Context, limit time.Duration, fn func(ctx context.Context, tx query.Tx) error) error {
	pool, err := c.connections()
	if err != nil {
		return err
	}
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return &acquireError{err: err, busy: pool.Stat().AcquiredConns() >= pool.Config().MaxConns}
	}
	defer conn.Release()
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{BeginQuery: begin(ctx, limit)})
	if err != nil {
		return err
	}
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
		defer cancel()
		_ = tx.Rollback(end) // after a commit this does nothing
	}()
	if err := fn(ctx, markedTx{tx}); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// begin starts the transaction and sets its limits in one round trip. Everything is LOCAL: it ends with the
// transaction.
func begin(ctx context.Context, limit time.Duration) string {
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, max(time.Until(deadline), time.Millisecond))
	}
	return marker + fmt.Sprintf("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "+
		"SET LOCAL statement_timeout = %d; SET LOCAL lock_timeout = %d; "+
		"SET LOCAL idle_in_transaction_session_timeout = %d; "+
		"SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off",
		min(max(limit.Milliseconds(), 1), math.MaxInt32), lockTimeout.Milliseconds(), idleTimeout.Milliseconds())
}

// markedTx lets an admin find our statements in logs and in pg_stat_statements.
type markedTx struct{ tx pgx.Tx }

func (t markedTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return t.tx.Query(ctx, marker+sql, args...)
}

// isRecoveryConflict: a standby cancelled us in favour of replication. Readers get these two codes for nothing else.
func isRecoveryConflict(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// acquireError is a failure before there was a connection; busy tells that all of ours were in use.
type acquireError struct {
	err  error
	busy bool
}

func (e *acquireError) Error() string { return "acquire a connection: " + e.err.Error() }
func (e *acquireError) Unwrap() error { return e.err }
