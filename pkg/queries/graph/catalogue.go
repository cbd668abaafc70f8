package graph

import (
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// Kind is how a graph is drawn.
type Kind string

// The kinds.
const (
	Lines Kind = "lines"
	// Stack has layers that add up to a whole; what the limit leaves out is one more layer.
	Stack Kind = "stack"
	// States change seldom: each value stands until the next one.
	States Kind = "states"
	// Histogram is drawn as means by kind, as quantiles, or as a heatmap of its buckets.
	Histogram Kind = "histogram"
)

// Graph is one graph of the catalogue. Whether processes are added up, which older names are read, how whole processes get their
// homeserver, and what lines are ranked by, follow from its metrics.
type Graph struct {
	ID      string
	Section string
	Title   string
	// Help says what the lines are.
	Help string
	// Worry says from when on, and what then; "" where the graph only explains another one. It may name numbers of the check in
	// braces, and no others but those of Synapse and of protocols.
	Worry string
	// Levels are drawn across the graph where a number decides.
	Levels *Levels
	// Unit is a Grafana unit; of a histogram, that of its observations.
	Unit string
	Kind Kind
	// Signed: values below 0 mean something, so the axis must show them.
	Signed bool
	// By are the labels that tell lines apart, besides server_name.
	By []string
	// Check is the id of the check that judges what the graph shows.
	Check string
	// Replaces are the panels of Synapse's own dashboard that it stands for.
	Replaces []Panel

	term term
	// limit is a maximum, one dashed line for each homeserver.
	limit term
	// split marks a graph whose lines are always told apart by process.
	split   bool
	buckets *buckets
}

// Levels are where a graph shows trouble, and who says so.
type Levels struct {
	Warning  float64 `json:"warning"`
	Critical float64 `json:"critical"`
	Source   string  `json:"source"`
}

// Panel is one panel of Synapse's own dashboard, by the titles of its row and itself, and what is wrong with it.
type Panel struct {
	Row   string `json:"row"`
	Title string `json:"title"`
	Wrong string `json:"wrong,omitempty"`
	// Gone: at its version of Synapse the panel can never show anything.
	Gone bool `json:"gone,omitempty"`
	// Differs: because of what is wrong, its numbers are others; else only what is asked for, or how it is shown, is wrong.
	Differs bool `json:"differs,omitempty"`
}

// panel is a panel with the same numbers; wrong is "" where the original is right.
func panel(row, title, wrong string) Panel { return Panel{Row: row, Title: title, Wrong: wrong} }

// misled is a panel whose numbers are others, because of what is wrong with it.
func misled(row, title, wrong string) Panel {
	return Panel{Row: row, Title: title, Wrong: wrong, Differs: true}
}

// gone is a panel that can no longer show anything; the graph shows what is left of its subject.
func gone(row, title, wrong string) Panel {
	return Panel{Row: row, Title: title, Wrong: wrong, Gone: true}
}

// section names the section of some graphs, and fills the numbers of their checks into what they say.
func section(name string, graphs []Graph) []Graph {
	for i := range graphs {
		graphs[i].Section = name
		if c, judged := checks.Find(graphs[i].Check); judged {
			graphs[i].Worry = c.Filled(graphs[i].Worry)
		}
	}
	return graphs
}

// All is the catalogue, in the order in which an administrator looks.
var All = slices.Concat(
	section("Requests", requests), section("Requests: work", requestWork), section("Sync", syncs),
	section("Processes", processes), section("Event loop and threads", loops), section("Garbage collection", collection),
	section("Database", database), section("Transactions", transactions), section("Background jobs", jobs), section("Code blocks", blocks),
	section("Events", events), section("Rooms and state", rooms), section("Federation: out", federationOut), section("Federation: in", federationIn),
	section("Federation: limits", federationLimits), section("Presence", presence), section("Push", push), section("Bridges", bridges),
	section("Replication", replication), section("Event stream", stream), section("Redis", redis), section("Caches", caches), section("People", people),
)

// Find is the graph with an id.
func Find(id string) (Graph, bool) {
	i := slices.IndexFunc(All, func(g Graph) bool { return g.ID == id })
	if i < 0 {
		return Graph{}, false
	}
	return All[i], true
}

func options() []query.Option {
	list := make([]query.Option, len(All))
	for i, g := range All {
		list[i] = query.Option{Value: g.ID, Title: g.Title, Group: g.Section, Description: g.Help, Keywords: metrics.Names(g.Metrics()...), Formats: g.Formats()}
	}
	return list
}

// Metrics are those that the graph draws.
func (g Graph) Metrics() []*metrics.Metric {
	if g.buckets != nil {
		return []*metrics.Metric{g.buckets.metric}
	}
	s := scope{own: g.By, processes: g.split}
	promql := g.term(s)
	if g.limit != nil {
		promql += " " + g.limit(s)
	}
	// ScheduleTime finds the homeserver of a whole process: what it is about is the other metrics.
	return slices.DeleteFunc(metrics.In(promql), func(m *metrics.Metric) bool { return m == metrics.ScheduleTime })
}

// reads are the metrics of all graphs, those by which processes are told apart, and the one that tells the version.
func reads() []string {
	read := []*metrics.Metric{metrics.ScheduleTime, metrics.BuildInfo}
	for _, g := range All {
		read = append(read, g.Metrics()...)
	}
	return metrics.Names(read...)
}
