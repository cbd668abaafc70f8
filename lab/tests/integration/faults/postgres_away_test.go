package faults

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/lab/database"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/postgres"
)

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
	t.Run("with a short statement timeout", func(t *testing.T) {
		of := source(t, map[string]any{"postgresStatementTimeout": "300ms"})
		lock(t, "destinations")
		failed(t, "destinations", asked(t, of, ask.Query{"queryType": "federation", "format": "destinations"}), http.StatusGatewayTimeout,
			"locked", "try again")
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
