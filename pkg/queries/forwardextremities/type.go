// Package forwardextremities answers which rooms have many forward extremities, what that costs, and whether it ends by
// itself.
package forwardextremities

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// limit is of the rooms shown.
var limit = query.Limit{Default: 50, Max: 500}

// Type declares the query type.
func Type() query.Type {
	return query.Type{
		ID:    "forwardExtremities",
		Title: "Forward extremities",
		Help: "Rooms whose history has split into many branches. Before each event Synapse has to resolve the states of all branches, which makes sending " +
			"slow in that room and loads the whole homeserver. The table names the rooms and says which of them need attention.",
		Formats: []query.Format{
			{ID: "rooms", Title: "Rooms", Needs: query.Postgres, Visualization: query.Table, Current: true, Columns: query.ColumnInfos(columns),
				Help: "The rooms with the most forward extremities, each with a verdict and advice. Read from Synapse's database: exact, and always the present state, " +
					"whatever time range is chosen. Rooms with local members and no extremity at all are always listed."},
			{ID: "histogram", Title: "Rooms per number of extremities", Needs: query.Prometheus, Visualization: query.BarChart, Columns: query.ColumnInfos(bandColumns),
				Help: "How many rooms have how many forward extremities, at the end of the time range. Synapse counts once per hour, for the first time " +
					"an hour after its start."},
			{ID: "counts", Title: "Over time", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "Rooms with many forward extremities over time, or the share of events that go to such rooms. The share says more: it is up to date, " +
					"and unused rooms do not count."},
		},
		Params: []query.Param{
			{
				ID: "minExtremities", Title: "More than", Kind: query.Number, Default: limits.ExtremitiesPerRoom.Value,
				Min: new(0.0), Max: new(1_000_000.0), Formats: []string{"rooms", "counts"},
				Help: "Only rooms with more forward extremities than this. Synapse merges them above 10. The metrics can tell 1, 2, 3, 5, 7, 10, 15, 20, 50, " +
					"100, 200 and 500 apart.",
			},
			{ID: "measure", Title: "Measure", Kind: query.Choice, Default: "rooms", Formats: []string{"counts"},
				Options: []query.Option{{Value: "rooms", Title: "Rooms"}, {Value: "events", Title: "Share of events"}},
				Help:    "What to draw: rooms with many extremities, or the share of events that were added to such rooms."},
		},
		Limit: limit,
		Examples: []query.Example{
			{Title: "Which rooms need attention?", Query: map[string]any{"queryType": "forwardExtremities", "format": "rooms"}},
			{Title: "Which rooms have more than 50 extremities?", Query: map[string]any{"queryType": "forwardExtremities", "format": "rooms", "minExtremities": 50}},
			{Title: "How many events go to split rooms?", Query: map[string]any{"queryType": "forwardExtremities", "format": "counts", "measure": "events"}},
			{Title: "How many rooms have split?", Query: map[string]any{"queryType": "forwardExtremities", "format": "histogram"}},
		},
		Reads: metrics.Names(metrics.ForwardExtremities, metrics.ExtremitiesPersisted),
		Run:   run,
	}
}

func run(ctx context.Context, s *query.Session) (query.Result, error) {
	switch s.Format.ID {
	case "histogram":
		return fetchHistogram(ctx, s)
	case "counts":
		return fetchCounts(ctx, s)
	}
	return fetchRooms(ctx, s)
}

// least is the minimum that rooms must exceed.
func least(s *query.Session) int64 { return int64(s.Number("minExtremities")) }
