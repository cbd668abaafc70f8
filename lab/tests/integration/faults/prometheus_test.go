package faults

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
)

// Whatever Prometheus, or what stands in its place, does: each query says it, the health check says it, the suggestions
// say it, and what PostgreSQL tells is answered as ever.
func TestPrometheusFails(t *testing.T) {
	few := []ask.Query{{"queryType": "transactions", "refId": "transactions"}, {"queryType": "diagnosis", "refId": "diagnosis"}}
	for _, c := range []struct {
		name   string
		fault  http.HandlerFunc
		status int
		words  []string
		few    bool          // it is dear: ask a few queries only
		long   time.Duration // the query timeout, where the short one is no matter and would come first on a busy machine
	}{
		{"unauthorized", refusing(401), 401, []string{"refused the credentials", "401", "data source settings"}, false, 0},
		{"forbidden", refusing(403), 403, []string{"refused the credentials", "403", "data source settings"}, false, 0},
		{"not found", refusing(404), 502, []string{"404", "Check that the URL"}, true, 0},
		{"too many requests", refusing(429), 429, []string{"too many", "Choose"}, true, 0},
		{"server error", refusing(500), 502, []string{"server error", "500", "log"}, false, 0},
		{"unavailable", refusing(503), 502, []string{"server error", "503", "log"}, false, 0},
		{"a login page", text("text/html", "<html><body>Log in, "+confidential+"</body></html>"), 502, []string{"not as a Prometheus API", "login page"}, false, 0},
		{"nothing in it", text("application/json", ""), 502, []string{"not as a Prometheus API", "Check"}, false, 0},
		{"other JSON", text("application/json", `{"hello":"`+confidential+`"}`), 502, []string{"not as a Prometheus API", "Check"}, true, 0},
		{"a list", text("application/json", `["`+confidential+`"]`), 502, []string{"not as a Prometheus API", "Check"}, true, 0},
		{"half a JSON", text("application/json", `{"status":"success","data":{"resultType":"vec`), 502, []string{"not as a Prometheus API", "Check"}, true, 0},
		{"success without data", text("application/json", `{"status":"success"}`), 502, []string{"not as a Prometheus API", "Check"}, true, 0},
		{"wrong kinds inside", text("application/json", `{"status":"success","data":{"resultType":"vector","result":[{"metric":5,"value":"x"}]}}`), 502, []string{"not as a Prometheus API", "Check"}, true, 0},
		{"cut in the middle", cut, 502, []string{"broke", "Check that it runs"}, false, 0},
		{"too long", endless, 502, []string{"8 MiB", "Restrict"}, true, 20 * time.Second},
		{"silent", between.silentFunc(), 504, []string{"did not answer within", "query timeout", "raise"}, true, 0},
		{"a trickle", between.tricklingFunc(), 504, []string{"did not answer within", "query timeout", "raise"}, true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			timeout := max(c.long, queryTimeout)
			of := hurried(t, map[string]any{"queryTimeout": timeout.String()})
			between.fail(c.fault, nil)
			queries := few
			if !c.few {
				queries = formats("prometheus")
			}
			start := time.Now()
			answers := together(t, of, append(queries, ask.Query{"queryType": "federation", "format": "destinations", "refId": "destinations"})...)
			timely(t, "the request", start, timeout*time.Duration(1+len(queries)/10))
			if a := answers["destinations"]; a.Error != nil || a.Frames[0].Rows() == 0 {
				t.Errorf("destinations, of PostgreSQL: %v", a.Error)
			}
			for _, q := range queries {
				refID, _ := q["refId"].(string)
				failed(t, refID, answers[refID], c.status, c.words...)
			}
			between.everybodyLeft(t)

			start = time.Now()
			result, aspects := health(t, of)
			timely(t, "the health check", start, timeout)
			if result.Status != backend.HealthStatusError {
				t.Errorf("health is %v: %s", result.Status, result.Message)
			}
			says(t, "the health check", result.Message, c.words[:len(c.words)-1]...)
			statuses(t, aspects, map[string]string{"prometheus": "error", "metrics": "not-checked", "postgres": "ok", "grants": "ok", "schema": "ok"})

			suggestionsFail(t, of, timeout, c.status, c.words...)
		})
	}
}

func (p *proxy) silentFunc() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { between.silent(w, r) }
}

func (p *proxy) tricklingFunc() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { between.trickling(w, r) }
}

// everybodyLeft: once a query is over, nothing of it goes on at Prometheus.
func (p *proxy) everybodyLeft(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(slack); p.open.Load() > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d requests are still under way", p.open.Load())
		}
	}
}

func suggestionsFail(t *testing.T, of ask.Source, timeout time.Duration, status int, words ...string) {
	t.Helper()
	start := time.Now()
	response, err := call(t.Context(), of, "values/cache")
	if err != nil {
		t.Fatal(err)
	}
	timely(t, "a suggestion", start, timeout)
	var body struct{ Message string }
	if err := json.Unmarshal(response.Body, &body); err != nil {
		t.Fatalf("%s: %v", response.Body, err)
	}
	if response.Status != status {
		t.Errorf("a suggestion has status %d, want %d", response.Status, status)
	}
	says(t, "a suggestion", body.Message, words...)
}

