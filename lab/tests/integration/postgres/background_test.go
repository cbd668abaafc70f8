package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/postgres"
)

func exec(ctx context.Context, tx query.Tx, sql string) error {
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return err
	}
	rows.Close()
	return rows.Err()
}

func statement(ctx context.Context, read query.Reading, limit time.Duration, sql string) error {
	return read(ctx, limit, func(ctx context.Context, tx query.Tx) error { return exec(ctx, tx, sql) })
}

// TestBackground: one pass at a time, its value stays, and Close stops it.
func TestBackground(t *testing.T) {
	db := postgres.New(config(), nil)
	started := make(chan bool)
	slow := func(ctx context.Context, read query.Reading) (any, error) {
		started <- true
		return nil, statement(ctx, read, time.Minute, "SELECT pg_sleep(60)")
	}
	quick := func(ctx context.Context, read query.Reading) (any, error) {
		return 42, statement(ctx, read, time.Minute, "SELECT 1")
	}
	db.StartBackground("quick", time.Minute, quick)
	for db.Background("quick").Running() {
		time.Sleep(10 * time.Millisecond)
	}
	if state := db.Background("quick"); state.Value != 42 || state.Err != nil || time.Since(state.At) > time.Minute {
		t.Fatalf("after the pass: %+v", state)
	}
	db.StartBackground("slow", time.Minute, slow)
	<-started
	db.StartBackground("quick", time.Minute, func(context.Context, query.Reading) (any, error) {
		t.Error("a second pass runs beside the first")
		return nil, nil
	})
	if !db.Background("slow").Running() || db.Background("quick").Running() || db.Background("quick").Value != 42 {
		t.Errorf("slow %+v, quick %+v", db.Background("slow"), db.Background("quick"))
	}
	began := time.Now()
	db.Close()
	if time.Since(began) > 5*time.Second {
		t.Errorf("Close took %s", time.Since(began))
	}
	_, err := db.Owner(t.Context())
	_ = wantFault(t, err, upstream.Canceled, upstream.Downstream)
}

// TestLimitOfABackgroundPass: the limit holds although it is longer than the statement timeout of queries.
func TestLimitOfABackgroundPass(t *testing.T) {
	c := config()
	c.StatementTimeout = 100 * time.Millisecond
	db := client(t, c)
	db.StartBackground("sleep", 10*time.Second, func(ctx context.Context, read query.Reading) (any, error) {
		return true, statement(ctx, read, 10*time.Second, "SELECT pg_sleep(0.4)")
	})
	for db.Background("sleep").Running() {
		time.Sleep(10 * time.Millisecond)
	}
	if state := db.Background("sleep"); state.Value != true {
		t.Errorf("%+v", state)
	}
	db.StartBackground("sleep", 300*time.Millisecond, func(ctx context.Context, read query.Reading) (any, error) {
		return true, statement(ctx, read, time.Minute, "SELECT pg_sleep(20)")
	})
	for db.Background("sleep").Running() {
		time.Sleep(10 * time.Millisecond)
	}
	state := db.Background("sleep")
	_ = wantFault(t, state.Err, upstream.Timeout, upstream.Downstream)
	if state.Value != true {
		t.Error("the last result is lost")
	}
}
