package query

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/common/model"
)

// Metrics reads a Prometheus-compatible API. Warnings are the server's own words about a partial answer.
// Errors are already typed and worded for the user.
type Metrics interface {
	Instant(ctx context.Context, promql string, at time.Time) (model.Vector, []string, error)
	Range(ctx context.Context, promql string, from, to time.Time, step time.Duration) (model.Matrix, []string, error)
}

// Database reads Synapse's PostgreSQL: each Read is one read-only transaction with its own time limit.
// Errors are already typed and worded for the user.
type Database interface {
	// Read runs fn in one REPEATABLE READ, READ ONLY transaction; limit 0 means the configured statement timeout.
	Read(ctx context.Context, limit time.Duration, fn func(ctx context.Context, tx Tx) error) error
	// Owner is the server_name of the homeserver that this database belongs to.
	Owner(ctx context.Context) (string, error)
}

// Tx is what a read may do inside its transaction.
type Tx interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Rows runs one statement and gives its rows as values of T, columns matched to fields by name (tag `db`).
func Rows[T any](ctx context.Context, tx Tx, sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[T])
}
