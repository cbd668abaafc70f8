// Package faults breaks the real thing under the built plugin: a proxy in front of a real Prometheus that fails in every
// way that proxies and servers fail, a Prometheus and a PostgreSQL that hang, wrong rights and wrong settings, and askers
// who ask nonsense. Every answer must say what happened and what to do, and the plugin must live on.
package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/lab/rig"
	"github.com/matrix-insight/synapse-datasource/lab/rig/ask"
	"github.com/matrix-insight/synapse-datasource/lab/rig/stack"
)

var (
	binary     = ask.Binary(filepath.Join("..", "..", "..", "dist"))
	laboratory *stack.Stack
	plugin     *ask.Plugin
	// between stands in front of Prometheus.
	between *proxy
	// homeserver is the name that the simulation has, as the healthy plugin answers it.
	homeserver string
	declared   []kind
)

// queryTimeout is what the tests of slow upstreams set; slack is how much later an answer may come on a busy machine.
const (
	queryTimeout = 3 * time.Second
	slack        = 10 * time.Second
)

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	if _, err := os.Stat(binary); err != nil {
		return m.Run(), nil // every test skips
	}
	ctx, cancel := rig.Context()
	defer cancel()
	space, err := rig.NewSpace("synapse-faults")
	if err != nil {
		return 0, err
	}
	defer func() { _ = space.Close() }()
	progress := func(sentence string) { fmt.Fprintln(os.Stderr, sentence) }
	if laboratory, err = stack.Start(ctx, space, stack.Options{Seed: 3, History: time.Hour, Progress: progress}); err != nil {
		return 0, err
	}
	if between, err = newProxy(laboratory.Prometheus.URL); err != nil {
		return 0, err
	}
	space.Own(between.close)
	if plugin, err = ask.Start(ctx, binary, nil); err != nil {
		return 0, err
	}
	space.Own(plugin.Stop)
	if err := learn(ctx); err != nil {
		return 0, err
	}
	return m.Run(), nil
}

// kind is a declared query type.
type kind struct {
	ID      string
	Formats []struct{ ID, Needs string }
	Limit   struct{ Max int }
	Params  []struct{ ID, Kind, Values string }
}

// learn asks the healthy plugin what it has and whom it watches.
func learn(ctx context.Context) error {
	var types struct{ QueryTypes []kind }
	var servers []string
	for path, into := range map[string]any{
		"query-types": &types,
		fmt.Sprintf("values/serverName?from=%d&to=%d", laboratory.History.From.UnixMilli(), laboratory.History.To.UnixMilli()): &servers,
	} {
		response, err := call(ctx, laboratory.Source, path)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(response.Body, into); err != nil {
			return fmt.Errorf("%s: %s: %w", path, response.Body, err)
		}
	}
	if len(types.QueryTypes) == 0 || len(servers) != 1 {
		return fmt.Errorf("%d query types, homeservers %v", len(types.QueryTypes), servers)
	}
	declared, homeserver = types.QueryTypes, servers[0]
	return nil
}

func call(ctx context.Context, of ask.Source, path string) (*backend.CallResourceResponse, error) {
	bare, _, _ := strings.Cut(path, "?")
	return plugin.CallResource(ctx, &backend.CallResourceRequest{PluginContext: of.Context(), Path: bare, URL: path, Method: http.MethodGet})
}

// source is a data source of its own, freshly saved, whose Prometheus is behind the proxy. After the test the plugin
// must still be alive and answer about healthy upstreams.
func source(t *testing.T, settings map[string]any) ask.Source {
	t.Helper()
	if plugin == nil {
		t.Skip("the plugin is not built: go tool mage build")
	}
	between.heal()
	t.Cleanup(func() {
		between.heal()
		if !plugin.Running() {
			t.Fatal("the plugin has died")
		}
		healthy := laboratory.Source.With(nil)
		for _, q := range []ask.Query{{"queryType": "eventSendTime"}, {"queryType": "forwardExtremities"}} {
			if answer := asked(t, healthy, q); answer.Error != nil || len(answer.Frames) == 0 {
				t.Errorf("%v of healthy upstreams afterwards: %d frames, %v", q, len(answer.Frames), answer.Error)
			}
		}
	})
	of := laboratory.Source.With(settings)
	of.URL = between.url
	return of
}

