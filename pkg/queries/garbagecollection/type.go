// Package garbagecollection answers whether Python's garbage collector stops the processes: the guide's last graph.
package garbagecollection

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// Type declares the query type "garbageCollection".
func Type() query.Type {
	return query.Type{
		ID:    "garbageCollection",
		Title: "Garbage collection",
		Help: "While Python collects garbage, a process does nothing else, and everyone it serves waits. Generation 2, which visits all objects, is the " +
			"expensive one.",
		Formats: []query.Format{
			{ID: "time", Title: "Share of time", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "Share of time that each process spends in garbage collection."},
			{ID: "pauses", Title: "Pauses", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "Mean duration of a collection, per process and generation."},
			{ID: "summary", Title: "One row per process and generation", Needs: query.Prometheus, Visualization: query.Table, Columns: query.ColumnInfos(columns),
				Help: "How often each process collects, how long it takes, and how long at most."},
		},
		Limit: query.Limit{Default: 60, Max: 1000},
		Examples: []query.Example{
			{Title: "Which processes does garbage collection block?", Query: map[string]any{"queryType": "garbageCollection", "format": "summary"}},
			{Title: "How much time does garbage collection take?", Query: map[string]any{"queryType": "garbageCollection", "format": "time"}},
			{Title: "How long are its pauses?", Query: map[string]any{"queryType": "garbageCollection", "format": "pauses"}},
		},
		Reads: metrics.Names(metrics.GCTime, metrics.ScheduleTime, metrics.ProcessStart),
		Run:   run,
	}
}

func run(ctx context.Context, s *query.Session) (query.Result, error) {
	if s.Format.ID == "summary" {
		return fetchSummary(ctx, s)
	}
	return fetchLines(ctx, s)
}
