package faults

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/lab/database"
	"github.com/matrix-insight/synapse-datasource/lab/rig"
	"github.com/matrix-insight/synapse-datasource/lab/rig/ask"
	"github.com/matrix-insight/synapse-datasource/lab/rig/postgres"
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
	port, err := rig.FreePort()
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

// statements are the lines of a text that PostgreSQL understands.
func statements(text string) (found []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "GRANT ") && strings.HasSuffix(line, ";") {
			found = append(found, line)
		}
	}
	return found
}

// A role that may only sign in is told what to grant; exactly that, run by the owner, mends everything.
func TestGrantsOfTheMessageMend(t *testing.T) {
	of := source(t, map[string]any{"postgresUser": `an "odd" role`})
	of.Secure = maps.Clone(of.Secure)
	of.Secure["postgresPassword"] = "odd"
	owner := connect(t, laboratory.Postgres, "synapse")
	execute(t, owner, `CREATE ROLE "an ""odd"" role" LOGIN PASSWORD 'odd'`)
	t.Cleanup(func() {
		// A connection of its own: the test's context is over.
		_, _ = owner.Exec(context.Background(), `DROP OWNED BY "an ""odd"" role"`)
	})
	answers := together(t, of, formats("postgres")...)
	for refID, answer := range answers {
		if strings.HasPrefix(refID, "tables/") { // the catalogue is readable by everybody
			continue
		}
		failed(t, refID, answer, http.StatusForbidden, "may not read", "Run as the owner of the database:\nGRANT ")
	}
	blind(t, of, "may not read")
	_, aspects := health(t, of)
	statuses(t, aspects, map[string]string{"prometheus": "ok", "postgres": "ok", "grants": "error"})
	told := statements(answers["forwardExtremities/rooms"].Error.Error())
	if !slices.Equal(told, statements(aspects["grants"].Remedy)) {
		t.Errorf("the query says %v, the health check %v", told, aspects["grants"].Remedy)
	}
	if !strings.Contains(strings.Join(told, "\n"), ") ON events TO ") {
		t.Errorf("events is not granted by column: %v", told)
	}
	for _, statement := range told {
		execute(t, owner, statement)
	}
	for refID, answer := range together(t, of, formats("postgres")...) { // the same data source: an error is not kept
		if answer.Error != nil {
			t.Errorf("%s after the grants: %v", refID, answer.Error)
		}
	}
	_, aspects = health(t, of)
	statuses(t, aspects, map[string]string{"postgres": "ok", "grants": "ok", "schema": "ok"})

	// One table less: only its statement is asked for.
	execute(t, owner, `REVOKE ALL ON destinations FROM "an ""odd"" role"`)
	answer := asked(t, of.With(nil), ask.Query{"queryType": "federation", "format": "destinations"})
	failed(t, "destinations", answer, http.StatusForbidden, `GRANT SELECT ON destinations TO "an ""odd"" role";`)
	if told := statements(answer.Error.Error()); len(told) != 1 {
		t.Errorf("one grant is missing, told are %v", told)
	}
	answered(t, of.With(nil), ask.Query{"queryType": "forwardExtremities"})
}

// A table is locked: the plugin does not queue behind the lock, and who needs other tables is answered.
func TestLockedTable(t *testing.T) {
	owner := connect(t, laboratory.Postgres, "synapse")
	lock := func(t *testing.T, table string) {
		execute(t, owner, "BEGIN")
		t.Cleanup(func() { _, _ = owner.Exec(context.Background(), "ROLLBACK") })
		execute(t, owner, "LOCK TABLE "+table+" IN ACCESS EXCLUSIVE MODE")
	}
	t.Run("longer than the lock timeout", func(t *testing.T) {
		of := source(t, nil)
		lock(t, "event_forward_extremities")
		answers := together(t, of, ask.Query{"refId": "rooms", "queryType": "forwardExtremities"},
			ask.Query{"refId": "destinations", "queryType": "federation", "format": "destinations"})
		failed(t, "rooms", answers["rooms"], http.StatusGatewayTimeout, "locked", "try again")
		if err := answers["destinations"].Error; err != nil {
			t.Errorf("destinations: %v", err)
		}
		answer := answered(t, of, ask.Query{"queryType": "diagnosis"})
		severities := column(t, answer, "severity")
		for i, check := range column(t, answer, "check") {
			if check == "federation-destinations" && severities[i] == "unknown" {
				t.Error("a lock on another table blinds federation-destinations")
			}
			if check == "extremities-corrupt" && severities[i] != "unknown" {
				t.Errorf("extremities-corrupt is %s behind a lock", severities[i])
			}
		}
	})
	t.Run("longer than the statement timeout", func(t *testing.T) {
		of := source(t, map[string]any{"postgresStatementTimeout": "300ms"})
		lock(t, "destinations")
		failed(t, "destinations", asked(t, of, ask.Query{"queryType": "federation", "format": "destinations"}), http.StatusGatewayTimeout,
			"longer than the limit of 300ms", "raise the statement timeout")
	})
	t.Run("longer than the statement timeout of the ranking", func(t *testing.T) {
		of := source(t, map[string]any{"postgresStatementTimeout": "300ms", "postgresFullPassTimeout": "500ms"})
		lock(t, "event_forward_extremities")
		failed(t, "rooms", asked(t, of, ask.Query{"queryType": "forwardExtremities"}), http.StatusGatewayTimeout, "longer than one statement may", "background")
	})
	t.Run("longer than the query timeout", func(t *testing.T) {
		of := source(t, map[string]any{"queryTimeout": "1s"})
		lock(t, "event_forward_extremities")
		start := time.Now()
		answer := asked(t, of, ask.Query{"queryType": "forwardExtremities"})
		timely(t, "rooms", start, time.Second)
		failed(t, "rooms", answer, http.StatusGatewayTimeout)
	})
}