// without PostgreSQL.
var without = map[string]any{"postgresHost": nil, "postgresDatabase": nil, "postgresUser": nil}

// hurried is a source with the short query timeout, and further settings.
func hurried(t *testing.T, settings map[string]any) ask.Source {
	t.Helper()
	all := map[string]any{"queryTimeout": queryTimeout.String()}
	for key, value := range settings {
		all[key] = value
	}
	return source(t, all)
}

// formats are all declared formats that need an upstream, "" for all, as queries that name themselves.
func formats(needs string) []ask.Query {
	var queries []ask.Query
	for _, k := range declared {
		for _, f := range k.Formats {
			if needs == "" || f.Needs == needs {
				queries = append(queries, ask.Query{"queryType": k.ID, "format": f.ID, "refId": k.ID + "/" + f.ID})
			}
		}
	}
	return queries
}

// together asks some queries in one request over the written history.
func together(t *testing.T, of ask.Source, queries ...ask.Query) backend.Responses {
	t.Helper()
	return over(t, of, laboratory.History, queries...)
}

func over(t *testing.T, of ask.Source, span ask.Span, queries ...ask.Query) backend.Responses {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 2*time.Minute) // clean-ups ask too
	defer cancel()
	response, err := plugin.QueryData(ctx, of.Request(span, queries...))
	if err != nil {
		t.Fatalf("%v: %v", queries, err)
	}
	for refID, answer := range response.Responses {
		clean(t, refID, answer)
	}
	return response.Responses
}

// asked asks one query.
func asked(t *testing.T, of ask.Source, q ask.Query) backend.DataResponse {
	t.Helper()
	answer, there := together(t, of, q)["A"]
	if !there {
		t.Fatalf("%v: no answer", q)
	}
	return answer
}

// answered asks one query that must succeed.
func answered(t *testing.T, of ask.Source, q ask.Query) backend.DataResponse {
	t.Helper()
	answer := asked(t, of, q)
	if answer.Error != nil {
		t.Fatalf("%v: %v", q, answer.Error)
	}
	return answer
}

// traces are what only a program would say.
var traces = []string{
	"dial tcp", "context deadline", "context canceled", "EOF", "pq:", "SQLSTATE", "i/o timeout", "net/http", "invalid character",
	"unmarshal", "unexpected end of JSON", "broken pipe", "connection reset", "connect: ", "failed to connect", "FATAL", "ERROR:",
	"rpc error", "goroutine ", ".go:", "runtime error", "nil pointer", "panic", "strconv", "json:", "%!", "<html", "parse error",
}

// secrets of the laboratory, and those that the faults carry.
func secrets() []string {
	return []string{laboratory.Source.Secure["postgresPassword"], wrongPassword, confidential}
}

const (
	wrongPassword = "Tr0ub4dor&3"
	confidential  = "s3cr3t-in-the-answer"
)

// spotless: a text for people that gives nothing of the program away.
func spotless(t *testing.T, whose, text string) {
	t.Helper()
	for _, trace := range append(slices.Clone(traces), secrets()...) {
		if strings.Contains(text, trace) {
			t.Errorf("%s shows %q: %s", whose, trace, shortened(text))
		}
	}
}

// clean: neither an answer nor its error gives anything of the program away.
func clean(t *testing.T, refID string, answer backend.DataResponse) {
	t.Helper()
	if answer.Error != nil {
		spotless(t, refID, answer.Error.Error())
	}
	for _, frame := range answer.Frames {
		if frame.Meta == nil {
			continue
		}
		for _, notice := range frame.Meta.Notices {
			spotless(t, refID+"'s notice", notice.Text)
		}
	}
}

