package postgres

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// lockTimeout: our reads conflict only with DDL and VACUUM FULL; behind those we would queue, and Synapse behind us. Of a short
	// statement it is half its limit, so that the lock is named and not the time.
	lockTimeout = time.Second
	// idleTimeout ends a transaction that we forgot.
	idleTimeout = 15 * time.Second
)

// schemaColumn is the name that beginSQL gives its one answer.
const schemaColumn = "schema_of_synapse"

// beginSQL starts a transaction in which nothing but our own text decides what a statement means. Everything is LOCAL:
// it ends with the transaction. %d are the limits in ms.
//
// Which schema Synapse's tables are in is what the search_path of the role or database says, looked up first. From then
// on only PostgreSQL's own schema is searched: whoever may create in another one could otherwise plant an operator or a
// function that fits our types better than PostgreSQL's own, and it would run with our role's rights. Until the path is
// pinned, every function and operator names its schema.
//
// Formats and encoding may be set otherwise for the role or database. A database without an encoding (SQL_ASCII) can't
// convert, and would refuse text that is not UTF-8; there the client repairs it. JIT exists since PostgreSQL 11. With
// row_security off, a policy that hides rows from us is an error instead of a wrong answer.
const beginSQL = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL statement_timeout = %d; SET LOCAL lock_timeout = %d; SET LOCAL idle_in_transaction_session_timeout = %d;
SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL row_security = off;
SET LOCAL datestyle = 'ISO, MDY'; SET LOCAL timezone = 'UTC'; SET LOCAL intervalstyle = 'postgres';
SET LOCAL extra_float_digits = 1; SET LOCAL standard_conforming_strings = on;
SELECT pg_catalog.set_config('client_encoding', CASE WHEN pg_catalog.current_setting('server_encoding')
  OPERATOR(pg_catalog.=) 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END, true);
SELECT n.nspname AS ` + schemaColumn + ` FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass('event_forward_extremities');
SET LOCAL search_path = pg_catalog, pg_temp;
SELECT set_config('jit', 'off', true) WHERE current_setting('jit', true) IS NOT NULL`

// bound is how long one statement may take: limit, or what is left of the query's time.
func bound(ctx context.Context, limit time.Duration) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(deadline))
	}
	return min(max(limit, time.Millisecond), math.MaxInt32*time.Millisecond)
}

// begin starts a transaction in one round trip. The schema is "" where no search_path leads to Synapse's tables.
func begin(ctx context.Context, conn *pgx.Conn, each time.Duration) (schema string, err error) {
	sql := marker + fmt.Sprintf(beginSQL, each.Milliseconds(), min(lockTimeout, each/2).Milliseconds(), idleTimeout.Milliseconds())
	results, err := conn.PgConn().Exec(ctx, sql).ReadAll()
	if err != nil {
		return "", err
	}
	return schemaOf(results), nil
}

func schemaOf(results []*pgconn.Result) string {
	for _, r := range results {
		if len(r.Rows) == 1 && r.FieldDescriptions[0].Name == schemaColumn {
			return string(r.Rows[0][0])
		}
	}
	return ""
}
