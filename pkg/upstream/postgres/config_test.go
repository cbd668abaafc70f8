package postgres

import (
	"context"
	"errors"
	"net"
	"regexp"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// TestDialGetsTheName: a proxy resolves the name, also for the request that cancels a statement.
func TestDialGetsTheName(t *testing.T) {
	var asked []string
	stop := errors.New("stop")
	config, err := poolConfig(settings.Postgres{Host: "db.internal:6432", SSLMode: "disable"}, func(_ context.Context, network, address string) (net.Conn, error) {
		asked = append(asked, network+" "+address)
		return nil, stop
	})
	if err != nil {
		t.Fatal(err)
	}
	names, err := config.ConnConfig.LookupFunc(t.Context(), "db.internal")
	if err != nil || len(names) != 1 || names[0] != "db.internal" {
		t.Errorf("looked up: %v, %v", names, err)
	}
	if _, err := config.ConnConfig.DialFunc(t.Context(), "tcp", "192.0.2.1:1"); !errors.Is(err, stop) || asked[0] != "tcp db.internal:6432" {
		t.Errorf("dialled %v, %v", asked, err)
	}
	if len(config.ConnConfig.Fallbacks) != 0 || len(config.ConnConfig.RuntimeParams) != 1 {
		t.Errorf("fallbacks %v, start-up parameters %v", config.ConnConfig.Fallbacks, config.ConnConfig.RuntimeParams)
	}
}

// PostgreSQL takes 1 to 2147483647 ms; 0 would be no limit at all.
func TestStatementTimeoutFits(t *testing.T) {
	soon, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	for _, c := range []struct {
		ctx   context.Context
		limit time.Duration
		want  int64
	}{
		{t.Context(), 10 * time.Second, 10000},
		{t.Context(), time.Microsecond, 1},
		{t.Context(), 60 * 24 * time.Hour, 2147483647},
		{soon, 10 * time.Second, 1},
	} {
		if got := bound(c.ctx, c.limit).Milliseconds(); got != c.want {
			t.Errorf("limit %s: %d ms, want %d", c.limit, got, c.want)
		}
	}
}

// A setting that a server does not know fails the transaction: what is younger than PostgreSQL 10 must not be set blindly.
func TestOldServersTakeTheSettings(t *testing.T) {
	for _, match := range regexp.MustCompile(`SET LOCAL (\w+)`).FindAllStringSubmatch(beginSQL, -1) {
		switch match[1] {
		case "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "max_parallel_workers_per_gather", "row_security",
			"datestyle", "timezone", "intervalstyle", "extra_float_digits", "standard_conforming_strings", "search_path":
		default:
			t.Errorf("%s is not known to be a setting of PostgreSQL 10", match[1])
		}
	}
}
