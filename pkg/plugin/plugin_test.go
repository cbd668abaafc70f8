package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/queries"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// fakePrometheus is a fake that remembers what it was asked and answers by path.
type fakePrometheus struct {
	mu      sync.Mutex
	asked   []http.Header
	queries []string
	answers map[string]string // by path; else an empty vector
	status  int
}

const emptyMatrix = `{"status":"success","data":{"resultType":"matrix","result":[]}}`

func (p *fakePrometheus) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, r.Header.Clone())
	p.queries = append(p.queries, r.FormValue("query")+r.FormValue("match[]"))
	if p.status != 0 {
		w.WriteHeader(p.status)
		return
	}
	body, ok := p.answers[r.URL.Path]
	switch {
	case ok:
	case r.URL.Path == "/api/v1/query_range":
		body = emptyMatrix
	default:
		body = `{"status":"success","data":{"resultType":"vector","result":[]}}`
	}
	_, _ = io.WriteString(w, body)
}

func (p *fakePrometheus) last() http.Header {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[len(p.asked)-1]
}

func (p *fakePrometheus) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.asked)
}

// open makes an instance of a data source on a fake Prometheus.
func open(t *testing.T, jsonData string) (*Instance, *fakePrometheus) {
	t.Helper()
	fake := &fakePrometheus{answers: map[string]string{}}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	return instance(t, server.URL, jsonData), fake
}

func instance(t *testing.T, url, jsonData string) *Instance {
	t.Helper()
	return made(t, backend.DataSourceInstanceSettings{URL: url, JSONData: []byte(jsonData)})
}

// opened is an instance with secrets, on a Prometheus that nothing asks.
func opened(t *testing.T, jsonData string, secrets map[string]string) *Instance {
	t.Helper()
	return made(t, backend.DataSourceInstanceSettings{URL: "http://127.0.0.1:1", JSONData: []byte(jsonData), DecryptedSecureJSONData: secrets})
}

func made(t *testing.T, ds backend.DataSourceInstanceSettings) *Instance {
	t.Helper()
	ds.UID, ds.Type = "uid", "matrix-synapse-datasource"
	made, err := NewInstance(t.Context(), ds)
	if err != nil {
		t.Fatalf("settings must never keep the data source from loading: %v", err)
	}
	i := made.(*Instance)
	t.Cleanup(i.Dispose)
	return i
}

// withTypes adds query types for one test.
func withTypes(t *testing.T, types ...query.Type) {
	t.Helper()
	before := queries.All
	queries.All = append(append([]query.Type{}, before...), types...)
	t.Cleanup(func() { queries.All = before })
}

// typeOf is a query type with one format, and the parameter "n" so that equal queries can be told apart.
func typeOf(id string, run func(context.Context, *query.Session) (query.Result, error)) query.Type {
	return query.Type{
		ID: id, Title: id, Limit: query.Limit{Default: 1, Max: 1}, Run: run,
		Formats: []query.Format{{ID: "table", Title: "Table", Needs: query.Prometheus}},
		Params:  []query.Param{{ID: "n", Kind: query.Number}},
	}
}

// namedResult is one empty frame of that name.
type namedResult string

func (n namedResult) Frames(query.View) data.Frames { return data.Frames{data.NewFrame(string(n))} }

func ask(refID, queryType, members string) backend.DataQuery {
	if members == "" {
		members = "{}"
	}
	now := time.Now()
	return backend.DataQuery{
		RefID: refID, QueryType: queryType, JSON: json.RawMessage(members), Interval: time.Minute,
		TimeRange: backend.TimeRange{From: now.Add(-time.Hour), To: now},
	}
}

var (
	ada  = backend.User{Login: "ada", Role: "Editor"}
	root = backend.User{Login: "root", Role: "Admin"}
)

func request(user *backend.User, headers map[string]string, asked ...backend.DataQuery) *backend.QueryDataRequest {
	return &backend.QueryDataRequest{PluginContext: backend.PluginContext{User: user}, Headers: headers, Queries: asked}
}

func answers(t *testing.T, i *Instance, req *backend.QueryDataRequest) backend.Responses {
	t.Helper()
	resp, err := i.QueryData(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return resp.Responses
}

// call asks a resource as an editor and gives its status and body.
func call(t *testing.T, i *Instance, method, url string, headers map[string][]string) (int, string) {
	t.Helper()
	return callAs(t, i, &ada, method, url, headers)
}

func callAs(t *testing.T, i *Instance, user *backend.User, method, url string, headers map[string][]string) (int, string) {
	t.Helper()
	var status int
	var body []byte
	err := i.CallResource(t.Context(), &backend.CallResourceRequest{
		Method: method, Path: pathOf(url), URL: url, Headers: maps.Clone(headers), PluginContext: backend.PluginContext{User: user},
	}, backend.CallResourceResponseSenderFunc(func(resp *backend.CallResourceResponse) error {
		if status == 0 {
			status = resp.Status
		}
		body = append(body, resp.Body...)
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	return status, string(body)
}

func pathOf(url string) string {
	for k := range url {
		if url[k] == '?' {
			return url[:k]
		}
	}
	return url
}

func sampleVector(samples ...string) string {
	body := ""
	for k, s := range samples {
		if k > 0 {
			body += ","
		}
		body += fmt.Sprintf(`{"metric":%s,"value":[0,"1"]}`, s)
	}
	return `{"status":"success","data":{"resultType":"vector","result":[` + body + `]}}`
}
