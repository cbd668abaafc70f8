// Package garbagecollection answers whether Python's garbage collector stops the processes: the guide's last graph.
package garbagecollection

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Type declares the query type "garbageCollection".
func Type() query.Type {
	return query.Type{
		ID:    "garbageCollection",
		Title: "Garbage collection",
		Help: "While Python collects garbage, a process does nothing else. Spikes of several seconds are felt by everyone; " +
			"generation 2, which walks through everything, is the expensive one.",
		Formats: []query.Format{
			{ID: "time", Title: "Share of time", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "The share of time that each process spent collecting."},
			{ID: "pauses", Title: "Pauses", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "The mean length of a collection, per process and generation."},
			{ID: "summary", Title: "One row per process and generation", Needs: query.Prometheus, Visualization: query.Table, Columns: query.ColumnInfos(columns),
				Help: "How often, how long, how long at worst."},
		},
		Limit: query.Limit{Default: 60, Max: 1000},
		Examples: []query.Example{
			{Title: "Does garbage collection stop a process?", Query: map[string]any{"queryType": "garbageCollection", "format": "summary"}},
		},
		Run: run,
	}
}

func run(ctx context.Context, s *query.Session) (query.Result, error) {
	if s.Format.ID == "summary" {
		return runSummary(ctx, s)
	}
	return runSeries(ctx, s)
}
