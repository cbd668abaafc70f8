package postgres_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/postgres"
)

// one reads a single text.
func one(ctx context.Context, db query.Database, sql string) (text string, err error) {
	err = db.Read(ctx, 0, func(ctx context.Context, tx query.Tx) error {
		rows, err := tx.Query(ctx, sql)
		if err != nil {
			return err
		}
		text, err = pgx.CollectExactlyOneRow(rows, pgx.RowTo[string])
		return err
	})
	return text, err
}

func wantFault(t *testing.T, err error, kind upstream.Kind, source upstream.Source) *upstream.Fault {
	t.Helper()
	var fault *upstream.Fault
	if !errors.As(err, &fault) {
		t.Fatalf("error %v, want a %s fault", err, kind)
	}
	if fault.Kind != kind || fault.Source != source {
		t.Errorf("%s fault of %s, want %s of %s: %v (%v)", fault.Kind, fault.Source, kind, source, fault, fault.Err)
	}
	causes := 0
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		if causes++; causes > 20 {
			t.Fatalf("the causes of this error have no end: %v", err)
		}
	}
	for _, leak := range []string{password, "SQLSTATE 28", "pgconn", "dial", "ERROR:"} {
		if strings.Contains(fault.Error(), leak) {
			t.Errorf("the user would read %q in: %s", leak, fault)
		}
	}
	return fault
}

// TestReadOnly signs in as the superuser, so that nothing but the transaction forbids the write.
func TestReadOnly(t *testing.T) {
	c := config()
	c.User = "postgres"
	_, err := one(t.Context(), client(t, c), "DELETE FROM event_forward_extremities RETURNING room_id")
	_ = wantFault(t, err, upstream.OwnMistake, upstream.Plugin)
}

func TestStatementTimeout(t *testing.T) {
	c := config()
	c.StatementTimeout = 200 * time.Millisecond
	began := time.Now()
	_, err := one(t.Context(), client(t, c), "SELECT pg_sleep(20)::text")
	fault := wantFault(t, err, upstream.Timeout, upstream.Downstream)
	if !strings.Contains(fault.Message, "200ms") || time.Since(began) > 5*time.Second {
		t.Errorf("after %s: %s", time.Since(began), fault)
	}
}

// TestCancelled leaves nothing running on the server.
func TestCancelled(t *testing.T) {
	db := client(t, config())
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	_, err := one(ctx, db, "SELECT pg_sleep(20)::text")
	_ = wantFault(t, err, upstream.Canceled, upstream.Downstream)
	left, err := one(t.Context(), db, "SELECT count(*)::text FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND state = 'active' AND pid <> pg_backend_pid()")
	if err != nil || left != "0" {
		t.Errorf("%s statements still run, %v", left, err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err = one(ctx, db, "SELECT pg_sleep(20)::text")
	_ = wantFault(t, err, upstream.Timeout, upstream.Downstream)
}

// TestNothingStaysInTheSession reads what the client sends: the server could not tell afterwards.
func TestNothingStaysInTheSession(t *testing.T) {
	since(t, 11) // JIT
	var sent wire
	db := postgres.New(config(), sent.dial)
	t.Cleanup(db.Close)
	inside, err := one(t.Context(), db, `SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings
		WHERE source IN ('session', 'client')`)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"application_name=matrix-synapse-datasource", "jit=off", "max_parallel_workers_per_gather=0", "statement_timeout=10000",
		"lock_timeout=1000", "idle_in_transaction_session_timeout=15000", "transaction_isolation=repeatable read", "transaction_read_only=on",
		"search_path=pg_catalog, pg_temp", "DateStyle=ISO, MDY", "TimeZone=UTC", "client_encoding=UTF8", "row_security=off",
	} {
		if !strings.Contains(inside, want) {
			t.Errorf("inside the read there is no %s: %s", want, inside)
		}
	}
	ask(t, db, `{}`, query.View{})
	text := sent.String()
	if all, local := strings.Count(text, "SET "), strings.Count(text, "SET LOCAL "); all != local || local == 0 {
		t.Errorf("%d settings, %d of them for the transaction only", all, local)
	}
	if _, startup, _ := strings.Cut(text, "\x00\x03\x00\x00"); !strings.HasPrefix(startup, "application_name\x00matrix-synapse-datasource\x00") &&
		!strings.HasPrefix(startup, "user\x00") && !strings.HasPrefix(startup, "database\x00") {
		t.Errorf("start-up parameters: %.80q", startup)
	}
	for _, forbidden := range []string{"options\x00", "TimeZone\x00", "client_encoding\x00", "PREPARE"} {
		if strings.Contains(text, forbidden) {
			t.Errorf("the client sends %q", forbidden)
		}
	}
	for _, statement := range []string{"BEGIN ISOLATION", "SELECT room_id, count(*)", "SELECT t.room_id"} {
		if !strings.Contains(text, "/* matrix-synapse-datasource */ "+statement) {
			t.Errorf("%s goes without our marker", statement)
		}
	}
}

// TestFullPool: a query that gets no connection says so, where PostgreSQL answers those that have one.
func TestFullPool(t *testing.T) {
	c := config()
	c.MaxConnections = 1
	db := client(t, c)
	if _, err := one(t.Context(), db, "SELECT ''::text"); err != nil { // opening the connection is not what takes the time
		t.Fatal(err)
	}
	// Others keep the one connection turning, and go on when those who wait give up.
	working, stop := context.WithCancel(t.Context())
	var all, others sync.WaitGroup
	for range 20 {
		others.Go(func() {
			for working.Err() == nil {
				_, _ = one(working, db, "SELECT pg_sleep(0.05)::text")
			}
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	failed := make(chan error, 20)
	for range cap(failed) {
		all.Go(func() {
			if _, err := one(ctx, db, "SELECT pg_sleep(0.05)::text"); err != nil {
				failed <- err
			}
		})
	}
	all.Wait()
	stop()
	others.Wait()
	close(failed)
	busy := 0
	for err := range failed {
		var fault *upstream.Fault
		if errors.As(err, &fault) && fault.Kind == upstream.Limit {
			busy++
		}
	}
	if busy < cap(failed)/2 {
		t.Errorf("%d of %d queries say that all connections were busy", busy, cap(failed))
	}
}
