package postgres_test

import (
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// logged is a statement in PostgreSQL's log; lines that follow without the prefix belong to it.
var logged = regexp.MustCompile(`(?s)matrix-synapse-datasource\|LOG:  (?:statement|execute [^:]*): (.*?)(?:\n\S*\|(?:LOG|DETAIL|ERROR|STATEMENT)|$)`)

// allowed is how each statement begins, or each part of one that has several.
var allowed = regexp.MustCompile(`^(SELECT|WITH|SHOW|SET LOCAL|BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY|COMMIT|ROLLBACK)\b`)

// TestOnlyReads asks everything as the superuser, so that nothing but the plugin itself forbids a write, and reads PostgreSQL's own log:
// there are only reads, and no table has changed.
func TestOnlyReads(t *testing.T) {
	for _, sql := range []string{`ALTER SYSTEM SET log_statement = 'all'`, `ALTER SYSTEM SET log_line_prefix = '%a|'`, `SELECT pg_reload_conf()`} {
		admin(t, synapse, sql)
	}
	t.Cleanup(func() {
		admin(t, synapse, `ALTER SYSTEM RESET ALL`)
		admin(t, synapse, `SELECT pg_reload_conf()`)
	})
	time.Sleep(500 * time.Millisecond) // the sessions take the new settings over
	before, changes := size(t, server.LogFile()), changed(t)
	super, err := pgx.ParseConfig(server.DSN(synapse))
	if err != nil {
		t.Fatal(err)
	}
	c := config()
	c.Host, c.User, c.Password = net.JoinHostPort(server.Host(), strconv.Itoa(server.Port())), super.User, settings.Secret(super.Password)
	askEverything(t, client(t, c))
	log, err := os.ReadFile(server.LogFile())
	if err != nil {
		t.Fatal(err)
	}
	statements := logged.FindAllStringSubmatch(string(log[before:]), -1)
	if len(statements) < 30 {
		t.Fatalf("%d statements are in the log", len(statements))
	}
	for _, statement := range statements {
		for part := range strings.SplitSeq(strings.ReplaceAll(statement[1], "/* matrix-synapse-datasource */ ", ""), ";") {
			if part = strings.TrimSpace(part); part != "" && !allowed.MatchString(part) {
				t.Errorf("no read: %.200s", part)
			}
		}
	}
	if after := changed(t); after != changes {
		t.Errorf("rows written: %d before, %d after", changes, after)
	}
}

func size(t *testing.T, file string) int64 {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// changed is how many rows of all tables were ever written.
func changed(t *testing.T) (rows int64) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), server.DSN(synapse))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())       //nolint:errcheck // the server goes away with the tests
	time.Sleep(1200 * time.Millisecond) // sessions report what they did once a second at most
	if err := conn.QueryRow(t.Context(), `SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_user_tables`).Scan(&rows); err != nil {
		t.Fatal(err)
	}
	return rows
}
