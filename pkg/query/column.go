package query

import (
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// Column is one column of a table over rows of R: what it is called, and how its values are read off the rows. A value that is
// a pointer may be nil: not known.
type Column[R any] struct {
	ColumnInfo
	mappings data.ValueMappings
	links    []data.DataLink
	custom   map[string]any // the table panel's own settings of the column
	field    func(rows []R, view View) *data.Field
}

// Colour paints one value of a text column.
type Colour struct{ Value, Colour string }

// WithColours gives a text column's values colours, as value mappings.
func (c Column[R]) WithColours(colours ...Colour) Column[R] {
	mapper := data.ValueMapper{}
	for i, colour := range colours {
		mapper[colour.Value] = data.ValueMappingResult{Color: colour.Colour, Index: i}
	}
	c.mappings = data.ValueMappings{mapper}
	return c
}

// WithHighest tells that a column's values are quantiles of a histogram of seconds that ends there.
func (c Column[R]) WithHighest(bound float64) Column[R] {
	c.mappings = overflowMappings(bound)
	return c
}

// WithLink makes the values addresses to open.
func (c Column[R]) WithLink(title string) Column[R] {
	c.links = []data.DataLink{{Title: title, TargetBlank: true, URL: "${__value.raw}"}}
	return c
}

// AsSentence lets texts break into lines, in Explore and in anybody's panel.
func (c Column[R]) AsSentence() Column[R] {
	c.custom = map[string]any{"wrapText": true, "minWidth": 200, "cellOptions": map[string]any{"type": "auto", "wrapText": true}}
	return c
}

// hidden is the setting of a column that is there for links and filters, not to be seen.
var hidden = map[string]any{"hideFrom": map[string]any{"viz": true, "legend": false, "tooltip": false}}

// Behind hides a column in the table panel; its values are there.
func (c Column[R]) Behind() Column[R] {
	c.custom = hidden
	return c
}

// ViewColumn is a column of values that depend on what a viewer may see.
func ViewColumn[R, V any](name, title, unit, help string, value func(R, View) V) Column[R] {
	info := ColumnInfo{name, title, unit, help}
	return Column[R]{ColumnInfo: info, field: func(rows []R, view View) *data.Field {
		values := make([]V, len(rows))
		for i, r := range rows {
			values[i] = value(r, view)
		}
		return data.NewField(info.Name, nil, values)
	}}
}

func column[R, V any](name, title, unit, help string, value func(R) V) Column[R] {
	return ViewColumn(name, title, unit, help, func(r R, _ View) V { return value(r) })
}

// TextColumn is a column of texts.
func TextColumn[R any, V string | *string](name, title, help string, value func(R) V) Column[R] {
	return column(name, title, "", help, value)
}

// NumberColumn is a column of numbers. unit is a Grafana unit id; "none" is a plain number.
func NumberColumn[R any, V float64 | *float64](name, title, unit, help string, value func(R) V) Column[R] {
	return column(name, title, unit, help, value)
}

// The units of columns of whole numbers and of times.
const (
	countUnit = "none"
	timeUnit  = "dateTimeAsIso"
)

// CountColumn is a column of whole numbers.
func CountColumn[R any, V int64 | *int64](name, title, help string, value func(R) V) Column[R] {
	return column(name, title, countUnit, help, value)
}

// TimeColumn is a column of times.
func TimeColumn[R any](name, title, help string, value func(R) *time.Time) Column[R] {
	return column(name, title, timeUnit, help, value)
}
