package postgres_test

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream/postgres"
)

// network carries connections until it fails: then those that are open carry nothing more, without a word, as where a
// host died or a firewall forgot them. New ones reach the server that has taken over.
type network struct{ failed atomic.Bool }

func (n *network) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	c := config()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.Host)
	if err != nil || n.failed.Load() {
		return conn, err
	}
	here, there := net.Pipe()
	go n.carry(conn, there)
	go n.carry(there, conn)
	return here, nil
}

func (n *network) carry(to, from net.Conn) {
	buffer := make([]byte, 64<<10)
	for {
		size, err := from.Read(buffer)
		if err == nil && !n.failed.Load() {
			_, err = to.Write(buffer[:size])
		}
		if err != nil && !n.failed.Load() {
			_ = to.Close()
		}
		if err != nil {
			_, _ = io.Copy(io.Discard, from)
			return
		}
	}
}

// three opens all connections of the pool at once.
func three(t *testing.T, db *postgres.Client, sql string) []error {
	t.Helper()
	errs := make([]error, 3)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			_, errs[i] = one(ctx, db, sql)
		})
	}
	all.Wait()
	return errs
}

// TestSilentFailover: the pool's connections are dead and don't know it. That costs time, but no answer.
func TestSilentFailover(t *testing.T) {
	var n network
	db := postgres.New(config(), n.dial)
	t.Cleanup(db.Close)
	for _, err := range three(t, db, "SELECT pg_sleep(0.3)::text") {
		if err != nil {
			t.Fatal(err)
		}
	}
	n.failed.Store(true)
	for k := range 4 {
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		_, err := one(ctx, db, "SELECT 'answer'")
		cancel()
		t.Logf("after %s: %v", time.Since(began).Round(time.Millisecond), err)
		if err != nil || k > 0 && time.Since(began) > time.Second {
			t.Errorf("query %d took %s: %v", k, time.Since(began).Round(time.Millisecond), err)
		}
	}
}

// TestSilentFailoverWhileBusy: who waits behind queries that will never be answered does not ask too much.
func TestSilentFailoverWhileBusy(t *testing.T) {
	var n network
	c := config()
	c.User = "postgres" // the old server's connections don't count at the new one; our role may have five
	db := postgres.New(c, n.dial)
	t.Cleanup(db.Close)
	time.AfterFunc(500*time.Millisecond, func() { n.failed.Store(true) })
	waited := make(chan error)
	time.AfterFunc(700*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := one(ctx, db, "SELECT 'never'")
		waited <- err
	})
	errs := append(three(t, db, "SELECT pg_sleep(20)::text"), <-waited)
	for _, err := range errs {
		if err == nil || strings.Contains(err.Error(), "fewer panels") || !strings.Contains(err.Error(), "did not answer") {
			t.Errorf("%v", err)
		}
	}
	if text, err := one(t.Context(), db, "SELECT 'answer'"); err != nil || text != "answer" {
		t.Errorf("afterwards: %q, %v", text, err)
	}
}

// TestConnectionsEnded: a restart, or an administrator, ends idle connections; the next query opens a new one.
func TestConnectionsEnded(t *testing.T) {
	db := client(t, config())
	_ = three(t, db, "SELECT pg_sleep(0.3)::text")
	admin(t, synapse, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'grafana'`)
	for range 4 {
		if _, err := one(t.Context(), db, "SELECT 'answer'"); err != nil {
			t.Error(err)
		}
	}
}
