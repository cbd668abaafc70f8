package compare

import (
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// Row is one row of a table frame by column name; a null is nil.
type Row map[string]any

// Rows reads a table frame.
func Rows(frame *data.Frame) []Row {
	rows := make([]Row, frame.Rows())
	for i := range rows {
		rows[i] = Row{}
		for _, field := range frame.Fields {
			if value, known := field.ConcreteAt(i); known {
				rows[i][field.Name] = value
			}
		}
	}
	return rows
}

// Text is a text column, empty where it is null.
func (r Row) Text(column string) string {
	text, _ := r[column].(string)
	return text
}

// Number is a numeric column, nil where it is null or absent.
func (r Row) Number(column string) *float64 {
	var number float64
	switch value := r[column].(type) {
	case float64:
		number = value
	case int64:
		number = float64(value)
	case time.Time:
		number = float64(value.UnixMilli())
	default:
		return nil
	}
	return &number
}

// keyed gives the rows of each homeserver by one further column, and checks that there is no stranger and no double.
func keyed(report *Report, rows []Row, column string, truths Truths) map[string]map[string]Row {
	byServer := map[string]map[string]Row{}
	for name := range truths {
		byServer[name] = map[string]Row{}
	}
	for _, row := range rows {
		name, key := row.Text("server_name"), row.Text(column)
		mine, known := byServer[name]
		report.Check(known, "a row of %q belongs to %q, which is none of the two homeservers", key, name)
		if !known {
			continue
		}
		_, double := mine[key]
		report.Check(!double, "%s has two rows of %q", name, key)
		mine[key] = row
	}
	return byServer
}

// label names a number in the report.
func label(server, key, column string) string { return fmt.Sprintf("%s %s %s", server, key, column) }
