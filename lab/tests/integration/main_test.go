// Package integration asks the built plugin over gRPC, with a real Prometheus and a real PostgreSQL behind it that the
// laboratory has filled with a simulated busy homeserver.
package integration

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/stack"
)

var (
	binary = ask.Binary(filepath.Join("..", "..", "..", "dist"))
	// laboratory and plugin are shared by all tests: nothing here changes them.
	laboratory *stack.Stack
	plugin     *ask.Plugin
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
	space, err := servers.NewSpace("synapse-integration")
	if err != nil {
		return 0, err
	}
	defer func() { _ = space.Close() }()
	progress := func(sentence string) { fmt.Fprintln(os.Stderr, sentence) }
	if laboratory, err = stack.Start(ctx, space, stack.Options{Seed: 1, Progress: progress}); err != nil {
		return 0, err
	}
	if plugin, err = ask.Start(ctx, binary, nil); err != nil {
		return 0, err
	}
	space.Own(plugin.Stop)
	return m.Run(), nil
}

// source is the laboratory's data source, asked by an admin.
func source(t *testing.T) ask.Source {
	t.Helper()
	if plugin == nil {
		t.Skip("the plugin is not built: go tool mage build")
	}
	return laboratory.Source
}

// lastHour is the last one of the written history.
func lastHour() ask.Span {
	return ask.Span{From: laboratory.History.To.Add(-time.Hour), To: laboratory.History.To}
}

// query asks one query over the last hour.
func query(t *testing.T, of ask.Source, q ask.Query) backend.DataResponse {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	response, err := plugin.QueryData(ctx, of.Request(lastHour(), q))
	if err != nil {
		t.Fatalf("%v: %v", q, err)
	}
	answer, ok := response.Responses["A"]
	if !ok {
		t.Fatalf("%v: no answer", q)
	}
	return answer
}

// answered is query without an error.
func answered(t *testing.T, of ask.Source, q ask.Query) backend.DataResponse {
	t.Helper()
	answer := query(t, of, q)
	if answer.Error != nil {
		t.Fatalf("%v: %v", q, answer.Error)
	}
	return answer
}

// column is one column of a table as JSON values.
func column[T any](t *testing.T, answer backend.DataResponse, name string) []T {
	t.Helper()
	if len(answer.Frames) != 1 {
		t.Fatalf("%d frames, want one table", len(answer.Frames))
	}
	field, _ := answer.Frames[0].FieldByName(name)
	if field == nil {
		t.Fatalf("no column %s", name)
	}
	values := make([]T, field.Len())
	for i := range values {
		value, ok := field.ConcreteAt(i)
		if !ok {
			continue
		}
		if values[i], ok = value.(T); !ok {
			t.Fatalf("column %s holds %T", name, value)
		}
	}
	return values
}

// resource reads a resource into a value.
func resource(t *testing.T, of ask.Source, path string, into any) {
	t.Helper()
	response, err := plugin.CallResource(t.Context(), &backend.CallResourceRequest{
		PluginContext: of.Context(), Path: path, URL: path, Method: http.MethodGet,
	})
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if response.Status != http.StatusOK {
		t.Fatalf("%s: %d: %s", path, response.Status, response.Body)
	}
	if err := json.Unmarshal(response.Body, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}
