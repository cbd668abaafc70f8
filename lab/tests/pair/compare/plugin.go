package compare

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/synapse"
)

// Plugin is the built plugin, asked as an admin about the pair.
type Plugin struct {
	*ask.Plugin
	Pair *synapse.Pair
}

const (
	reader         = "grafana_synapse"
	readerPassword = "only reads"
	eventCache     = "*getEvent*"
)

// source is the data source of the pair with the database of one of its homeservers.
func (p *Plugin) source(server *synapse.Server) ask.Source {
	return ask.Source{
		URL: p.Pair.PrometheusURL,
		UID: "real-" + server.Database.Name,
		JSON: map[string]any{
			"scrapeInterval":   fmt.Sprintf("%ds", int(p.Pair.ScrapeInterval.Seconds())),
			"cacheTTL":         "0s",
			"postgresHost":     fmt.Sprintf("%s:%d", server.Database.Host, server.Database.Port),
			"postgresDatabase": server.Database.Name,
			"postgresUser":     reader,
			"postgresSslMode":  "disable",
			// Its size depends on event_cache_size too, and no metric tells these apart: the admin has to say it.
			"perCacheFactors": map[string]float64{eventCache: synapse.CacheFactors[eventCache]},
		},
		Secure: map[string]string{"postgresPassword": readerPassword, "pseudonymKey": "a key of the pair"},
		User:   ask.Admin,
	}
}

// Answer asks one query about a window.
func (p *Plugin) Answer(ctx context.Context, server *synapse.Server, window Window, query ask.Query) (data.Frames, error) {
	request := p.source(server).Request(backend.TimeRange{From: window.From, To: window.To}, query)
	response, err := p.QueryData(ctx, request)
	if err != nil {
		return nil, fmt.Errorf("ask %v: %w", query, err)
	}
	answer := response.Responses["A"]
	if answer.Error != nil {
		return nil, fmt.Errorf("ask %v: %w", query, answer.Error)
	}
	return answer.Frames, nil
}

// Table asks one query whose answer is one table. That there is none counts as a difference.
func (p *Plugin) Table(ctx context.Context, report *Report, server *synapse.Server, window Window, query ask.Query) ([]Row, bool) {
	frames, err := p.Answer(ctx, server, window, query)
	if err != nil {
		report.Check(false, "%v", err)
		return nil, false
	}
	if len(frames) != 1 {
		report.Check(false, "ask %v: %d frames, want one table", query, len(frames))
		return nil, false
	}
	return Rows(frames[0]), true
}

// declared is a query type as the plugin declares it to the editors.
type declared struct {
	ID      string
	Formats []struct{ ID string }
}

// types are the query types that the plugin has.
func (p *Plugin) types(ctx context.Context) ([]declared, error) {
	response, err := p.CallResource(ctx, &backend.CallResourceRequest{
		PluginContext: p.source(p.Pair.Servers[0]).Context(), Path: "query-types", URL: "query-types", Method: http.MethodGet,
	})
	if err != nil {
		return nil, fmt.Errorf("ask for the query types: %w", err)
	}
	var document struct{ QueryTypes []declared }
	if err := json.Unmarshal(response.Body, &document); err != nil {
		return nil, fmt.Errorf("read the query types: %w", err)
	}
	return document.QueryTypes, nil
}

// aspects are what the health check says about a data source, by aspect.
func (p *Plugin) aspects(ctx context.Context, server *synapse.Server) (map[string]aspect, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	result, err := p.CheckHealth(ctx, &backend.CheckHealthRequest{PluginContext: p.source(server).Context()})
	if err != nil {
		return nil, fmt.Errorf("check the health: %w", err)
	}
	var details struct{ Aspects []aspect }
	if err := json.Unmarshal(result.JSONDetails, &details); err != nil {
		return nil, fmt.Errorf("read the health check's details: %w", err)
	}
	byName := map[string]aspect{}
	for _, a := range details.Aspects {
		byName[a.Aspect] = a
	}
	return byName, nil
}

type aspect struct{ Aspect, Status, Message, Remedy string }
