package query

import "github.com/grafana/grafana-plugin-sdk-go/data"

// TableFrame makes the frame of a table: one field per column, with display name, unit, description and colours.
func TableFrame[R any](name string, columns []Column[R], rows []R, view View) *data.Frame {
	frame := data.NewFrame(name)
	for _, c := range columns {
		field := c.field(rows, view)
		field.SetConfig(&data.FieldConfig{
			DisplayName: c.Title, Unit: c.Unit, Description: c.Help, Mappings: mappings(c.colours),
		})
		frame.Fields = append(frame.Fields, field)
	}
	frame.SetMeta(&data.FrameMeta{
		Type: data.FrameTypeTable, TypeVersion: data.FrameTypeVersion{0, 1},
		PreferredVisualization: data.VisTypeTable,
	})
	return frame
}

// Infos is the documentation of a table's columns.
func Infos[R any](columns []Column[R]) []ColumnInfo {
	infos := make([]ColumnInfo, len(columns))
	for i, c := range columns {
		infos[i] = c.ColumnInfo
	}
	return infos
}

func mappings(colours []Colour) data.ValueMappings {
	if len(colours) == 0 {
		return nil
	}
	mapper := data.ValueMapper{}
	for i, c := range colours {
		mapper[c.Value] = data.ValueMappingResult{Color: c.Colour, Index: i}
	}
	return data.ValueMappings{mapper}
}
