package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	servers "github.com/matrix-insight/synapse-datasource/lab/servers/postgres"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

func behindPooler(t *testing.T, mode string) settings.Postgres {
	t.Helper()
	port, stop, err := server.StartPooler(t.Context(), mode, role, password)
	if errors.Is(err, servers.ErrNoPooler) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stop() })
	c := config()
	c.Host, c.Password = net.JoinHostPort(server.Host(), strconv.Itoa(port)), ""
	return c
}

// TestNothingStaysBehindAPooler: the next client of the pooler gets the session that we had, as it was before.
func TestNothingStaysBehindAPooler(t *testing.T) {
	c := behindPooler(t, "transaction")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	next, err := pgx.Connect(ctx, fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable&default_query_exec_mode=exec&datestyle=German&client_encoding=UTF8&timezone=Asia/Kathmandu",
		c.User, c.Host, c.Database))
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close(ctx) //nolint:errcheck // the server goes away with the tests
	session := func() (pid uint32, settings string) {
		const sql = `SELECT pg_backend_pid(), string_agg(name || '=' || setting, ', ' ORDER BY name) FROM pg_settings WHERE name <> 'application_name'`
		if err := next.QueryRow(ctx, sql).Scan(&pid, &settings); err != nil {
			t.Fatal(err)
		}
		return pid, settings
	}
	pid, before := session()
	if !strings.Contains(before, "DateStyle=German") || !strings.Contains(before, "TimeZone=Asia/Kathmandu") {
		t.Fatal(before)
	}
	db := client(t, c)
	askEverything(t, db)
	// PgBouncer 1.18 ends itself when a request to cancel is broken off, as by a statement that ends meanwhile.
	for k := range 40 {
		short, cancel := context.WithCancel(ctx)
		time.AfterFunc(time.Duration(100+k)*time.Millisecond, cancel)
		_, _ = one(short, db, "SELECT pg_sleep(0.32)::text")
		cancel()
	}
	ours, err := one(ctx, db, "SELECT pg_backend_pid()::text")
	if err != nil || ours != fmt.Sprint(pid) {
		t.Fatalf("we had the session %s, the next client %d: %v (%v)", ours, pid, err, errors.Unwrap(err))
	}
	if _, after := session(); after != before {
		t.Errorf("before: %s\nafter: %s", before, after)
	}
}

func TestPoolerWithoutTransactions(t *testing.T) {
	_, err := client(t, behindPooler(t, "statement")).Owner(t.Context())
	if fault := wantFault(t, err, upstream.Unreachable, upstream.Downstream); !strings.Contains(fault.Remedy, "pool_mode = transaction") {
		t.Error(fault)
	}
}
