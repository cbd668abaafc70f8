package graph

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"

// Declaration is a graph for those who can't read Go. The JSON is public: GET /graphs.
type Declaration struct {
	ID       string   `json:"id"`
	Section  string   `json:"section"`
	Title    string   `json:"title"`
	Help     string   `json:"help"`
	Worry    string   `json:"worry,omitempty"`
	Levels   *Levels  `json:"levels,omitempty"`
	Unit     string   `json:"unit"`
	Kind     Kind     `json:"kind"`
	Formats  []string `json:"formats"`
	Signed   bool     `json:"signed,omitempty"`
	By       []string `json:"by"`
	Check    string   `json:"check,omitempty"`
	Metrics  []string `json:"metrics"`
	Since    string   `json:"since,omitempty"`
	Replaces []Panel  `json:"replaces,omitempty"`
}

// Declare gives the catalogue in its order.
func Declare() []Declaration {
	all := make([]Declaration, len(All))
	for i, g := range All {
		all[i] = Declaration{
			ID: g.ID, Section: g.Section, Title: g.Title, Help: g.Help, Worry: g.Worry, Levels: g.Levels, Unit: g.Unit, Kind: g.kind(),
			Formats: g.Formats(), Signed: g.Signed, By: g.By, Check: g.Check, Metrics: metrics.Names(g.Metrics()...), Since: g.since(), Replaces: g.Replaces,
		}
	}
	return all
}

func (g Graph) kind() Kind {
	switch {
	case g.buckets != nil:
		return Histogram
	case g.Kind == "":
		return Lines
	}
	return g.Kind
}

// since is the first version of Synapse that has any of the graph's metrics, "" where the oldest known version has one.
func (g Graph) since() string {
	first := ""
	for i, m := range g.Metrics() {
		if i == 0 || first != "" && !(&metrics.Metric{Since: first}).ExistsIn(m.Since) {
			first = m.Since
		}
	}
	return first
}
