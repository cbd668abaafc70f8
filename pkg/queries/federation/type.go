// Package federation answers what goes out to and comes in from other homeservers, what it consists of, and which
// destinations fail.
package federation

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Type declares the query type "federation".
func Type() query.Type {
	return query.Type{
		ID:    "federation",
		Title: "Federation",
		Help: "Traffic with other homeservers: events (PDUs) apart from passing things such as typing, receipts and presence " +
			"(EDUs), how far sending lags behind, and which destinations fail.",
		Formats: []query.Format{
			{ID: "traffic", Title: "Traffic", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "PDUs and EDUs per second, in and out."},
			{ID: "edus", Title: "Outgoing EDUs by type", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "Much m.presence and no CPU left: presence is what costs. Synapse does not count incoming EDUs by type."},
			{ID: "lag", Title: "Sending lag", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "How long after an event was sent the federation sender had dealt with it."},
			{ID: "summary", Title: "Summary", Needs: query.Prometheus, Visualization: query.Table, Columns: query.ColumnInfos(flowColumns),
				Help: "What the traffic of the whole time range consisted of."},
			{ID: "destinations", Title: "Destinations", Needs: query.Postgres, Current: true, Visualization: query.Table, Columns: query.ColumnInfos(destinationColumns),
				Help: "Homeservers that can't be reached, and healthy ones that miss events."},
		},
		Limit: query.Limit{Default: 50, Max: 1000},
		Examples: []query.Example{
			{Title: "Is presence most of it?", Query: map[string]any{"queryType": "federation", "format": "summary"}},
			{Title: "Who can't we reach?", Query: map[string]any{"queryType": "federation", "format": "destinations"}},
		},
		Run: run,
	}
}

func run(ctx context.Context, s *query.Session) (query.Result, error) {
	switch s.Format.ID {
	case "summary":
		return runSummary(ctx, s)
	case "destinations":
		return runDestinations(ctx, s)
	case "edus":
		return runEDUs(ctx, s)
	case "lag":
		return runLag(ctx, s)
	}
	return runTraffic(ctx, s)
}
