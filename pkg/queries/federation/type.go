// Package federation answers what goes out to and comes in from other homeservers, what it consists of, and which
// destinations fail.
package federation

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// Type declares the query type "federation".
func Type() query.Type {
	return query.Type{
		ID:    "federation",
		Title: "Federation",
		Help: "Traffic with other homeservers: events (PDUs), short-lived data such as typing, receipts and presence (EDUs), how late events are sent, and " +
			"which destinations fail.",
		Formats: []query.Format{
			{ID: "traffic", Title: "Traffic", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "PDUs and EDUs per second, in and out."},
			{ID: "edus", Title: "Outgoing EDUs by type", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "Much m.presence on a server that is short of CPU: presence is the cost. Synapse does not count incoming EDUs by type."},
			{ID: "lag", Title: "Sending lag", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "Time from sending an event until the federation sender has handled it."},
			{ID: "summary", Title: "Summary", Needs: query.Prometheus, Visualization: query.Table, Columns: query.ColumnInfos(summaryColumns),
				Help: "What the traffic of the whole time range consisted of."},
			{ID: "destinations", Title: "Destinations", Needs: query.Postgres, Current: true, Visualization: query.Table, Columns: query.ColumnInfos(destinationColumns),
				Help: "Which homeservers can't be reached?, and healthy ones that miss events."},
		},
		Limit: limit,
		Examples: []query.Example{
			{Title: "How much of the traffic is presence?", Query: map[string]any{"queryType": "federation", "format": "summary"}},
			{Title: "Which homeservers can't be reached?", Query: map[string]any{"queryType": "federation", "format": "destinations"}},
			{Title: "How much comes from and goes to other homeservers?", Query: map[string]any{"queryType": "federation", "format": "traffic"}},
			{Title: "What is most of the outgoing traffic?", Query: map[string]any{"queryType": "federation", "format": "edus"}},
			{Title: "How late are events sent?", Query: map[string]any{"queryType": "federation", "format": "lag"}},
		},
		Reads: metrics.Names(metrics.ReceivedPDUs, metrics.ReceivedEDUs, metrics.SentPDUs, metrics.SentEDUs, metrics.SentEDUsByType,
			metrics.EventLag, metrics.ScheduleTime),
		Run: run,
	}
}

func run(ctx context.Context, s *query.Session) (query.Result, error) {
	switch s.Format.ID {
	case "summary":
		return fetchSummary(ctx, s)
	case "destinations":
		return fetchDestinations(ctx, s)
	case "edus":
		return fetchEDUs(ctx, s)
	case "lag":
		return fetchLag(ctx, s)
	}
	return fetchTraffic(ctx, s)
}
