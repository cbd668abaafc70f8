package faults

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/postgres"
)

// connect signs the superuser in.
func connect(t *testing.T, server *postgres.Server, name string) *pgx.Conn {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), server.DSN(name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close(context.Background()) })
	return connection
}

func execute(t *testing.T, connection *pgx.Conn, statement string) {
	t.Helper()
	if _, err := connection.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// postgresFails: each format that PostgreSQL tells says why it can't, the diagnosis is blind for the checks that read
// it and says so there, and all that Prometheus tells is answered.
func postgresFails(t *testing.T, of ask.Source, status int, words ...string) {
	t.Helper()
	for refID, answer := range together(t, of, formats("postgres")...) {
		failed(t, refID, answer, status, words...)
	}
	blind(t, of, words...)
	for refID, answer := range together(t, of, ask.Query{"refId": "transactions", "queryType": "transactions"},
		ask.Query{"refId": "histogram", "queryType": "forwardExtremities", "format": "histogram"}) {
		if answer.Error != nil || len(answer.Frames) == 0 {
			t.Errorf("%s without PostgreSQL: %d frames, %v", refID, len(answer.Frames), answer.Error)
		}
	}
}

// sqlOnly are checks that nothing but PostgreSQL can answer.
var sqlOnly = []string{"database-connections", "postgres-hygiene", "extremities-corrupt", "partial-state", "table-growth"}

// blind: the diagnosis answers, and what needs PostgreSQL is unknown for this reason.
func blind(t *testing.T, of ask.Source, words ...string) {
	t.Helper()
	answer := answered(t, of, ask.Query{"queryType": "diagnosis"})
	severities, checks, evidence := column(t, answer, "severity"), column(t, answer, "check"), column(t, answer, "evidence")
	remedies, advice := column(t, answer, "remedy"), column(t, answer, "advice")
	unknown := map[string]bool{}
	for i, check := range checks {
		spotless(t, check, evidence[i]+advice[i]+remedies[i])
		if severities[i] != "unknown" {
			continue
		}
		unknown[check] = true
		if slices.Contains(sqlOnly, check) {
			says(t, check, evidence[i], words...)
		}
	}
	for _, check := range sqlOnly {
		if !unknown[check] {
			t.Errorf("%s is not unknown: %v", check, checks)
		}
	}
	for _, check := range []string{"event-send-time", "cache-undersized", "database-cost", "cpu-saturation"} {
		if unknown[check] {
			t.Errorf("%s is unknown although Prometheus answers", check)
		}
	}
}

// A homeserver on SQLite has no PostgreSQL to ask: everything else works.
func TestNoPostgreSQL(t *testing.T) {
	of := source(t, without)
	for refID, answer := range together(t, of, formats("postgres")...) {
		failed(t, refID, answer, http.StatusBadRequest, "PostgreSQL", "SQLite", "Fill in")
	}
	blind(t, of, "PostgreSQL is not configured")
	for refID, answer := range together(t, of, formats("prometheus")...) {
		if answer.Error != nil || len(answer.Frames) == 0 {
			t.Errorf("%s: %d frames, %v", refID, len(answer.Frames), answer.Error)
		}
	}
	result, aspects := health(t, of)
	if result.Status != backend.HealthStatusOk {
		t.Errorf("health is %v: %s", result.Status, result.Message)
	}
	statuses(t, aspects, map[string]string{"prometheus": "ok", "metrics": "ok", "postgres": "not-configured", "grants": "not-configured", "schema": "not-configured"})
}

// Wrong in the settings: each has its own words, and the health check the same.
func TestPostgreSQLMisconfigured(t *testing.T) {
	port, err := servers.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		settings map[string]any
		password string
		status   int
		words    []string
	}{
		{"wrong password", nil, wrongPassword, http.StatusBadGateway, []string{"refused the user", "password", "Check"}},
		{"wrong user", map[string]any{"postgresUser": "nobody_there"}, "", http.StatusBadGateway, []string{"refused the user", "Check user"}},
		{"wrong database", map[string]any{"postgresDatabase": "nowhere"}, "", http.StatusBadGateway, []string{"no database of the name", "Correct"}},
		{"nobody listens", map[string]any{"postgresHost": fmt.Sprintf("127.0.0.1:%d", port)}, "", http.StatusBadGateway, []string{"can't be reached", "Check that it runs"}},
		{"an unknown host", map[string]any{"postgresHost": "no-such-host.invalid"}, "", http.StatusBadGateway, []string{"could not be resolved", "Check the host"}},
		{"a web server", map[string]any{"postgresHost": webServer(t)}, "", http.StatusBadGateway, []string{"can't be reached", "not PostgreSQL", "Check"}},
		{"TLS where there is none", map[string]any{"postgresSslMode": "require"}, "", http.StatusBadGateway, []string{"TLS", "Check the TLS mode"}},
		{"no port", map[string]any{"postgresHost": "127.0.0.1:postgres"}, "", http.StatusBadRequest, []string{"neither host", "Correct it"}},
		{"half of it", map[string]any{"postgresDatabase": nil, "postgresUser": nil}, "", http.StatusBadRequest, []string{"half configured", "database and user missing", "Fill it in"}},
		{"a TLS mode", map[string]any{"postgresSslMode": "maybe"}, "", http.StatusBadRequest, []string{"postgresSslMode", "maybe", "verify-full", "Correct it"}},
		{"too many connections", map[string]any{"postgresMaxConnections": 1000}, "", http.StatusBadRequest, []string{"postgresMaxConnections", "1000", "2 to 20"}},
		{"a bad duration", map[string]any{"postgresStatementTimeout": "soon"}, "", http.StatusBadRequest, []string{"postgresStatementTimeout", `"soon"`, "duration"}},
		{"no socket", map[string]any{"postgresHost": "/nonexistent/folder"}, "", http.StatusBadGateway, []string{"can't be reached", "Check"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			of := source(t, c.settings)
			if c.password != "" {
				of.Secure = maps.Clone(of.Secure)
				of.Secure["postgresPassword"] = c.password
			}
			postgresFails(t, of, c.status, c.words...)
			result, aspects := health(t, of)
			if result.Status != backend.HealthStatusOk {
				t.Errorf("health is %v: PostgreSQL alone does not decide", result.Status)
			}
			says(t, "the health check", result.Message, c.words...)
			statuses(t, aspects, map[string]string{"prometheus": "ok", "postgres": "error", "grants": "not-checked", "schema": "not-checked"})
		})
	}
}

// webServer says no in its own language to whatever comes in.
func webServer(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = connection.Write([]byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n" + confidential))
			_ = connection.Close()
		}
	}()
	return listener.Addr().String()
}

// The database is there and is not Synapse's.
func TestNotSynapsesDatabase(t *testing.T) {
	of := source(t, map[string]any{"postgresDatabase": "postgres"})
	postgresFails(t, of, http.StatusBadGateway, `"postgres" is not Synapse's`, "homeserver.yaml")
	_, aspects := health(t, of)
	statuses(t, aspects, map[string]string{"prometheus": "ok", "postgres": "ok", "grants": "not-checked", "schema": "error"})
}
