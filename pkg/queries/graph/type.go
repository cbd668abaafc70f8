// Package graph draws the graphs of the guide and of Synapse's own dashboard by name, corrected where that dashboard
// misleads. One file per section declares them.
package graph

import (
	"context"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Type declares the query type "graph".
func Type() query.Type {
	return query.Type{
		ID:    "graph",
		Title: "Graph",
		Help:  "One graph of the catalogue: those of the guide and of Synapse's own dashboard, with units and limits.",
		Formats: []query.Format{
			{ID: "series", Title: "Time series", Needs: query.Prometheus, Visualization: query.TimeSeries, Help: "The lines of the chosen graph."},
		},
		Limit: query.Limit{Default: 10, Max: 200},
		Params: []query.Param{
			{ID: "graph", Title: "Graph", Kind: query.Choice, Default: All[0].ID, Options: options(), Help: "The graph to draw."},
		},
		Examples: []query.Example{
			{Title: "CPU by background job", Query: map[string]any{"queryType": "graph", "graph": "background-cpu"}},
			{Title: "Mean time by kind of request", Query: map[string]any{"queryType": "graph", "graph": "requests-time"}},
		},
		Reads: reads(),
		Run:   run,
	}
}

func run(ctx context.Context, s *query.Session) (query.Result, error) {
	id := s.Text("graph")
	i := slices.IndexFunc(All, func(g Graph) bool { return g.ID == id })
	return All[i].draw(ctx, s)
}
