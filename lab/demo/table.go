package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

// width is the terminal's; a pipe gets what fits most screens.
func width() int {
	if columns, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && columns > 40 {
		return columns
	}
	return 160
}

// render prints an answer: a table as it is, series as one row each. Below it stand the notices.
func render(out io.Writer, q question, frames data.Frames, columns int) {
	writer := table.NewWriter()
	writer.SetOutputMirror(out)
	style := table.StyleLight
	style.Options.DrawBorder, style.Options.SeparateColumns = false, false
	style.Format.Header = text.FormatDefault
	writer.SetStyle(style)
	var rows [][]string
	if len(q.columns) > 0 {
		rows = tableRows(q, frames)
	} else {
		rows = seriesRows(q, frames)
	}
	if len(rows) < 2 {
		_, _ = fmt.Fprintln(out, "  no data")
	} else {
		fit(rows, columns)
		for i, row := range rows {
			cells := table.Row{}
			for _, cell := range row {
				cells = append(cells, cell)
			}
			if i == 0 {
				writer.AppendHeader(cells)
				continue
			}
			writer.AppendRow(cells)
		}
		writer.Render()
	}
	for _, frame := range frames {
		if frame.Meta == nil {
			continue
		}
		for _, notice := range frame.Meta.Notices {
			_, _ = fmt.Fprintf(out, "  note: %s\n", notice.Text)
		}
	}
}

// tableRows picks the columns of a question, with their names for people as the head.
func tableRows(q question, frames data.Frames) [][]string {
	if len(frames) == 0 {
		return nil
	}
	var fields []*data.Field
	var head []string
	for _, name := range q.columns {
		field, _ := frames[0].FieldByName(name)
		if field == nil {
			continue
		}
		fields = append(fields, field)
		if field.Config != nil && field.Config.DisplayName != "" {
			name = field.Config.DisplayName
		}
		head = append(head, name)
	}
	if len(fields) == 0 {
		return nil
	}
	rows := [][]string{head}
	for i := range min(fields[0].Len(), q.rows) {
		var row []string
		for _, field := range fields {
			row = append(row, humanise(field, i))
		}
		rows = append(rows, row)
	}
	return rows
}

// seriesRows says of each series its mean over the time range and its last value.
func seriesRows(q question, frames data.Frames) [][]string {
	rows := [][]string{{"Series", "Mean", "Last"}}
	for _, frame := range frames {
		for _, field := range frame.Fields {
			if field.Type().Time() || !field.Type().Numeric() || len(rows) > q.rows {
				continue
			}
			mean, last, ok := meanAndLast(field)
			if !ok {
				rows = append(rows, []string{seriesName(frame, field), none, none})
				continue
			}
			rows = append(rows, []string{seriesName(frame, field), unit(field, mean), unit(field, last)})
		}
	}
	return rows
}

func seriesName(frame *data.Frame, field *data.Field) string {
	switch {
	case field.Config != nil && field.Config.DisplayNameFromDS != "":
		return field.Config.DisplayNameFromDS
	case len(field.Labels) > 0:
		return field.Labels.String()
	case frame.Name != "":
		return frame.Name
	}
	return field.Name
}

// Widths in letters: of any column but the last, and of the least that the last gets.
const (
	widest    = 36
	narrowest = 30
	lines     = 3
)

// fit cuts every column but the last, which holds the explanation: it is wrapped into what the terminal leaves.
func fit(rows [][]string, columns int) {
	used, last := 0, len(rows[0])-1
	for c := range last {
		longest := 0
		for _, row := range rows {
			row[c] = cut(row[c], widest)
			longest = max(longest, text.StringWidth(row[c]))
		}
		used += longest + 2
	}
	room := max(narrowest, columns-used-3)
	for _, row := range rows {
		row[last] = text.WrapSoft(cut(row[last], lines*room-10), room)
	}
}

func cut(s string, letters int) string {
	s = strings.Join(strings.Fields(s), " ")
	if text.StringWidth(s) <= letters {
		return s
	}
	return text.Trim(s, letters-1) + "…"
}
