// Package metriccoverage answers which metrics Prometheus has of each homeserver, of all that the plugin reads: where
// one is missing, something else is blind.
package metriccoverage

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Type declares the query type "metricCoverage".
func Type() query.Type {
	return query.Type{
		ID:    "metricCoverage",
		Title: "Metric coverage",
		Help: "Every metric that this plugin reads, whether Prometheus has it, and what is blind without it. " +
			"Some come with the first event of their kind, with a worker's role, or an hour after the start.",
		Formats: []query.Format{
			{ID: "table", Title: "One row per metric", Needs: query.Prometheus, Visualization: query.Table, Columns: query.ColumnInfos(columns),
				Help: "What is missing comes first."},
		},
		Limit: query.Limit{Default: 200, Max: 1000},
		Params: []query.Param{
			{ID: "status", Title: "Status", Kind: query.List, Options: options(), Help: "present, older-name, not-yet or absent; empty shows all."},
		},
		Examples: []query.Example{
			{Title: "Which metrics are missing?", Query: map[string]any{"queryType": "metricCoverage", "status": []string{"absent"}}},
		},
		Run: run,
	}
}

func run(ctx context.Context, s *query.Session) (query.Result, error) {
	wanted := s.List("status")
	if err := known(wanted); err != nil {
		return nil, err
	}
	there, err := present(ctx, s)
	if err != nil {
		return nil, err
	}
	if len(there) == 0 {
		s.Warn("Prometheus has no metric of Synapse for this selection right now. Is Synapse scraped, and does the filter match?")
		there = map[string]map[string]bool{"": nil}
	}
	return table(s, rows(there, wanted)), nil
}
