package query

import (
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// Column is one column of a table over rows of R: what it is called, and how its values are read off the rows.
type Column[R any] struct {
	ColumnInfo
	colours []Colour
	field   func(rows []R, view View) *data.Field
}

// Colour paints one value of a text column.
type Colour struct{ Value, Colour string }

// Painted gives a text column's values colours, as value mappings.
func (c Column[R]) Painted(colours ...Colour) Column[R] {
	c.colours = colours
	return c
}

func column[R, V any](info ColumnInfo, value func(R, View) V) Column[R] {
	return Column[R]{ColumnInfo: info, field: func(rows []R, view View) *data.Field {
		values := make([]V, len(rows))
		for i, r := range rows {
			values[i] = value(r, view)
		}
		return data.NewField(info.Name, nil, values)
	}}
}

// Words is a text column.
func Words[R any](name, title, help string, value func(R) string) Column[R] {
	return column(ColumnInfo{Name: name, Title: title, Help: help}, func(r R, _ View) string { return value(r) })
}

// Amount is a number column that is never null. unit is a Grafana unit id; "" is a plain number.
func Amount[R any](name, title, unit, help string, value func(R) float64) Column[R] {
	return column(ColumnInfo{name, title, unit, help}, func(r R, _ View) float64 { return value(r) })
}

// MaybeAmount is a number column where nil is "not known".
func MaybeAmount[R any](name, title, unit, help string, value func(R) *float64) Column[R] {
	return column(ColumnInfo{name, title, unit, help}, func(r R, _ View) *float64 { return value(r) })
}

// Count is a column of whole numbers.
func Count[R any](name, title, help string, value func(R) int64) Column[R] {
	return column(counts(name, title, help), func(r R, _ View) int64 { return value(r) })
}

// MaybeCount is a column of whole numbers where nil is "not known".
func MaybeCount[R any](name, title, help string, value func(R) *int64) Column[R] {
	return column(counts(name, title, help), func(r R, _ View) *int64 { return value(r) })
}

// MaybeTime is a time column where nil is "not known".
func MaybeTime[R any](name, title, help string, value func(R) *time.Time) Column[R] {
	return column(times(name, title, help), func(r R, _ View) *time.Time { return value(r) })
}

func counts(name, title, help string) ColumnInfo { return ColumnInfo{name, title, "none", help} }

func times(name, title, help string) ColumnInfo {
	return ColumnInfo{name, title, "dateTimeAsIso", help}
}
