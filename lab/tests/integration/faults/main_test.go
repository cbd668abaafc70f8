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
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/stack"
)

var (
	binary     = ask.Binary(filepath.Join("..", "..", "..", "..", "dist"))
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
	ctx, cancel := servers.Context()
	defer cancel()
	space, err := servers.NewSpace("synapse-faults")
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

const (
	wrongPassword = "Tr0ub4dor&3"
	confidential  = "s3cr3t-in-the-answer"
)
