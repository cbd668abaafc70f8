package main

import (
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
)

// question is a query and the columns of its answer that fit into a terminal; the last one takes the space that is left.
type question struct {
	title   string
	query   ask.Query
	columns []string
	rows    int
	// span is how far it looks back from the end of the history.
	span time.Duration
}

func (q question) name() string {
	name, _ := q.query["queryType"].(string)
	if format, ok := q.query["format"].(string); ok {
		name += "/" + format
	}
	return name
}

var questions = []question{
	{
		title:   "What is wrong?",
		query:   ask.Query{"queryType": "diagnosis", "format": "findings"},
		columns: []string{"severity", "check", "subject", "caused_by", "evidence"},
		rows:    20,
		span:    6 * time.Hour,
	},
	{
		title: "How long does sending an event take?",
		query: ask.Query{"queryType": "eventSendTime", "format": "quantiles"},
		rows:  8,
		span:  time.Hour,
	},
	{
		title: "Which database transactions cost most?",
		query: ask.Query{"queryType": "transactions", "format": "table"},
		columns: []string{"rank", "transaction", "calls_per_second", "mean_duration", "cost", "share", "cost_change",
			"verdict", "explanation"},
		rows: 10,
		span: time.Hour,
	},
	{
		title: "Which caches miss most?",
		query: ask.Query{"queryType": "caches", "format": "misses"},
		rows:  10,
		span:  time.Hour,
	},
	{
		title: "Which caches should be larger?",
		query: ask.Query{"queryType": "cacheFactors", "format": "table"},
		columns: []string{"cache", "verdict", "current_factor", "recommended_factor", "misses_per_second", "hit_ratio",
			"size_evictions_per_second", "avoided_misses_limit", "reason"},
		rows: 10,
		span: time.Hour,
	},
	{
		title:   "Which rooms have too many forward extremities?",
		query:   ask.Query{"queryType": "forwardExtremities", "format": "rooms"},
		columns: []string{"name", "extremities", "state_groups", "local_members", "verdict", "heals_in", "advice"},
		rows:    12,
		span:    time.Hour,
	},
}
