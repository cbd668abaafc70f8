// Package resources answers how busy each Synapse process is: one row per process, and their graphs.
package resources

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Type declares the query type "resources".
func Type() query.Type {
	return query.Type{
		ID:    "resources",
		Title: "Processes",
		Help: "CPU, event loop, memory, database pool and garbage collection of each process. One process works in one " +
			"thread: one core is its limit, so processes are never added up.",
		Formats: []query.Format{
			{ID: "processes", Title: "One row per process", Needs: query.Prometheus, Visualization: query.Table, Columns: query.ColumnInfos(columns),
				Help: "What each process does, how full it is, and what to do if it is."},
			{ID: "cpu", Title: "CPU", Needs: query.Prometheus, Visualization: query.TimeSeries, Help: "Cores used by each process."},
			{ID: "memory", Title: "Memory", Needs: query.Prometheus, Visualization: query.TimeSeries, Help: "Resident memory of each process."},
			{ID: "reactor", Title: "Event loop", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "The share of time that each process's event loop was busy."},
			{ID: "databasePool", Title: "Wait for a database connection", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "Mean wait of each process for a connection of its pool."},
		},
		Limit: query.Limit{Default: 50, Max: 1000},
		Examples: []query.Example{
			{Title: "Which process is full?", Query: map[string]any{"queryType": "resources", "format": "processes"}},
		},
		Run: run,
	}
}

func run(ctx context.Context, s *query.Session) (query.Result, error) {
	if s.Format.ID == "processes" {
		return runProcesses(ctx, s)
	}
	return runSeries(ctx, s)
}
