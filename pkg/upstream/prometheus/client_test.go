package prometheus

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	emptyVector = `{"status":"success","data":{"resultType":"vector","result":[]}}`
	emptyMatrix = `{"status":"success","data":{"resultType":"matrix","result":[]}}`
)

// serve starts a server and a client of it; path is appended to the server's address.
func serve(t *testing.T, path, method string, handler http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return connect(t, server.URL+path, method)
}

func connect(t *testing.T, address, method string) *Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return over(t, address, method, transport)
}

func over(t *testing.T, address, method string, transport http.RoundTripper) *Client {
	t.Helper()
	parsed, err := ParseAddress(address)
	if err != nil {
		t.Fatal(err)
	}
	client, err := New(parsed, method, 6, parsed.AddQuery(transport))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func answer(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, body)
}

func TestAnswers(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	client := serve(t, "", "POST", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		switch r.URL.Path + " " + r.Form.Get("query") {
		case "/api/v1/query up":
			answer(w, `{"status":"success","warnings":["one store did not answer"],"infos":["metric might not be a counter"],
				"data":{"resultType":"vector","result":[{"metric":{"job":"a"},"value":[1700000000,"0.5"]},{"metric":{"job":"b"},"value":[1700000000,"NaN"]}]}}`)
		case "/api/v1/query 1+1":
			answer(w, `{"status":"success","data":{"resultType":"scalar","result":[1700000000,"2"]}}`)
		case "/api/v1/query_range up":
			if from, to, step := r.Form.Get("start"), r.Form.Get("end"), r.Form.Get("step"); from != "1699999400" || to != "1700000000" || step != "60" {
				t.Errorf("range %s to %s, step %s", from, to, step)
			}
			answer(w, `{"status":"success","warnings":["partial"],"data":{"resultType":"matrix","result":[{"metric":{"job":"a"},"values":[[1699999400,"1"],[1700000000,"+Inf"]]}]}}`)
		default:
			t.Errorf("unexpected %s %s", r.URL, r.Form)
		}
	})
	vector, warnings, err := client.Instant(t.Context(), "up", at)
	if err != nil || len(vector) != 2 || vector[0].Value != 0.5 || vector[0].Metric["job"] != "a" {
		t.Errorf("%v, %v", vector, err)
	}
	if diff := cmp.Diff([]string{"one store did not answer"}, warnings); diff != "" {
		t.Errorf("warnings must be passed on and infos dropped: %s", diff)
	}
	vector, _, err = client.Instant(t.Context(), "1+1", at)
	if err != nil || len(vector) != 1 || vector[0].Value != 2 || vector[0].Timestamp != model.TimeFromUnix(1_700_000_000) {
		t.Errorf("a scalar: %v, %v", vector, err)
	}
	matrix, warnings, err := client.Range(t.Context(), "up", at.Add(-10*time.Minute), at, time.Minute)
	if err != nil || len(matrix) != 1 || len(matrix[0].Values) != 2 || len(warnings) != 1 {
		t.Errorf("%v, %v, %v", matrix, warnings, err)
	}
}

func TestLabelValues(t *testing.T) {
	client := serve(t, "", "GET", func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Path; got != "/api/v1/label/server_name/values" {
			t.Errorf("path %s", got)
		}
		if got := r.URL.Query()["match[]"]; len(got) != 1 || got[0] != `{job="x"}` {
			t.Errorf("matches %q", got)
		}
		answer(w, `{"status":"success","data":["b.org","","a.org"]}`)
	})
	got, err := client.LabelValues(t.Context(), "server_name", []string{`{job="x"}`}, time.Unix(0, 0), time.Unix(60, 0))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a.org", "b.org"}, got); diff != "" {
		t.Error(diff)
	}
}

