package plugin

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/tracing"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// What stands in the URL to prove who asks reaches Prometheus, and no trace.
func TestTracesHoldNoSecretOfTheURL(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	before := tracing.DefaultTracer()
	tracing.InitDefaultTracer(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)).Tracer("test"))
	defer tracing.InitDefaultTracer(before)
	for _, c := range []struct{ jsonData, redirected string }{{`{"cacheTTL":"0s"}`, ""}, {`{"httpMethod":"GET"}`, ""}, {`{"httpMethod":"GET"}`, "/moved"}, {`{}`, "/moved"}} {
		fake := &fakePrometheus{answers: map[string]string{}}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			user, password, _ := r.BasicAuth()
			if user != "grafana" || password != "s3cr3t" || r.URL.Query().Get("token") != "t0k3n" {
				t.Errorf("%s: asked %s with %v", c.jsonData, r.URL, r.Header)
			}
			if !strings.HasPrefix(r.URL.Path, c.redirected) {
				http.Redirect(w, r, c.redirected+r.URL.RequestURI(), http.StatusTemporaryRedirect)
				return
			}
			fake.ServeHTTP(w, r)
		}))
		i := instance(t, strings.Replace(server.URL, "http://", "http://grafana:s3cr3t@", 1)+"?token=t0k3n", c.jsonData)
		if a := answers(t, i, request(&ada, nil, ask("A", "transactions", `{"format":"cost"}`)))["A"]; a.Error != nil {
			t.Error(a.Error)
		}
		call(t, i, "GET", "values/job", nil)
		server.Close()
	}
	outgoing := 0
	for _, span := range recorder.Ended() {
		for _, attribute := range span.Attributes() {
			if attribute.Key == "http.url" {
				outgoing++
			}
			if v := attribute.Value.String(); strings.Contains(v, "s3cr3t") || strings.Contains(v, "t0k3n") {
				t.Errorf("span %q: %s=%s", span.Name(), attribute.Key, v)
			}
		}
		for _, event := range span.Events() {
			for _, attribute := range event.Attributes {
				if v := attribute.Value.String(); strings.Contains(v, "s3cr3t") || strings.Contains(v, "t0k3n") {
					t.Errorf("event %q: %s=%s", event.Name, attribute.Key, v)
				}
			}
		}
	}
	if outgoing == 0 {
		t.Error("no request was traced")
	}
}

// User and password of the URL win over the data source's basic auth, as in a browser; the asker's own credentials win over both.
func TestCredentialsOfTheURL(t *testing.T) {
	fake := &fakePrometheus{answers: map[string]string{}}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	made, err := NewInstance(t.Context(), backend.DataSourceInstanceSettings{
		URL: strings.Replace(server.URL, "http://", "http://url:pw@", 1), JSONData: []byte(`{}`),
		BasicAuthEnabled: true, BasicAuthUser: "settings", DecryptedSecureJSONData: map[string]string{"basicAuthPassword": "pw"},
	})
	if err != nil {
		t.Fatal(err)
	}
	i := made.(*Instance)
	t.Cleanup(i.Dispose)
	for headers, want := range map[string]string{"": "Basic dXJsOnB3", "Bearer ada": "Bearer ada"} {
		answers(t, i, request(&ada, map[string]string{"Authorization": headers}, ask("A", "transactions", `{"format":"cost"}`)))
		if got := fake.last().Get("Authorization"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
