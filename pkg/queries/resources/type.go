// Package resources answers how busy each Synapse process is: one row per process, and their graphs.
package resources

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// Type declares the query type "resources".
func Type() query.Type {
	return query.Type{
		ID:    "resources",
		Title: "Processes",
		Help: "CPU, event loop, memory, database pool and garbage collection of each process. A process does nearly all its work in one thread, " +
			"so one core is its limit and processes are never added up.",
		Formats: []query.Format{
			{ID: "processes", Title: "One row per process", Needs: query.Prometheus, Visualization: query.Table, Columns: query.ColumnInfos(columns),
				Help: "What each process does, how close it is to its limits, and what to do about it."},
			{ID: "cpu", Title: "CPU", Needs: query.Prometheus, Visualization: query.TimeSeries, Help: "Cores used by each process."},
			{ID: "memory", Title: "Memory", Needs: query.Prometheus, Visualization: query.TimeSeries, Help: "Resident memory of each process."},
			{ID: "reactor", Title: "Event loop", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "Share of time that each process's event loop was busy."},
			{ID: "databasePool", Title: "Wait for a database connection", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "Mean time that each process waited for a connection from its pool."},
		},
		Limit: query.Limit{Default: 50, Max: 1000},
		Examples: []query.Example{
			{Title: "Which processes are saturated?", Query: map[string]any{"queryType": "resources", "format": "processes"}},
			{Title: "Which process is short of CPU?", Query: map[string]any{"queryType": "resources", "format": "cpu"}},
			{Title: "Which process grows in memory?", Query: map[string]any{"queryType": "resources", "format": "memory"}},
			{Title: "How busy are the event loops?", Query: map[string]any{"queryType": "resources", "format": "reactor"}},
			{Title: "Is the connection pool too small?", Query: map[string]any{"queryType": "resources", "format": "databasePool"}},
		},
		Reads: metrics.Names(
			metrics.ScheduleTime, metrics.ProcessCPU, metrics.ReactorTick, metrics.ProcessMemory, metrics.Jemalloc, metrics.GCTime, metrics.ProcessOpenFDs,
			metrics.ProcessMaxFDs, metrics.ProcessStart, metrics.BuildInfo,
			metrics.JobStarts, metrics.PersistedEvents, metrics.RequestsReceived, metrics.ReplicationWritten, // roles
		),
		Run: run,
	}
}

func run(ctx context.Context, s *query.Session) (query.Result, error) {
	if s.Format.ID == "processes" {
		return fetchProcesses(ctx, s)
	}
	return fetchLines(ctx, s)
}
