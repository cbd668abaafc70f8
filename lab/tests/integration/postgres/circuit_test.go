package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// TestCircuit: a statement that reached its limit is not sent again, whoever asks; others are.
func TestCircuit(t *testing.T) {
	c := config()
	c.StatementTimeout = 200 * time.Millisecond
	db := client(t, c)
	ask := func(sql string, limit time.Duration) error {
		return db.Read(t.Context(), limit, func(ctx context.Context, tx query.Tx) error { return exec(ctx, tx, sql) })
	}
	const slow = "SELECT pg_sleep(30)"
	_ = wantFault(t, ask(slow, 0), upstream.Timeout, upstream.Downstream)
	_ = wantFault(t, ask(slow, 0), upstream.Limit, upstream.Downstream)
	if err := ask("SELECT 1", 0); err != nil {
		t.Errorf("another statement: %v", err)
	}
	_ = wantFault(t, ask(slow, 100*time.Millisecond), upstream.Timeout, upstream.Downstream) // a step of a count
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	other := "SELECT pg_sleep(31)"
	err := db.Read(ctx, 0, func(ctx context.Context, tx query.Tx) error { return exec(ctx, tx, other) })
	_ = wantFault(t, err, upstream.Timeout, upstream.Downstream)
	_ = wantFault(t, ask(other, 0), upstream.Timeout, upstream.Downstream) // the query's time was up, not the statement's
}