// Nobody listens at the address any more.
func TestPrometheusStopped(t *testing.T) {
	of := hurried(t, nil)
	gone, err := newProxy(laboratory.Prometheus.URL)
	if err != nil {
		t.Fatal(err)
	}
	of.URL = gone.url
	answered(t, of, ask.Query{"queryType": "eventSendTime"})
	if err := gone.close(); err != nil {
		t.Fatal(err)
	}
	queries := formats("prometheus")
	of = of.With(nil) // nothing is kept
	for refID, answer := range together(t, of, queries...) {
		failed(t, refID, answer, http.StatusBadGateway, "can't be reached", "Check that it runs")
	}
	suggestionsFail(t, of, queryTimeout, http.StatusBadGateway, "can't be reached", "Check that it runs")
	result, aspects := health(t, of)
	if result.Status != backend.HealthStatusError {
		t.Errorf("health is %v", result.Status)
	}
	statuses(t, aspects, map[string]string{"prometheus": "error", "metrics": "not-checked", "postgres": "ok"})

	of.URL = "http://no-such-host.invalid:9090"
	failed(t, "an unknown host", asked(t, of.With(nil), ask.Query{"queryType": "transactions"}), http.StatusBadGateway, "Check")
	of.URL = strings.Replace(between.url, "http:", "https:", 1)
	failed(t, "TLS where there is none", asked(t, of.With(nil), ask.Query{"queryType": "transactions"}), http.StatusBadGateway, "TLS", "scheme")
	of.URL = between.url + "/prefix"
	failed(t, "a path too much", asked(t, of.With(nil), ask.Query{"queryType": "transactions"}), http.StatusBadGateway, "404", "path prefix")
}

// What was answered before Prometheus fails is still answered from what is kept; an error is never kept.
func TestErrorsAreNotKept(t *testing.T) {
	of := source(t, map[string]any{"cacheTTL": "10m"})
	between.fail(refusing(500), nil)
	failed(t, "while it fails", asked(t, of, ask.Query{"queryType": "transactions"}), http.StatusBadGateway, "500")
	between.fail(nil, nil)
	answered(t, of, ask.Query{"queryType": "transactions"})
	between.fail(refusing(500), nil)
	answered(t, of, ask.Query{"queryType": "transactions"})
}

// One panel that fails hides no other.
func TestOneFailsAlone(t *testing.T) {
	of := hurried(t, nil)
	between.fail(between.silentFunc(), func(promql string) bool { return strings.Contains(promql, "synapse_storage_transaction_time") })
	answers := together(t, of,
		ask.Query{"refId": "A", "queryType": "transactions"},
		ask.Query{"refId": "B", "queryType": "garbageCollection"},
		ask.Query{"refId": "C", "queryType": "nonsense"},
		ask.Query{"refId": "D", "queryType": "federation", "format": "destinations"},
		ask.Query{"refId": "E", "queryType": "caches", "limit": 0})
	failed(t, "A", answers["A"], http.StatusGatewayTimeout, "query timeout")
	failed(t, "C", answers["C"], http.StatusBadRequest, "transactions")
	failed(t, "E", answers["E"], http.StatusBadRequest, "limit")
	for _, refID := range []string{"B", "D"} {
		if answer := answers[refID]; answer.Error != nil || len(answer.Frames) == 0 {
			t.Errorf("%s: %v", refID, answer.Error)
		}
	}
}

// A server that answers with warnings or without series is no error.
func TestNothingThere(t *testing.T) {
	of := source(t, nil)
	between.fail(func(w http.ResponseWriter, r *http.Request) {
		kind, result := "vector", "[]"
		switch {
		case strings.HasSuffix(r.URL.Path, "query_range"):
			kind = "matrix"
		case strings.Contains(r.URL.Path, "/label"):
			text("application/json", `{"status":"success","data":[]}`)(w, r)
			return
		}
		text("application/json", `{"status":"success","warnings":["store gateway 3 is down"],"data":{"resultType":"`+kind+`","result":`+result+`}}`)(w, r)
	}, nil)
	for refID, answer := range together(t, of, formats("prometheus")...) {
		if answer.Error != nil || len(answer.Frames) == 0 {
			t.Errorf("%s: %d frames, %v", refID, len(answer.Frames), answer.Error)
			continue
		}
		told := false
		for _, notice := range answer.Frames[0].Meta.Notices {
			told = told || strings.Contains(notice.Text, "store gateway 3 is down")
		}
		if !told {
			t.Errorf("%s keeps Prometheus' warning to itself", refID)
		}
	}
	_, aspects := health(t, of)
	statuses(t, aspects, map[string]string{"prometheus": "ok", "metrics": "warning"})
}
