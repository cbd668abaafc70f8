// Package standby_test asks a hot standby of Synapse's PostgreSQL through the plugin's own client, and its primary to
// compare.
package standby_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/lab/database"
	servers "github.com/matrix-insight/synapse-datasource/lab/servers/postgres"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/postgres"
)

const (
	role     = "grafana"
	password = "secret"
	synapse  = "synapse"
)

var (
	primary, standby *servers.Server
	homeserver       = database.Options{Seed: 7, ServerName: "example.org", Now: time.Now()}
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	defer func() {
		for _, server := range []*servers.Server{standby, primary} {
			if server != nil {
				_ = server.Stop() // a temporary folder
			}
		}
	}()
	if err := start(ctx); err != nil && !errors.Is(err, servers.ErrNoStandby) {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// start makes the homeserver's database and its standby. Only the tests vacuum, and what one of them has not asked for
// never cancels its reads.
func start(ctx context.Context) (err error) {
	if primary, err = servers.Start(ctx, servers.Options{Settings: map[string]string{"autovacuum_naptime": "1d"}}); err != nil {
		return err
	}
	if err := primary.CreateDatabase(ctx, synapse); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, primary.DSN(synapse))
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // the server goes away with the tests
	if err := database.Fill(ctx, conn, homeserver); err != nil {
		return err
	}
	if err := database.Role(ctx, conn, role, password); err != nil {
		return err
	}
	standby, err = primary.StartStandby(ctx, servers.Options{Settings: map[string]string{
		"hot_standby_feedback": "off", "max_standby_streaming_delay": "-1", "deadlock_timeout": "50ms",
	}})
	return err
}

// config is the data source of the role that the README makes.
func config(server *servers.Server) settings.Postgres {
	return settings.Postgres{
		Host:     net.JoinHostPort(server.Host(), strconv.Itoa(server.Port())),
		Database: synapse, User: role, Password: password, SSLMode: "disable",
		MaxConnections: 3, StatementTimeout: 10 * time.Second,
	}
}

// both are the primary's client and the standby's, which has seen all that was written.
func both(t *testing.T) (onPrimary, onStandby *postgres.Client) {
	t.Helper()
	if standby == nil {
		t.Skip(servers.ErrNoStandby)
	}
	catchUp(t)
	onPrimary, onStandby = postgres.New(config(primary), nil), postgres.New(config(standby), nil)
	t.Cleanup(onPrimary.Close)
	t.Cleanup(onStandby.Close)
	return onPrimary, onStandby
}

func catchUp(t *testing.T) {
	t.Helper()
	if err := standby.CatchUp(t.Context(), primary); err != nil {
		t.Fatal(err)
	}
}

// admin runs statements as the superuser, each by itself.
func admin(t *testing.T, server *servers.Server, statements ...string) {
	t.Helper()
	if err := execute(server, statements...); err != nil {
		t.Fatal(err)
	}
}

func execute(server *servers.Server, statements ...string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server.DSN(synapse))
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // the server goes away with the tests
	for _, sql := range statements {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

// wait asks the superuser's question until the answer is true.
func wait(t *testing.T, server *servers.Server, question string) {
	t.Helper()
	if err := until(t.Context(), server, question); err != nil {
		t.Fatal(err)
	}
}

func until(ctx context.Context, server *servers.Server, question string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		// A new session each time: it is the first to know the server's settings.
		conn, err := pgx.Connect(ctx, server.DSN(synapse))
		if err != nil {
			return err
		}
		var yes bool
		err = conn.QueryRow(ctx, question).Scan(&yes)
		_ = conn.Close(ctx)
		if err != nil || yes {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}
