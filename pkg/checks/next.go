package checks

import "strings"

// Next is the query that shows what a check measured: where to look further.
type Next struct{ Type, Format, Graph string }

// graphPanel marks the panel of a graph of the catalogue: "graph:<id>".
const graphPanel = "graph:"

// Next is the query of the check's panel.
func (c Check) Next() Next {
	if id, is := strings.CutPrefix(c.Panel, graphPanel); is {
		return Next{Type: "graph", Format: "series", Graph: id}
	}
	return panelQueries[c.Panel]
}
