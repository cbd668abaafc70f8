package plugin

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// Who can't change the settings reads how everything is, and nothing of what stands in them or behind them.
func TestHealthForOthers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://login.inside.test/", http.StatusFound)
	}))
	defer server.Close()
	i := instance(t, server.URL, `{"postgresHost":"/inside/socket","postgresDatabase":"inside","postgresUser":"inside","postgresSslMode":"inside"}`)
	const told = "Prometheus can't be queried. PostgreSQL can't be queried. " + forAdmins
	for name, user := range map[string]*backend.User{
		"nobody": nil, "anonymous as Admin": {Role: "Admin"}, "a public dashboard": {Login: "service", Role: "Admin"},
		"the scheduler": {Login: "grafana_scheduler", Role: "Admin"}, "a viewer": {Login: "vic", Role: "Viewer"}, "an editor": &ada, "no role": {Login: "vic"},
	} {
		result, aspects := healthAs(t, i, user, nil)
		if result.Status != backend.HealthStatusError || result.Message != told || len(aspects) != 5 || aspects[0].Status != upstream.Error {
			t.Errorf("%s: %s: %s %+v", name, result.Status, result.Message, aspects)
		}
		_, body := callAs(t, i, user, "GET", "health-aspects", nil)
		if text := result.Message + string(result.JSONDetails) + body; strings.Contains(text, "inside") || !strings.Contains(body, `"remedy":""`) {
			t.Errorf("%s reads %s", name, text)
		}
	}
	result, _ := healthAs(t, i, &root, nil)
	_, body := callAs(t, i, &root, "GET", "health-aspects", nil)
	for _, text := range []string{result.Message, string(result.JSONDetails), body} {
		if !strings.Contains(text, "login.inside.test") || !strings.Contains(text, "postgresSslMode is") {
			t.Errorf("an admin reads %s", text)
		}
	}
}

func TestHealthyForOthers(t *testing.T) {
	i, fake := open(t, `{}`)
	fake.answers["/api/v1/query"] = sampleVector(`{"version":"1.160.0","server_name":"example.org"}`)
	if result, _ := healthAs(t, i, &ada, nil); result.Status != backend.HealthStatusOk || result.Message != "Prometheus has Synapse's metrics." {
		t.Errorf("%s: %s", result.Status, result.Message)
	}
}

// Each state of each aspect says something to everybody.
func TestPublicMessages(t *testing.T) {
	for _, name := range []string{"prometheus", "metrics", "postgres", "grants", "schema"} {
		for _, status := range []upstream.Status{upstream.OK, upstream.Warning, upstream.Error, upstream.NotConfigured, upstream.NotChecked} {
			if name == "prometheus" && status == upstream.Warning {
				continue // there is none
			}
			got := caller{}.shown([]upstream.Aspect{{Aspect: name, Status: status, Message: "inside", Remedy: "inside"}})[0]
			if got.Aspect != name || got.Status != status || !strings.HasSuffix(got.Message, ".") || got.Remedy != "" {
				t.Errorf("%s, %s: %+v", name, status, got)
			}
		}
	}
}
