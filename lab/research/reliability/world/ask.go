package world

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
)

// Format is one format of a query type that the plugin declares.
type Format struct{ Type, Title, ID, Needs string }

// Name is how a query of it is called.
func (f Format) Name() string { return f.Type + "/" + f.ID }

// Query asks for it.
func (f Format) Query() ask.Query {
	return ask.Query{"refId": f.Name(), "queryType": f.Type, "format": f.ID}
}

// learn asks the plugin what it can be asked.
func (w *World) learn(ctx context.Context) error {
	response, err := w.Plugin.CallResource(ctx, &backend.CallResourceRequest{
		PluginContext: w.Direct().Context(), Path: "query-types", URL: "query-types", Method: http.MethodGet,
	})
	if err != nil {
		return err
	}
	var declared struct {
		QueryTypes []struct {
			ID, Title string
			Formats   []struct{ ID, Needs string }
		}
	}
	if err := json.Unmarshal(response.Body, &declared); err != nil {
		return fmt.Errorf("%s: %w", response.Body, err)
	}
	for _, t := range declared.QueryTypes {
		for _, f := range t.Formats {
			w.Formats = append(w.Formats, Format{t.ID, t.Title, f.ID, f.Needs})
		}
	}
	return nil
}

// Answers are by the name of the format.
type Answers map[string]backend.DataResponse

// patience is more than any answer may take.
const patience = 2 * time.Minute

// Ask asks for all of these formats at once, one request for each query type, as a dashboard does. What can't be asked at all is an
// error.
func (w *World) Ask(ctx context.Context, of ask.Source, span ask.Span, formats []Format) (Answers, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	byType := map[string][]ask.Query{}
	for _, f := range formats {
		byType[f.Type] = append(byType[f.Type], f.Query())
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	var failed error
	answers := Answers{}
	for _, queries := range byType {
		all.Go(func() {
			request := of.Request(span, queries...)
			if !isEditor(of) {
				request.Headers["Authorization"] = "Bearer " + forwarded
			}
			response, err := w.Plugin.QueryData(ctx, request)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = err
				return
			}
			for name, answer := range response.Responses {
				answers[name] = answer
				w.Watch.answer(of, name, answer)
			}
		})
	}
	all.Wait()
	return answers, failed
}

// Whole is the written past.
func (w *World) Whole() ask.Span { return w.Stack.History }

// Health asks the health check.
func (w *World) Health(ctx context.Context, of ask.Source) (string, error) {
	result, err := w.Plugin.CheckHealth(ctx, &backend.CheckHealthRequest{PluginContext: of.Context()})
	if err != nil {
		return "", err
	}
	w.Watch.look(of, "the health check", result.Message+string(result.JSONDetails))
	return result.Message, nil
}
