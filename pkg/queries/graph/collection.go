package graph

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"

var collection = []Graph{
	{
		ID: "gc-time", Section: "Garbage collection", Title: "Time in garbage collection", Unit: "percentunit", processes: true,
		Help: "Share of time in which a process collected garbage and did nothing else.",
		term: func(s scope) string { return "sum without (gen) (" + s.Rate(metrics.GCTime.Sum()) + ")" },
	},
}
