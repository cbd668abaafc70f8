// Package world is what is broken to prove what the plugin does then: a real Prometheus and a real PostgreSQL behind proxies that
// fail on demand, and the built plugin, whose every answer, log line, span and metric is searched for what it must not tell.
package world

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/faulty"
	"github.com/matrix-insight/synapse-datasource/lab/servers/stack"
)

// World is one laboratory. Its parts stop when the space closes.
type World struct {
	Stack      *stack.Stack
	Prometheus *faulty.HTTP // fails answers of Prometheus
	Network    *faulty.TCP  // the way to it, fails connections
	TLS        *faulty.TLS  // the same Prometheus by https
	Postgres   *faulty.TCP  // the way to PostgreSQL
	Plugin     *ask.Plugin
	Watch      *Watch
	Formats    []Format

	binary string
	direct ask.Source
}

// Open starts everything.
func Open(ctx context.Context, space *servers.Space, binary string, progress servers.Progress) (*World, error) {
	if _, err := os.Stat(binary); err != nil {
		return nil, fmt.Errorf("the plugin is not built (go tool mage build): %w", err)
	}
	w := &World{binary: binary}
	var err error
	if w.Stack, err = stack.Start(ctx, space, stack.Options{Seed: 3, History: time.Hour, Progress: progress}); err != nil {
		return nil, err
	}
	if err := w.connect(space); err != nil {
		return nil, err
	}
	w.Watch = newWatch(w)
	if err := w.Watch.collectSpans(space); err != nil {
		return nil, err
	}
	if w.direct, err = w.plantSecrets(ctx); err != nil {
		return nil, err
	}
	space.Own(func() error { return w.Plugin.Stop() })
	if err := w.Restart(ctx); err != nil {
		return nil, err
	}
	return w, w.learn(ctx)
}

// connect puts the proxies in between.
func (w *World) connect(space *servers.Space) (err error) {
	if w.Prometheus, err = faulty.NewHTTP(w.Stack.Prometheus.URL); err != nil {
		return err
	}
	space.Own(w.Prometheus.Close)
	if w.Network, err = faulty.NewTCP(strings.TrimPrefix(w.Prometheus.URL, "http://")); err != nil {
		return err
	}
	space.Own(w.Network.Close)
	if w.TLS, err = faulty.NewTLS(w.Prometheus); err != nil {
		return err
	}
	space.Own(w.TLS.Close)
	if w.Postgres, err = faulty.NewTCP(w.Server()); err != nil {
		return err
	}
	space.Own(w.Postgres.Close)
	return nil
}

// Server is PostgreSQL's own address.
func (w *World) Server() string {
	return fmt.Sprintf("%s:%d", w.Stack.Postgres.Host(), w.Stack.Postgres.Port())
}

// Restart ends the plugin, if it runs, and starts it.
func (w *World) Restart(ctx context.Context) (err error) {
	if w.Plugin != nil {
		_ = w.Plugin.Stop()
	}
	w.Plugin, err = ask.Start(ctx, w.binary, w.Watch.Log(), "GF_INSTANCE_OTLP_ADDRESS="+w.Watch.spans)
	return err
}

// Source is the data source behind the proxies, freshly saved.
func (w *World) Source(settings map[string]any) ask.Source {
	of := w.direct.With(map[string]any{"postgresHost": w.Postgres.Address(), "cacheTTL": "0s"}).With(settings)
	of.URL = withSecrets("http://" + w.Network.Address())
	return of
}

// Direct is the same data source without proxies: what it answers is the truth.
func (w *World) Direct() ask.Source {
	return w.direct.With(map[string]any{"cacheTTL": "0s", "queryTimeout": "90s"})
}

// Owner runs statements as the database's superuser, past all proxies.
func (w *World) Owner(ctx context.Context, statements ...string) error {
	conn, err := pgx.Connect(ctx, w.Stack.Postgres.DSN("synapse"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	for _, statement := range statements {
		if _, err := conn.PgConn().Exec(ctx, statement).ReadAll(); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// Sessions counts what the plugin holds at PostgreSQL, and which of it does something.
func (w *World) Sessions(ctx context.Context) (all, busy int, err error) {
	conn, err := pgx.Connect(ctx, w.Stack.Postgres.DSN("synapse"))
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	err = conn.QueryRow(ctx, `SELECT count(*), count(*) FILTER (WHERE state <> 'idle') FROM pg_stat_activity WHERE usename = $1`, reader).Scan(&all, &busy)
	return all, busy, err
}

// Heal ends every fault of the proxies.
func (w *World) Heal() error {
	w.Prometheus.Heal()
	w.TLS.Present(w.TLS.Good)
	w.Postgres.Thaw()
	w.Postgres.Point(w.Server())
	for _, p := range []*faulty.TCP{w.Network, w.Postgres} {
		if err := p.Up(); err != nil {
			return err
		}
	}
	return nil
}

// Names of formats that need an upstream.
func (w *World) Names(needs string) (names []string) {
	for _, f := range w.Formats {
		if f.Needs == needs {
			names = append(names, f.Name())
		}
	}
	slices.Sort(names)
	return names
}

// Pooler starts a PgBouncer in front of PostgreSQL.
func (w *World) Pooler(ctx context.Context, mode string) (port int, stop func() error, err error) {
	return w.Stack.Postgres.StartPooler(ctx, mode, reader, pgPassword)
}

// Trusting are secrets with the certificate that makes clients trust the https address.
func (w *World) Trusting(secure map[string]string) map[string]string {
	secure = maps.Clone(secure)
	secure["tlsCACert"] = w.TLS.CA
	return secure
}
