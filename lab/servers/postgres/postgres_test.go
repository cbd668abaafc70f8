package postgres

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestServer(t *testing.T) {
	ctx := t.Context()
	server, err := Start(ctx, Options{Dir: t.TempDir(), Progress: func(s string) { t.Log(s) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	if err := server.CreateDatabase(ctx, "synapse"); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, server, "synapse", "SELECT datcollate || '/' || datctype || '/' || pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'synapse'"); got != "C/C/UTF8" {
		t.Errorf("locale and encoding = %s", got)
	}
	ask(t, server, "synapse", "CREATE ROLE reader LOGIN PASSWORD 'right'; SELECT 'done'")
	if _, err := pgx.Connect(ctx, server.UserDSN("reader", "wrong", "synapse")); err == nil || !strings.Contains(err.Error(), "28P01") {
		t.Errorf("a wrong password gives %v, want 28P01", err)
	}
	connection, err := pgx.Connect(ctx, server.UserDSN("reader", "right", "synapse"))
	if err != nil {
		t.Fatalf("the right password: %v", err)
	}
	_ = connection.Close(ctx)
	dir := server.dir
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", dir, err)
	}
}

func ask(t *testing.T, server *Server, database, sql string) string {
	t.Helper()
	ctx := context.Background()
	connection, err := pgx.Connect(ctx, server.DSN(database))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close(ctx) }()
	results, err := connection.PgConn().Exec(ctx, sql).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows := results[len(results)-1].Rows
	return string(rows[0][0])
}
