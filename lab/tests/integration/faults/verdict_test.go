package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
)

// traces are what only a program would say.
var traces = []string{
	"dial tcp", "context deadline", "context canceled", "EOF", "pq:", "SQLSTATE", "i/o timeout", "net/http", "invalid character",
	"unmarshal", "unexpected end of JSON", "broken pipe", "connection reset", "connect: ", "failed to connect", "FATAL", "ERROR:",
	"rpc error", "goroutine ", ".go:", "runtime error", "nil pointer", "panic", "strconv", "json:", "%!", "<html", "parse error",
}

// secrets of the laboratory, and those that the faults carry.
func secrets() []string {
	return []string{laboratory.Source.Secure["postgresPassword"], laboratory.Source.Secure["pseudonymKey"], wrongPassword, confidential}
}

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
	if len(text) > 3000 { // the names of all graphs, and some words
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
