//go:build unix

package faults

import (
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
)

// frozen stops a process as a machine that swaps does, and lets it go on after the test, or when thaw is called.
func frozen(t *testing.T, pid int) (thaw func()) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	thaw = func() { _ = syscall.Kill(pid, syscall.SIGCONT) }
	t.Cleanup(thaw)
	return thaw
}

// The real Prometheus hangs: its port still takes connections.
func TestPrometheusHangs(t *testing.T) {
	of := hurried(t, map[string]any{"cacheTTL": "0s"})
	of.URL = laboratory.Prometheus.URL
	queries := []ask.Query{
		{"refId": "transactions", "queryType": "transactions"}, {"refId": "diagnosis", "queryType": "diagnosis"},
		{"refId": "cpu", "queryType": "resources", "format": "cpu"},
	}
	together(t, of, queries...) // connections are open
	thaw := frozen(t, laboratory.Prometheus.PID())
	start := time.Now()
	answers := together(t, of, append(queries, ask.Query{"refId": "destinations", "queryType": "federation", "format": "destinations"})...)
	timely(t, "the request", start, queryTimeout)
	for _, q := range queries {
		refID, _ := q["refId"].(string)
		failed(t, refID, answers[refID], http.StatusGatewayTimeout, "did not answer within", "query timeout")
	}
	if answer := answers["destinations"]; answer.Error != nil {
		t.Errorf("destinations, of PostgreSQL: %v", answer.Error)
	}
	start = time.Now()
	result, aspects := health(t, of)
	timely(t, "the health check", start, queryTimeout)
	if result.Status != backend.HealthStatusError {
		t.Errorf("health is %v: %s", result.Status, result.Message)
	}
	statuses(t, aspects, map[string]string{"prometheus": "error", "metrics": "not-checked"})
	thaw()
	answered(t, of.With(map[string]any{"queryTimeout": nil}), ask.Query{"queryType": "transactions"})
}

// The real PostgreSQL takes connections and starts no session for them.
func TestPostgreSQLHangs(t *testing.T) {
	of := hurried(t, nil)
	thaw := frozen(t, laboratory.Postgres.PID())
	silent(t, of)
	thaw()
	answered(t, of.With(map[string]any{"queryTimeout": nil}), ask.Query{"queryType": "forwardExtremities"})
}
