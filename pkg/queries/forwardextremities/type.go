// Package forwardextremities answers which rooms have many forward extremities, what that costs, and whether it goes
// away by itself.
package forwardextremities

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// defaultMinimum is Synapse's own: it tidies rooms with more (dummy_events_threshold), and an event joins ten at most.
const defaultMinimum = 10

// Type declares the query type.
func Type() query.Type {
	return query.Type{
		ID:    "forwardExtremities",
		Title: "Forward extremities",
		Help: "Rooms whose history has split into many branches. Before each event Synapse must bring their states together, which " +
			"makes sending slow in that room and loads the whole server. The table names the rooms and says which of them need you.",
		Formats: []query.Format{
			{
				ID: "rooms", Title: "Rooms", Needs: query.Postgres, Visualization: query.Table, Current: true,
				Help: "The rooms with the most forward extremities, each with a verdict and advice. Read from Synapse's database: exact, " +
					"and of now whatever time range is chosen. Rooms with local members and no extremity at all are listed in any case.",
				Columns: query.ColumnInfos(columns),
			},
			{
				ID: "histogram", Title: "Rooms per number of extremities", Needs: query.Prometheus, Visualization: query.BarChart,
				Help: "How many rooms have how many forward extremities, at the end of the time range. Synapse counts once an hour, " +
					"for the first time an hour after its start.",
				Columns: query.ColumnInfos(bandColumns),
			},
			{
				ID: "counts", Title: "Over time", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "Rooms with many forward extremities over time, or the share of events that go to such rooms. The share tells " +
					"more: it is up to date, and rooms that nobody uses don't count.",
			},
		},
		Params: []query.Param{
			{
				ID: "minExtremities", Title: "More than", Kind: query.Number, Default: defaultMinimum,
				Min: query.Bound(0), Max: query.Bound(1_000_000), Formats: []string{"rooms", "counts"},
				Help: "Only rooms with more forward extremities than this. 10 is where Synapse itself begins to tidy. The metrics know " +
					"1, 2, 3, 5, 7, 10, 15, 20, 50, 100, 200 and 500.",
			},
			{
				ID: "measure", Title: "Measure", Kind: query.Choice, Default: "rooms", Formats: []string{"counts"},
				Options: []query.Option{{Value: "rooms", Title: "Rooms"}, {Value: "events", Title: "Share of events"}},
				Help:    "What is drawn: rooms with many extremities, or the share of events that were added to such rooms.",
			},
		},
		Limit: query.Limit{Default: 50, Max: 500},
		Examples: []query.Example{
			{Title: "Rooms that need attention", Query: map[string]any{"queryType": "forwardExtremities", "format": "rooms"}},
			{Title: "The rooms with more than 50", Query: map[string]any{"queryType": "forwardExtremities", "format": "rooms", "minExtremities": 50}},
			{Title: "Share of events in split rooms", Query: map[string]any{"queryType": "forwardExtremities", "format": "counts", "measure": "events"}},
		},
		Run: run,
	}
}

func run(ctx context.Context, s *query.Session) (query.Result, error) {
	switch s.Format.ID {
	case "histogram":
		return histogramOf(ctx, s)
	case "counts":
		return counts(ctx, s)
	}
	return rooms(ctx, s)
}
