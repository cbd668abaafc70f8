package postgres

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"
)

func TestEndpoint(t *testing.T) {
	for text, want := range map[string]struct {
		host string
		port uint16
	}{
		"db.example.org":           {"db.example.org", 5432},
		" db.example.org:6432 ":    {"db.example.org", 6432},
		"::1":                      {"::1", 5432},
		"[::1]":                    {"::1", 5432},
		"[2001:db8::1]:6432":       {"2001:db8::1", 6432},
		"/var/run/postgresql":      {"/var/run/postgresql", 5432},
		"/var/run/postgresql:5433": {"/var/run/postgresql", 5433},
	} {
		host, port, err := endpoint(text)
		if err != nil || host != want.host || port != want.port {
			t.Errorf("%q is %q %d, %v", text, host, port, err)
		}
	}
	for _, text := range []string{"", " ", "db:", "db:sql", "db:0", "db:70000", ":5432"} {
		if host, port, err := endpoint(text); err == nil {
			t.Errorf("%q is taken for %q %d", text, host, port)
		}
	}
}

// TestDialGetsTheName: a proxy resolves the name, also for the request that cancels a statement.
func TestDialGetsTheName(t *testing.T) {
	var asked []string
	stop := errors.New("stop")
	config, err := Config{Host: "db.internal:6432", SSLMode: "disable"}.poolConfig(func(_ context.Context, network, address string) (net.Conn, error) {
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
		want  string
	}{
		{t.Context(), 10 * time.Second, "statement_timeout = 10000;"},
		{t.Context(), time.Microsecond, "statement_timeout = 1;"},
		{t.Context(), 60 * 24 * time.Hour, "statement_timeout = 2147483647;"},
		{soon, 10 * time.Second, "statement_timeout = 1;"},
	} {
		if got := begin(c.ctx, c.limit); !strings.Contains(got, c.want) {
			t.Errorf("limit %s: %s, want %s", c.limit, got, c.want)
		}
	}
}
