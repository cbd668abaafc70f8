package query

import "slices"

// Document declares query types for those who can't read Go: the editor, its help, the dashboards' builder.
type Document struct {
	QueryTypes []Declaration `json:"queryTypes"`
}

// Declaration is one Type without its Run.
type Declaration struct {
	ID       string                  `json:"id"`
	Title    string                  `json:"title"`
	Help     string                  `json:"help"`
	Needs    []Upstream              `json:"needs"`
	Formats  []FormatDeclaration     `json:"formats"`
	Filters  []string                `json:"filters"`
	Limit    Limit                   `json:"limit"`
	Params   []Param                 `json:"params"`
	Examples []Example               `json:"examples"`
	Columns  map[string][]ColumnInfo `json:"columns"`
}

// FormatDeclaration is one Format without its columns, which stand in Declaration.Columns.
type FormatDeclaration struct {
	ID            string        `json:"id"`
	Title         string        `json:"title"`
	Help          string        `json:"help"`
	Needs         Upstream      `json:"needs"`
	Visualization Visualization `json:"visualization"`
}

// Declare makes the document of a list of types, in their order.
func Declare(types []Type) Document {
	document := Document{QueryTypes: make([]Declaration, len(types))}
	for i, t := range types {
		document.QueryTypes[i] = t.declare()
	}
	return document
}

func (t Type) declare() Declaration {
	d := Declaration{
		ID: t.ID, Title: t.Title, Help: t.Help, Limit: t.Limit,
		Params: append([]Param{}, t.Params...), Examples: append([]Example{}, t.Examples...),
		Columns: map[string][]ColumnInfo{},
		Filters: []string{"serverName", "job", "index", "instance"},
	}
	for _, f := range t.Formats {
		d.Formats = append(d.Formats, FormatDeclaration{f.ID, f.Title, f.Help, f.Needs, f.Visualization})
		if !slices.Contains(d.Needs, f.Needs) {
			d.Needs = append(d.Needs, f.Needs)
		}
		if len(f.Columns) > 0 {
			d.Columns[f.ID] = f.Columns
		}
	}
	return d
}
