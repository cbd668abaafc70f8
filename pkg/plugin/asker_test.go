package plugin

import (
	"net/http"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/httpclient"
)

func TestForwardedHeaders(t *testing.T) {
	i, fake := open(t, `{"cacheTTL":"0s"}`)
	sent := map[string]string{
		"Authorization": "Bearer abc", "X-ID-Token": "id", "Cookie": "session=1", "http_X-Grafana-User": "ada",
		"http_X-Dashboard-Uid": "d", "http_X-Panel-Id": "3", "http_X-Grafana-Id": "signed", "FromAlert": "true", "http_X-Forwarded-For": "1.2.3.4",
	}
	check := func(name string) {
		t.Helper()
		got := fake.last()
		for header, want := range map[string]string{
			"Authorization": "Bearer abc", "X-Id-Token": "id", "Cookie": "session=1", "X-Grafana-User": "ada",
			"X-Dashboard-Uid": "", "X-Panel-Id": "", "X-Grafana-Id": "", "Fromalert": "", "X-Forwarded-For": "",
		} {
			if got.Get(header) != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got.Get(header), want)
			}
		}
	}
	answers(t, i, request(&ada, sent, ask("A", "transactions", `{"format":"cost"}`)))
	check("query")
	if _, err := i.CheckHealth(t.Context(), &backend.CheckHealthRequest{Headers: sent}); err != nil {
		t.Fatal(err)
	}
	check("health")
	fake.answers["/api/v1/label/job/values"] = `{"status":"success","data":[]}`
	call(t, i, "GET", "values/job", map[string][]string{
		"Authorization": {"Bearer abc"}, "X-Id-Token": {"id"}, "Cookie": {"session=1"}, "X-Grafana-User": {"ada"},
		"X-Panel-Id": {"3"}, "X-Grafana-Id": {"signed"}, "X-Forwarded-For": {"1.2.3.4"},
	})
	check("resource")
	answers(t, i, request(&ada, nil, ask("A", "transactions", `{"format":"cost"}`)))
	for _, header := range forwarded {
		if got := fake.last().Get(header); got != "" {
			t.Errorf("nobody's request carries %s: %s", header, got)
		}
	}
}

// The SDK marks what an alert evaluation sends upstream; the mark is Grafana's own business.
func TestAlertMarkStaysHere(t *testing.T) {
	i, fake := open(t, `{}`)
	marked := httpclient.WithContextualMiddleware(t.Context(), httpclient.MiddlewareFunc(func(_ httpclient.Options, next http.RoundTripper) http.RoundTripper {
		return httpclient.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			req.Header.Set(backend.FromAlertHeaderName, "true")
			req.Header.Set("X-Other", "kept")
			return next.RoundTrip(req)
		})
	}))
	if _, err := i.QueryData(marked, request(&ada, map[string]string{"FromAlert": "true"}, ask("A", "transactions", `{"format":"cost"}`))); err != nil {
		t.Fatal(err)
	}
	if got := fake.last(); got.Get(backend.FromAlertHeaderName) != "" || got.Get("X-Other") != "kept" {
		t.Errorf("%v", got)
	}
}

// Whose credentials differ may see other data, so he never gets another's answer; what isn't forwarded does not matter.
func TestAnswersAreKeyedByIdentity(t *testing.T) {
	i, fake := open(t, `{"cacheTTL":"1h"}`)
	fixed := ask("A", "transactions", `{"format":"cost"}`)
	times := func(headers map[string]string) int {
		before := fake.count()
		answers(t, i, request(&ada, headers, fixed))
		return fake.count() - before
	}
	if times(nil) == 0 {
		t.Fatal("Prometheus was not asked")
	}
	if times(nil) != 0 || times(map[string]string{"http_X-Panel-Id": "9", "http_X-Dashboard-Uid": "d"}) != 0 {
		t.Error("the same question was asked twice")
	}
	for _, headers := range []map[string]string{
		{"Authorization": "Bearer a"}, {"Authorization": "Bearer b"}, {"X-ID-Token": "Bearer a"}, {"Cookie": "Bearer a"},
		{"http_X-Grafana-User": "ada"}, {"http_X-Grafana-User": "bob"},
	} {
		if times(headers) == 0 {
			t.Errorf("%v got another's answer", headers)
		}
		if times(headers) != 0 {
			t.Errorf("%v asked again", headers)
		}
	}
}
