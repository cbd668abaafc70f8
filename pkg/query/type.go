// Package query says what a query type is (Type), what one query asks (Request), what it may use while it runs
// (Session) and what it answers (Result). Runner wraps every Run once: time limit, coalescing, cache, trace span,
// panic to error, executed queries and notices. Query types themselves live in pkg/queries, one folder each.
package query

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// Upstream names a source of answers that a format needs.
type Upstream string

// The two upstreams of this data source.
const (
	Prometheus Upstream = "prometheus"
	Postgres   Upstream = "postgres"
)

// Visualization is the panel that shows a format best.
type Visualization string

// The panels that our formats are made for.
const (
	Table         Visualization = "table"
	TimeSeries    Visualization = "timeseries"
	Heatmap       Visualization = "heatmap"
	BarChart      Visualization = "barchart"
	Stat          Visualization = "stat"
	Trend         Visualization = "trend"
	StateTimeline Visualization = "state-timeline"
)

// Type declares one query type. Editor, help, documentation and dispatch follow from it.
type Type struct {
	ID       string
	Title    string
	Help     string
	Formats  []Format // the first is the default
	Params   []Param
	Limit    Limit
	Examples []Example
	// Reads are the names of the metrics that it asks Prometheus for.
	Reads []string
	Run   func(ctx context.Context, s *Session) (Result, error)
}

// Result is what a Run computed, before anybody looks at it. It is kept and shared between viewers, so Frames must
// not change it; Frames makes new frames for one viewer.
type Result interface {
	Frames(view View) data.Frames
}

// Format is one shape of a type's answer.
type Format struct {
	ID            string
	Title         string
	Help          string
	Needs         Upstream
	Visualization Visualization
	// Columns documents a table format; empty for time series.
	Columns []ColumnInfo
	// Current marks an answer about now, whatever time range is asked (everything PostgreSQL tells).
	Current bool
}

// Limit bounds the number of rows or series of one homeserver's answer.
type Limit struct {
	Default int `json:"default"`
	Max     int `json:"max"`
}

// Example is one query that the editor's help offers; Query holds its JSON members.
type Example struct {
	Title string         `json:"title"`
	Query map[string]any `json:"query"`
}

// ColumnInfo documents one column of a table: its name in the frame, its title for people, its Grafana unit.
type ColumnInfo struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Unit  string `json:"unit"`
	Help  string `json:"help"`
}

func (t Type) format(id string) (Format, bool) {
	if id == "" {
		return t.Formats[0], true
	}
	for _, f := range t.Formats {
		if f.ID == id {
			return f, true
		}
	}
	return Format{}, false
}

func (t Type) formatIDs() []string {
	ids := make([]string, len(t.Formats))
	for i, f := range t.Formats {
		ids[i] = f.ID
	}
	return ids
}