// The connection ends under a statement, and the server is gone afterwards.
func TestPostgreSQLStops(t *testing.T) {
	of := source(t, nil)
	server, err := postgres.Start(t.Context(), postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	if err := server.CreateDatabase(t.Context(), "synapse"); err != nil {
		t.Fatal(err)
	}
	owner := connect(t, server, "synapse")
	if err := database.Fill(t.Context(), owner, database.Options{Seed: 3, Now: laboratory.History.To, Healthy: true}); err != nil {
		t.Fatal(err)
	}
	of = of.With(map[string]any{"postgresHost": fmt.Sprintf("%s:%d", server.Host(), server.Port()), "postgresUser": postgres.Superuser})
	answered(t, of, ask.Query{"queryType": "forwardExtremities"})

	// An idle connection in the pool that the server has ended costs nobody an error.
	time.Sleep(1500 * time.Millisecond)
	execute(t, owner, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'matrix-synapse-datasource'")
	answered(t, of, ask.Query{"queryType": "federation", "format": "destinations"})

	execute(t, owner, "BEGIN")
	execute(t, owner, "LOCK TABLE event_forward_extremities IN ACCESS EXCLUSIVE MODE")
	answers := make(chan backend.Responses, 1)
	of = of.With(nil)
	go func() { answers <- together(t, of, ask.Query{"queryType": "forwardExtremities"}) }()
	waiting := connect(t, server, "postgres")
	for end := time.Now().Add(slack); ; time.Sleep(20 * time.Millisecond) {
		var n int
		err := waiting.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'matrix-synapse-datasource'").Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("nobody waits for the lock")
		}
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	answer := (<-answers)["A"]
	switch {
	case answer.Status == http.StatusGatewayTimeout: // the lock timeout may have come first
	case answer.Error != nil && strings.Contains(answer.Error.Error(), "can't be reached"): // so may the answer's other statement, that still connects
		failed(t, "while it connects", answer, http.StatusBadGateway, "can't be reached", "Check that it runs")
	default:
		failed(t, "under a statement", answer, http.StatusBadGateway, "ended the connection", "Try again")
	}
	postgresFails(t, of, http.StatusBadGateway, "can't be reached", "Check that it runs")
}

// Something takes connections at PostgreSQL's address and says nothing.
func TestPostgreSQLSilent(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	of := hurried(t, map[string]any{"postgresHost": listener.Addr().String()})
	silent(t, of)
}

// silent: PostgreSQL does not answer. Who asks it is told within the query timeout, and the diagnosis is blind for its
// checks only.
func silent(t *testing.T, of ask.Source) {
	t.Helper()
	start := time.Now()
	for refID, answer := range together(t, of, formats("postgres")...) {
		failed(t, refID, answer, http.StatusGatewayTimeout, "did not answer within", "raise")
	}
	timely(t, "PostgreSQL's formats", start, queryTimeout)
	start = time.Now()
	blind(t, of.With(map[string]any{"queryTimeout": "10s"}), "PostgreSQL", "did not answer")
	timely(t, "the diagnosis", start, 10*time.Second)
	start = time.Now()
	result, aspects := health(t, of)
	timely(t, "the health check", start, queryTimeout)
	if result.Status != backend.HealthStatusOk {
		t.Errorf("health is %v: %s", result.Status, result.Message)
	}
	statuses(t, aspects, map[string]string{"prometheus": "ok", "postgres": "error", "grants": "not-checked", "schema": "not-checked"})
}
