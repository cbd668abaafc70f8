// Package postgres_test asks a real PostgreSQL, filled with a simulated homeserver, through the plugin's own client. POSTGRES=10
// (13, 16, 18) downloads that version and asks it.
package postgres_test

import (
	"context"
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
	password = "choose-a-password" // the one in postgres.RoleSQL
	synapse  = "synapse"
)

var (
	server     *servers.Server
	homeserver = database.Options{Seed: 7, ServerName: "example.org", Now: time.Now()}
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	var err error
	if server, err = servers.Start(ctx, servers.Options{Version: os.Getenv("POSTGRES")}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer server.Stop() //nolint:errcheck // a temporary folder
	if err := fill(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// fill makes the homeserver's database, an empty one, and the role that the plugin's own text makes.
func fill(ctx context.Context) error {
	for _, name := range []string{synapse, "empty"} {
		if err := server.CreateDatabase(ctx, name); err != nil {
			return err
		}
	}
	conn, err := pgx.Connect(ctx, server.DSN(synapse))
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // the server goes away with the tests
	if err := database.Fill(ctx, conn, homeserver); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, postgres.RoleSQL(role, synapse))
	return err
}

// config is the data source of the read-only role.
func config() settings.Postgres {
	return settings.Postgres{
		Host:     net.JoinHostPort(server.Host(), strconv.Itoa(server.Port())),
		Database: synapse, User: role, Password: password, SSLMode: "disable",
		MaxConnections: 3, StatementTimeout: 10 * time.Second,
	}
}

func client(t *testing.T, c settings.Postgres) *postgres.Client {
	t.Helper()
	made := postgres.New(c, nil)
	t.Cleanup(made.Close)
	return made
}

// since skips a test that uses what came with a later PostgreSQL than the one that is asked.
func since(t *testing.T, major int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), server.DSN(synapse))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // the server goes away with the tests
	var version int
	if err := conn.QueryRow(t.Context(), `SELECT current_setting('server_version_num')::int / 10000`).Scan(&version); err != nil {
		t.Fatal(err)
	}
	if version < major {
		t.Skipf("needs PostgreSQL %d, this is %d", major, version)
	}
}

// admin runs a statement as the superuser.
func admin(t *testing.T, db, sql string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server.DSN(db))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx) //nolint:errcheck // the server goes away with the tests
	if _, err := conn.Exec(ctx, sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}
