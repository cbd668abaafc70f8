package integration

import (
	"net/http"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
)

type declared struct {
	QueryTypes []struct {
		ID       string
		Formats  []struct{ ID, Visualization string }
		Examples []struct{ Query map[string]any }
		Params   []struct {
			ID, Kind string
			Options  []any
		}
	}
}

// Every type and format that the plugin declares answers, and as the contract wants its frames.
func TestEveryTypeAndFormat(t *testing.T) {
	of := source(t)
	var declarations declared
	resource(t, of, "query-types", &declarations)
	if len(declarations.QueryTypes) == 0 {
		t.Fatal("no query type is declared")
	}
	for _, kind := range declarations.QueryTypes {
		queries := map[string]ask.Query{}
		for _, format := range kind.Formats {
			queries[format.ID] = ask.Query{"queryType": kind.ID, "format": format.ID}
		}
		for i, example := range kind.Examples {
			if example.Query["queryType"] == nil { // as the editor does
				example.Query["queryType"] = kind.ID
			}
			queries["example "+string(rune('1'+i))] = example.Query
		}
		for name, q := range queries {
			t.Run(kind.ID+"/"+name, func(t *testing.T) {
				answer := answered(t, of, q)
				if len(answer.Frames) == 0 {
					t.Fatal("no frame, not even an empty one that says why")
				}
				for _, frame := range answer.Frames {
					checkFrame(t, frame)
				}
			})
		}
	}
}

func checkFrame(t *testing.T, frame *data.Frame) {
	t.Helper()
	if frame.Meta == nil {
		t.Fatal("a frame without meta")
	}
	if frame.Meta.ExecutedQueryString == "" {
		t.Errorf("frame %q does not say what was run", frame.Name)
	}
	if frame.Meta.Type == "" {
		t.Errorf("frame %q has no dataplane type", frame.Name)
	}
	for _, field := range frame.Fields {
		switch {
		case field.Config == nil:
			t.Errorf("field %q has no configuration", field.Name)
		case field.Config.Description == "":
			t.Errorf("field %q has no description", field.Name)
		case field.Type().Numeric() && field.Config.Unit == "":
			t.Errorf("field %q has no unit", field.Name)
		}
	}
}

// Anything else than what is declared is the asker's mistake, and the answer names what is valid.
func TestUnknown(t *testing.T) {
	of := source(t)
	for _, q := range []ask.Query{
		{},
		{"queryType": "nonsense"},
		{"queryType": "transactions", "format": "nonsense"},
		{"queryType": "transactions", "limit": -1},
	} {
		answer := query(t, of, q)
		if answer.Error == nil || answer.Status != http.StatusBadRequest || answer.ErrorSource != backend.ErrorSourceDownstream {
			t.Errorf("%v: error %v, status %d, source %q", q, answer.Error, answer.Status, answer.ErrorSource)
		}
	}
}
