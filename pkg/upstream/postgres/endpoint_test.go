package postgres

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
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
		"/srv/a@b=c":               {"/srv/a@b=c", 5432},
	} {
		host, port, err := endpoint(text)
		if err != nil || host != want.host || port != want.port {
			t.Errorf("%q is %q %d, %v", text, host, port, err)
		}
	}
	for _, text := range []string{
		"", " ", "db:", "db:sql", "db:0", "db:70000", ":5432", "[", "[]", "[]:5432", "[:", "]:1", "[a]b:1", "[db]:5432", "a:b:c", "[::1]5432",
	} {
		if host, port, err := endpoint(text); err == nil {
			t.Errorf("%q is taken for %q %d", text, host, port)
		}
	}
}

// TestHostWithPassword: everybody who sees a panel reads the sentence.
func TestHostWithPassword(t *testing.T) {
	for _, text := range []string{
		"grafana:s3cr3t@db.internal", "grafana:s3cr3t@db.internal:5432", "grafana:s3cr3t", "postgres://grafana:s3cr3t@db/synapse",
		"host=db user=grafana password=s3cr3t", "db?password=s3cr3t", "s3cr3t@[::1]:5432", "[s3cr3t]:x",
	} {
		_, _, err := endpoint(text)
		var setting *errSetting
		if !errors.As(err, &setting) || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%q: %v", text, err)
		}
		if !strings.Contains(text, "@") {
			continue
		}
		db := New(settings.Postgres{MaxConnections: 2, StatementTimeout: 10 * time.Second, Host: text, Database: "d", User: "u"}, nil)
		if _, err := db.Owner(t.Context()); err == nil || !strings.Contains(err.Error(), "their own fields") {
			t.Errorf("%q: %v", text, err)
		}
		db.Close()
	}
}

func FuzzEndpoint(f *testing.F) {
	for _, s := range []string{"db", "db:5432", "[::1]:5432", "::1", "/run/postgresql:5433", "[", "]:1", "[:", ":5", "a:b:c", "[a]b:1", "u:p@h", "\xff:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		host, port, err := endpoint(s)
		switch {
		case err == nil && (host == "" || port == 0 || !strings.Contains(s, host)):
			t.Errorf("%q is %q %d", s, host, port)
		case err != nil && !slices.Contains([]error{errNoHost, errMoreHost, errHost}, err):
			t.Errorf("%q: %v", s, err)
		}
	})
}
