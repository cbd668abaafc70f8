// Package eventsendtime answers how long sending a message takes: the first graph of the guide.
package eventsendtime

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Type declares the query type "eventSendTime".
func Type() query.Type {
	return query.Type{
		ID:    "eventSendTime",
		Title: "Event send time",
		Help: "How long the server takes to accept a message from a client. Only successful sends count; state events and " +
			"redactions are other requests. Messages of bridges are among them.",
		Formats: []query.Format{
			{ID: "quantiles", Title: "Quantiles", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "50 %, 75 %, 90 %, 95 % and 99 % of the sends were at least this quick, and the mean."},
			{ID: "heatmap", Title: "Heatmap", Needs: query.Prometheus, Visualization: query.Heatmap,
				Help: "How many sends per second fell into each band of duration."},
			{ID: "byWorker", Title: "By worker", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "One quantile of each process that serves sends, to see whether one of them is the slow one."},
		},
		Limit: query.Limit{Default: 20, Max: 100},
		Params: []query.Param{
			{ID: "quantile", Title: "Quantile", Kind: query.Number, Default: 0.95, Min: query.Bound(0.01), Max: query.Bound(0.999),
				Formats: []string{"byWorker"}, Help: "Which part of the sends the line bounds: 0.95 means that 95 of 100 were quicker."},
		},
		Examples: []query.Example{
			{Title: "Is the server slow?", Query: map[string]any{"queryType": "eventSendTime", "format": "quantiles"}},
			{Title: "Is one worker the slow one?", Query: map[string]any{"queryType": "eventSendTime", "format": "byWorker"}},
		},
		Run: run,
	}
}

func run(ctx context.Context, s *query.Session) (query.Result, error) {
	switch s.Format.ID {
	case "heatmap":
		return runHeatmap(ctx, s)
	case "byWorker":
		return runByWorker(ctx, s)
	}
	return runQuantiles(ctx, s)
}
