// Package metriccoverage answers which metrics Prometheus has of each homeserver, of all that the plugin reads: where
// one is missing, a query type or a check sees less.
package metriccoverage

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/coverage"
)

// Type declares the query type "metricCoverage". types are all others: the table says which of them read a metric.
func Type(types []query.Type) query.Type {
	read := readersOf(types)
	return query.Type{
		ID:    "metricCoverage",
		Title: "Metric coverage",
		Help: "Every metric that this plugin reads, whether Prometheus has it, and what is affected without it. Some appear with the first event of their kind, " +
			"with a worker's role, or an hour after the start.",
		Formats: []query.Format{
			{ID: "table", Title: "One row per metric", Needs: query.Prometheus, Visualization: query.Table, Columns: query.ColumnInfos(columns),
				Help: "What is missing comes first."},
		},
		Limit: query.Limit{Default: 200, Max: 1000},
		Params: []query.Param{
			{ID: "status", Title: "Status", Kind: query.List, Options: statusOptions(), Help: statusHelp + " Empty shows all."},
		},
		Examples: []query.Example{
			{Title: "Which metrics are missing?", Query: map[string]any{"queryType": "metricCoverage", "status": []string{string(coverage.Absent)}}},
		},
		Run: func(ctx context.Context, s *query.Session) (query.Result, error) { return read.fetch(ctx, s) },
	}
}

func statusOptions() []query.Option {
	values := make([]string, len(coverage.Statuses))
	for i, status := range coverage.Statuses {
		values[i] = string(status)
	}
	return query.OptionsOf(values...)
}
