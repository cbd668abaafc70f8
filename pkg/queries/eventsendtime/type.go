// Package eventsendtime answers how long sending a message takes: the first graph of the guide.
package eventsendtime

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// Type declares the query type "eventSendTime".
func Type() query.Type {
	return query.Type{
		ID:    "eventSendTime",
		Title: "Event send time",
		Help: "How long the homeserver takes to accept a message from a client. Only successful sends count, those of bridges included. " +
			"State events and redactions are other requests.",
		Formats: []query.Format{
			{ID: "quantiles", Title: "Quantiles", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "The times within which 50%, 75%, 90%, 95% and 99% of the sends were accepted, and the mean."},
			{ID: "heatmap", Title: "Heatmap", Needs: query.Prometheus, Visualization: query.Heatmap,
				Help: "Sends per second by their duration."},
			{ID: "byWorker", Title: "By worker", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "One quantile for each process that accepts sends. Compare them to find a slow worker."},
		},
		Limit: query.Limit{Default: 20, Max: 100},
		Params: []query.Param{
			{ID: "quantile", Title: "Quantile", Kind: query.Number, Default: 0.95, Min: new(0.01), Max: new(0.999),
				Formats: []string{"byWorker"}, Help: "0.95 draws the time within which 95% of the sends were accepted."},
		},
		Examples: []query.Example{
			{Title: "How long does sending a message take?", Query: map[string]any{"queryType": "eventSendTime", "format": "quantiles"}},
			{Title: "Which worker is slow to send?", Query: map[string]any{"queryType": "eventSendTime", "format": "byWorker"}},
			{Title: "Are all messages slow, or some?", Query: map[string]any{"queryType": "eventSendTime", "format": "heatmap"}},
		},
		Reads: metrics.Names(metrics.ResponseTime, metrics.ScheduleTime),
		Run:   run,
	}
}

func run(ctx context.Context, s *query.Session) (query.Result, error) {
	switch s.Format.ID {
	case "heatmap":
		return fetchHeatmap(ctx, s)
	case "byWorker":
		return fetchByWorker(ctx, s)
	}
	return fetchQuantiles(ctx, s)
}
