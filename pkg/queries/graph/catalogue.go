package graph

import (
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// Graph is one graph of the catalogue. The JSON is public: GET /graphs.
type Graph struct {
	ID      string `json:"id"`
	Section string `json:"section"`
	Title   string `json:"title"`
	Help    string `json:"help"`
	// Unit is a Grafana unit.
	Unit string `json:"unit"`
	// By is empty, or the label that tells lines apart, besides server_name: they are ranked over the whole range.
	By   []string `json:"by"`
	term term
	// processes marks a term over metrics of whole processes, which get server_name and what tells them apart.
	processes bool
}

// All is the catalogue, in the guide's order.
var All = slices.Concat(overview, requests, database, federation, caches, rooms, collection, workers)

func options() []query.Option {
	list := make([]query.Option, len(All))
	for i, g := range All {
		list[i] = query.Option{Value: g.ID, Title: g.Section + ": " + g.Title}
	}
	return list
}

// reads are the metrics of all graphs, and the one by which processes are told apart.
func reads() []string {
	read := []*metrics.Metric{metrics.ScheduleTime}
	for _, g := range All {
		read = append(read, metrics.In(g.promql(process.Selection{}))...)
	}
	return metrics.Names(read...)
}