func shortened(text string) string {
	if len(text) > 600 {
		return text[:600] + "…"
	}
	return text
}

// failed: an answer is an error of the upstreams or the asker, with this status, whose text has all these words, says
// what to do in a sentence of its own, and is no longer than one reads.
func failed(t *testing.T, name string, answer backend.DataResponse, status int, words ...string) {
	t.Helper()
	if answer.Error == nil {
		t.Errorf("%s: no error, %d frames", name, len(answer.Frames))
		return
	}
	text := answer.Error.Error()
	if int(answer.Status) != status || answer.ErrorSource != backend.ErrorSourceDownstream {
		t.Errorf("%s: status %d of %q, want %d of downstream: %s", name, answer.Status, answer.ErrorSource, status, text)
	}
	says(t, name, text, words...)
}

func says(t *testing.T, name, text string, words ...string) {
	t.Helper()
	spotless(t, name, text)
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("%s does not say %q: %s", name, word, shortened(text))
		}
	}
	trimmed := strings.TrimSpace(text)
	if !strings.HasSuffix(trimmed, ".") && !strings.HasSuffix(trimmed, ";") && !strings.HasSuffix(trimmed, "…") {
		t.Errorf("%s is no sentence: %s", name, shortened(text))
	}
	if len(text) > 2000 {
		t.Errorf("%s takes %d characters: %s", name, len(text), shortened(text))
	}
}

// timely: it took no longer than the query timeout allows.
func timely(t *testing.T, name string, since time.Time, limit time.Duration) {
	t.Helper()
	if took := time.Since(since); took > limit+slack {
		t.Errorf("%s took %s where the limit is %s", name, took, limit)
	}
}

type aspect struct{ Status, Message, Remedy string }

// health asks the health check, its aspects by name.
func health(t *testing.T, of ask.Source) (*backend.CheckHealthResult, map[string]aspect) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	result, err := plugin.CheckHealth(ctx, &backend.CheckHealthRequest{PluginContext: of.Context()})
	if err != nil {
		t.Fatal(err)
	}
	var details struct {
		Aspects []struct {
			Aspect string
			aspect
		}
	}
	if err := json.Unmarshal(result.JSONDetails, &details); err != nil {
		t.Fatalf("%s: %v", result.JSONDetails, err)
	}
	says(t, "the health check", result.Message)
	aspects := map[string]aspect{}
	for _, a := range details.Aspects {
		aspects[a.Aspect] = a.aspect
		spotless(t, a.Aspect, a.Message+" "+a.Remedy)
		if a.Message == "" || a.Status == "error" && a.Remedy == "" && a.Message != result.Message {
			t.Errorf("%s says too little: %+v", a.Aspect, a.aspect)
		}
	}
	if len(aspects) != 5 {
		t.Errorf("%d aspects: %s", len(aspects), result.JSONDetails)
	}
	return result, aspects
}

// statuses: aspects stand as wanted.
func statuses(t *testing.T, aspects map[string]aspect, want map[string]string) {
	t.Helper()
	for name, status := range want {
		if aspects[name].Status != status {
			t.Errorf("aspect %s is %+v, want %s", name, aspects[name], status)
		}
	}
}

// strings of a table's column.
func column(t *testing.T, answer backend.DataResponse, name string) []string {
	t.Helper()
	if len(answer.Frames) == 0 {
		t.Fatalf("no frame, want column %s", name)
	}
	field, _ := answer.Frames[0].FieldByName(name)
	if field == nil {
		t.Fatalf("no column %s", name)
	}
	values := make([]string, field.Len())
	for i := range values {
		if value, there := field.ConcreteAt(i); there {
			values[i] = fmt.Sprint(value)
		}
	}
	return values
}
