package postgres

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

func TestCircuits(t *testing.T) {
	const slow, quick = "SELECT slow", "SELECT quick"
	var c circuits
	before := open(t)
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	blocked := func(sql string, after time.Duration) bool { return c.blocked(sql, time.Second, now.Add(after)) != nil }
	for _, pause := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 15 * time.Minute} {
		c.trip(slow, now)
		if !blocked(slow, pause-time.Second) || blocked(slow, pause) || blocked(quick, 0) {
			t.Errorf("after a pause of %s: %t %t %t", pause, blocked(slow, pause-time.Second), blocked(slow, pause), blocked(quick, 0))
		}
	}
	wantOpen(t, before+1)
	c.heal([]string{quick, slow})
	wantOpen(t, before)
	c.trip(slow, now)
	c.trip(quick, now)
	if !blocked(slow, 0) || blocked(slow, time.Minute) {
		t.Error("a statement that was finished begins with a minute again")
	}
	wantOpen(t, before+2)
	c.close()
	wantOpen(t, before)
}

// What is worded already stays as it is. That it became its own cause made whoever asked for another kind of error wait for ever.
func TestBlockedIsExplainedOnce(t *testing.T) {
	var c circuits
	now := time.Now()
	c.trip("SELECT slow", now)
	t.Cleanup(c.close)
	for _, err := range []error{c.blocked("SELECT slow", time.Second, now), fmt.Errorf("read: %w", c.blocked("SELECT slow", time.Second, now))} {
		explained := New(settings.Postgres{}, nil).explain(t.Context(), time.Second, err)
		if fault := new(upstream.Fault); !errors.As(explained, &fault) || fault.Kind != upstream.Limit || errors.Unwrap(explained) != nil {
			t.Errorf("%v is explained as %v, by %v", err, explained, errors.Unwrap(explained))
		}
	}
}

func wantOpen(t *testing.T, want float64) {
	t.Helper()
	if got := open(t); got != want {
		t.Errorf("%g circuits are open, want %g", got, want)
	}
}

// open is the gauge, as Grafana serves it.
func open(t *testing.T) float64 {
	t.Helper()
	all, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range all {
		if family.GetName() == "matrix_synapse_datasource_postgres_circuits_open" {
			return family.GetMetric()[0].GetGauge().GetValue()
		}
	}
	t.Fatal("there is no such gauge")
	return 0
}
