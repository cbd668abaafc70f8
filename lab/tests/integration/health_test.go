package integration

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
)

func TestHealth(t *testing.T) {
	good := source(t)
	wrongPassword := good.With(nil)
	wrongPassword.Secure = map[string]string{"postgresPassword": "wrong"}
	nobody := good.With(nil)
	port, err := servers.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	nobody.URL = fmt.Sprintf("http://127.0.0.1:%d", port)
	for _, c := range []struct {
		name   string
		of     ask.Source
		status backend.HealthStatus
		want   map[string]string
	}{
		{"all is well", good, backend.HealthStatusOk, map[string]string{
			"prometheus": "ok", "metrics": "ok", "postgres": "ok", "grants": "ok", "schema": "ok"}},
		{"no PostgreSQL", good.With(withoutPostgres),
			backend.HealthStatusOk, map[string]string{"prometheus": "ok", "metrics": "ok",
				"postgres": "not-configured", "grants": "not-configured", "schema": "not-configured"}},
		{"a wrong password", wrongPassword, backend.HealthStatusOk, map[string]string{"prometheus": "ok", "metrics": "ok",
			"postgres": "error", "grants": "not-checked", "schema": "not-checked"}},
		{"nobody at the URL", nobody, backend.HealthStatusError, map[string]string{"prometheus": "error",
			"metrics": "not-checked", "postgres": "ok", "grants": "ok", "schema": "ok"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			result, err := plugin.CheckHealth(t.Context(), &backend.CheckHealthRequest{PluginContext: c.of.Context()})
			if err != nil {
				t.Fatal(err)
			}
			if result.Status != c.status || result.Message == "" {
				t.Errorf("status = %v, %q", result.Status, result.Message)
			}
			if diff := cmp.Diff(c.want, aspects(t, result.JSONDetails)); diff != "" {
				t.Errorf("aspects (-want +got):\n%s", diff)
			}
		})
	}
}

func aspects(t *testing.T, details []byte) map[string]string {
	t.Helper()
	var health struct {
		Aspects []struct{ Aspect, Status, Message, Remedy string }
	}
	if err := json.Unmarshal(details, &health); err != nil {
		t.Fatalf("%s: %v", details, err)
	}
	found := map[string]string{}
	for _, a := range health.Aspects {
		found[a.Aspect] = a.Status
		if a.Message == "" {
			t.Errorf("%s says nothing", a.Aspect)
		}
		if a.Status == "error" && a.Remedy == "" {
			t.Errorf("%s names no remedy for: %s", a.Aspect, a.Message)
		}
	}
	return found
}
