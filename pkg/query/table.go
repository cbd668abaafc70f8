package query

import (
	"regexp"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// TableResult is a table as a Result.
type TableResult[R any] struct {
	Name    string
	Columns []Column[R]
	Rows    []R
}

// Frames is the table with what the viewer may see.
func (t TableResult[R]) Frames(view View) data.Frames {
	return data.Frames{TableFrame(t.Name, t.Columns, t.Rows, view)}
}

// TableFrame makes the frame of a table: one field per column, with display name, unit, description, colours and links.
func TableFrame[R any](name string, columns []Column[R], rows []R, view View) *data.Frame {
	frame := data.NewFrame(name)
	for _, c := range columns {
		field := c.field(rows, view)
		field.SetConfig(&data.FieldConfig{
			DisplayName: c.Title, Unit: c.Unit, Description: c.Help, Mappings: c.mappings, Links: c.links, Custom: c.custom,
		})
		if c.Name == "server_name" && alike(field) {
			field.Config.Custom = hidden // it would take the width of what differs
		}
		frame.Fields = append(frame.Fields, field)
	}
	frame.SetMeta(&data.FrameMeta{
		Type: data.FrameTypeTable, TypeVersion: data.FrameTypeVersion{0, 1},
		PreferredVisualization: data.VisTypeTable,
	})
	return frame
}

// alike tells whether all values of a column of texts are the same.
func alike(field *data.Field) bool {
	for i := range field.Len() {
		if field.At(i) != field.At(0) {
			return false
		}
	}
	return true
}

// ColumnInfos is the documentation of a table's columns.
func ColumnInfos[R any](columns []Column[R]) []ColumnInfo {
	infos := make([]ColumnInfo, len(columns))
	for i, c := range columns {
		infos[i] = c.ColumnInfo
	}
	return infos
}

// A step's number after the end of a sentence.
var stepNumber = regexp.MustCompile(`([.:)]) ([1-9]\. \S)`)

// BreakSteps puts the numbered steps of an advice ("1. Look. 2. Act.") on lines of their own, as tables show them.
func BreakSteps(advice string) string { return stepNumber.ReplaceAllString(advice, "$1\n$2") }
