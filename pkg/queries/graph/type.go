// Package graph draws graphs by name: those of the guide and of Synapse's own dashboard, corrected where that dashboard
// misleads, and more. One file per section declares them; a graph is one entry.
package graph

import (
	"context"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// The formats.
const (
	formatSeries    = "series"
	formatQuantiles = "quantiles"
	formatHeatmap   = "heatmap"
)

// Type declares the query type "graph".
func Type() query.Type {
	return query.Type{
		ID:    "graph",
		Title: "Graph",
		Help:  "One graph of the catalogue: everything that Synapse's own dashboard shows and more, with units and limits, on any version of Synapse.",
		Formats: []query.Format{
			{ID: formatSeries, Title: "Time series", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "The lines of the graph. Of a distribution they are means."},
			{ID: formatQuantiles, Title: "Quantiles", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "How long the slowest 1%, 10% and half took, or how large they were. Only for distributions."},
			{ID: formatHeatmap, Title: "Heatmap", Needs: query.Prometheus, Visualization: query.Heatmap,
				Help: "How many fell into each band over time. Only for distributions."},
		},
		Limit: query.Limit{Default: 10, Max: 200},
		Params: []query.Param{
			{ID: "graph", Title: "Graph", Kind: query.Choice, Default: "send-duration", Options: options(), Help: "The graph to draw."},
			{ID: "perProcess", Title: "Per process", Kind: query.Boolean, Default: false, Formats: []string{formatSeries, formatQuantiles},
				Help: "One line for each process instead of one for the homeserver. Graphs that are the same for all processes stay whole."},
		},
		Examples: []query.Example{
			{Title: "What do background jobs use CPU for?", Query: map[string]any{"queryType": "graph", "graph": "background-cpu"}},
			{Title: "Which worker falls behind in replication?", Query: map[string]any{"queryType": "graph", "graph": "replication-queue", "perProcess": true}},
			{Title: "How long do requests take?", Query: map[string]any{"queryType": "graph", "graph": "requests-duration", "format": formatQuantiles}},
			{Title: "How long does an incoming event take?", Query: map[string]any{"queryType": "graph", "graph": "inbound-duration", "format": formatHeatmap}},
		},
		Reads: reads(),
		Run:   run,
	}
}

func run(ctx context.Context, s *query.Session) (query.Result, error) {
	g, _ := Find(s.Text("graph"))
	if formats := g.Formats(); !slices.Contains(formats, s.Format.ID) {
		return nil, query.Badf("The graph %q has no format %q. Valid values: %s.", g.ID, s.Format.ID, strings.Join(formats, ", "))
	}
	return g.draw(ctx, s)
}

// Formats are those in which the graph can be drawn, the first by default.
func (g Graph) Formats() []string {
	switch {
	case g.buckets == nil:
		return []string{formatSeries}
	case g.buckets.snapshot():
		return []string{formatSeries, formatHeatmap}
	}
	return []string{formatSeries, formatQuantiles, formatHeatmap}
}
