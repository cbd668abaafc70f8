// Package transactions answers which database transactions cost most, and what the guide would have the admin
// conclude from how often they run and how long they take.
package transactions

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// Type declares the query type "transactions".
func Type() query.Type {
	return query.Type{
		ID:    "transactions",
		Title: "Top transactions by cost",
		Help: "Synapse's database transactions, ranked by their cost: the number of calls times their mean duration. A transaction that runs often is not " +
			"necessarily expensive.",
		Formats: []query.Format{
			{ID: "table", Title: "Ranking", Needs: query.Prometheus, Visualization: query.Table, Columns: query.ColumnInfos(columns),
				Help: "One row per transaction over the whole time range, with a verdict and an explanation."},
			{ID: "cost", Title: "Cost over time", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "Seconds of database time per second, of the transactions that cost most in the time range."},
			{ID: "rate", Title: "Calls over time", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "Calls per second, of the transactions that run most often in the time range."},
			{ID: "meanDuration", Title: "Mean duration over time", Needs: query.Prometheus, Visualization: query.TimeSeries,
				Help: "Mean duration of a call, of the transactions that cost most in the time range."},
		},
		Limit: query.Limit{Default: 20, Max: 500},
		Params: []query.Param{
			{ID: "compareTo", Title: "Compare with", Kind: query.Duration, Default: "7d", Formats: []string{"table"},
				Help: "How long ago the window lies that the cost is compared with. Without data there, the window of one day ago is used."},
			{ID: "transaction", Title: "Transactions", Kind: query.List, Values: "transaction",
				Help: "Only these transactions. Empty ranks all."},
		},
		Examples: []query.Example{
			{Title: "What does the database spend its time on?", Query: map[string]any{"queryType": "transactions", "format": "table"}},
			{Title: "Which transactions are most frequent?", Query: map[string]any{"queryType": "transactions", "format": "rate", "limit": 5}},
			{Title: "Which transactions began to cost more?", Query: map[string]any{"queryType": "transactions", "format": "cost"}},
			{Title: "Which transactions became slower?", Query: map[string]any{"queryType": "transactions", "format": "meanDuration"}},
		},
		Reads: metrics.Names(metrics.TransactionCount, metrics.TransactionTime, metrics.ReactorTick, metrics.ScheduleTime, metrics.ProcessStart,
			metrics.CacheRequests, metrics.CacheHits, metrics.CacheEvicted),
		Run: run,
	}
}

func run(ctx context.Context, s *query.Session) (query.Result, error) {
	if s.Format.ID == "table" {
		return fetchTable(ctx, s)
	}
	return fetchLines(ctx, s)
}