// Any JSON object without an error passes for a success; one without values is no Prometheus' answer.
func TestLabelValuesOfSomethingElse(t *testing.T) {
	for body, want := range map[string]bool{`{"hello":"world"}`: false, `{"status":"success"}`: false, `{"status":"success","data":[]}`: true} {
		client := serve(t, "", "GET", func(w http.ResponseWriter, _ *http.Request) { answer(w, body) })
		if _, err := client.LabelValues(t.Context(), "job", nil, time.Unix(0, 0), time.Unix(60, 0)); (err == nil) != want {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestMethodPathAndQueryOfTheAddress(t *testing.T) {
	for _, c := range []struct {
		name, path, method string
		wantPath           string
	}{
		{"plain", "", "POST", "/api/v1/query"},
		{"get", "", "GET", "/api/v1/query"},
		{"prefix", "/prometheus", "POST", "/prometheus/api/v1/query"},
		{"prefix with a slash", "/prometheus/", "GET", "/prometheus/api/v1/query"},
		{"prefix and query", "/select/0/prometheus?extra_label=team%3Da&nocache=1", "POST", "/select/0/prometheus/api/v1/query"},
		{"prefix and query, get", "/select/0/prometheus?extra_label=team%3Da&nocache=1", "GET", "/select/0/prometheus/api/v1/query"},
	} {
		t.Run(c.name, func(t *testing.T) {
			const promql = `up{job=~"a|b&c=d",x="ü+ %"}`
			check := func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				if c.method == "GET" && (len(body) > 0 || r.Header.Get("Content-Type") != "" || r.ContentLength > 0) {
					t.Errorf("a GET with a body: %q, %v", body, r.Header)
				}
				r.Body = io.NopCloser(strings.NewReader(string(body)))
				if err := r.ParseForm(); err != nil {
					t.Error(err)
				}
				if strings.Contains(c.path, "?") && (r.URL.Query().Get("extra_label") != "team=a" || r.URL.Query().Get("nocache") != "1") {
					t.Errorf("the address's own query is lost: %s", r.URL)
				}
				if strings.HasSuffix(r.URL.Path, "/values") {
					answer(w, `{"status":"success","data":[]}`)
					return
				}
				if r.Method != c.method || r.URL.Path != c.wantPath || r.Form.Get("query") != promql {
					t.Errorf("%s %s asks %q", r.Method, r.URL, r.Form.Get("query"))
				}
				answer(w, emptyVector)
			}
			client := serve(t, c.path, c.method, check)
			if _, _, err := client.Instant(t.Context(), promql, time.Unix(0, 0)); err != nil {
				t.Error(err)
			}
			if _, err := client.LabelValues(t.Context(), "job", nil, time.Unix(0, 0), time.Unix(1, 0)); err != nil {
				t.Error(err)
			}
		})
	}
}

// A proxy that refuses POST is asked again with GET, and the address's own query stays.
func TestFallbackToGet(t *testing.T) {
	client := serve(t, "/p?tenant=a", "POST", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			http.Error(w, "no", http.StatusMethodNotAllowed)
			return
		}
		if r.URL.Query().Get("tenant") != "a" || r.URL.Query().Get("query") != "up" {
			t.Errorf("asked %s", r.URL)
		}
		answer(w, emptyVector)
	})
	if _, _, err := client.Instant(t.Context(), "up", time.Unix(0, 0)); err != nil {
		t.Error(err)
	}
}

func TestIdentity(t *testing.T) {
	identity := http.Header{}
	identity.Set("Authorization", "Bearer abc")
	identity.Set("X-Id-Token", "id")
	identity.Set("Cookie", "session=1")
	identity.Set("X-Grafana-User", "ada")
	for _, method := range []string{"POST", "GET"} {
		var seen http.Header
		client := serve(t, "", method, func(w http.ResponseWriter, r *http.Request) {
			seen = r.Header.Clone()
			answer(w, emptyVector)
		})
		ctx := WithIdentity(t.Context(), identity)
		if _, _, err := client.Instant(ctx, "up", time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
		for name, values := range identity {
			if diff := cmp.Diff(values, seen[name]); diff != "" {
				t.Errorf("%s %s: %s", method, name, diff)
			}
		}
		if _, _, err := client.Instant(t.Context(), "up", time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
		for name := range identity {
			if got := seen.Get(name); got != "" {
				t.Errorf("%s: nobody's request carries %s: %s", method, name, got)
			}
		}
	}
}

func TestParseAddressRefusesNoAddress(t *testing.T) {
	if _, err := ParseAddress("http://a b"); err == nil {
		t.Error("an address that can't be read was accepted")
	}
}

func TestCancelledByTheAsker(t *testing.T) {
	arrived := make(chan struct{})
	client := serve(t, "", "POST", func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body) // the server sees the end of the connection only once the body is read
		close(arrived)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	_, _, err := client.Instant(ctx, "up", time.Unix(0, 0))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not say that it was cancelled", err)
	}
	wantFault(t, err, "canceled", "downstream", 499, "The query was cancelled before Prometheus answered.")
}
