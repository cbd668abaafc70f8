package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/graph"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

const (
	graphPage  = "docs/graphs.md"
	parityPage = "docs/contrib-parity.md"
)

func graphPages() ([]file, error) { return []file{graphsPage(), parity()}, nil }

// graphsPage tells what each graph shows and when to worry.
func graphsPage() file {
	var p page
	p.put("%s", madeBy)
	p.heading(1, "Graphs")
	p.para("What the query type [Graph](queries/graph.md) and the dashboard \"Synapse: all graphs\" draw. Each graph shows the lines that were highest within " +
		"the time range shown; a distribution also comes as quantiles and as a heatmap. [What replaces which panel of Synapse's own dashboard](contrib-parity.md)")
	section := ""
	var rows [][]string
	flush := func() {
		if len(rows) > 0 {
			p.heading(2, section)
			p.table([]string{"Graph", "What it shows", "When to worry", "Metrics"}, rows)
		}
		rows = nil
	}
	for _, g := range graph.Declare() {
		if g.Section != section {
			flush()
			section = g.Section
		}
		rows = append(rows, []string{g.Title + " (`" + g.ID + "`)", g.Help, worry(g), metricsOf(g)})
	}
	flush()
	return p.file(graphPage)
}

// worry joins what to look for, the levels with their source, and the check that judges it.
func worry(g graph.Declaration) string {
	parts := []string{g.Worry}
	if l := g.Levels; l != nil {
		parts = append(parts, "Levels: "+words.Value(l.Warning, g.Unit)+" and "+words.Value(l.Critical, g.Unit)+" ("+l.Source+").")
	}
	if c, known := checks.Find(g.Check); known {
		parts = append(parts, "Check: ["+c.Title+"](checks/"+c.ID+".md).")
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}

func metricsOf(g graph.Declaration) string {
	text := "`" + strings.Join(g.Metrics, "`, `") + "`"
	if g.Since != "" {
		text += "; since Synapse " + g.Since
	}
	return text
}

// parity lists the panels of Synapse's own dashboard by row, and the graph that stands for each.
func parity() file {
	type line struct {
		row, title, here, verdict string
	}
	var lines []line
	for _, g := range graph.Declare() {
		for _, was := range g.Replaces {
			verdict := "same"
			switch {
			case was.Gone:
				verdict = "gone upstream: " + was.Wrong
			case was.Wrong != "":
				verdict = "corrected: " + was.Wrong
			}
			lines = append(lines, line{was.Row, was.Title, g.Title + " (`" + g.ID + "`)", verdict})
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.row, b.row) })
	rows := make([][]string, len(lines))
	for i, l := range lines {
		rows[i] = []string{l.row, l.title, l.here, l.verdict}
	}
	var p page
	p.put("%s", madeBy)
	p.heading(1, "Synapse's own dashboard, panel by panel")
	p.para("Synapse comes with a dashboard (contrib/grafana/synapse.json, 1.157). Each of its panels has a graph in \"Synapse: all graphs\". \"corrected\" says what is wrong " +
		"with the panel there; a panel that is \"gone upstream\" can no longer show anything, and the graph here shows what is left of its subject. [By numbers](graphs-measured.md), the two are equal wherever the original is right.")
	p.table([]string{"Row there", "Panel there", "Graph here", "Verdict"}, rows)
	return p.file(parityPage)
}
