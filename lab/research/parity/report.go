package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/graph"
)

// differs tells whether a comparison found other numbers.
func (r result) differs() bool { return r == different || r == onlyTheir }

// unexplained are panels with other numbers of which the catalogue does not say that they are wrong.
func unexplained(all []compared) []compared {
	return slices.DeleteFunc(slices.Clone(all), func(c compared) bool {
		return c.explained() || !slices.ContainsFunc(c.results, result.differs)
	})
}

// tell says it panel by panel.
func tell(all []compared) string {
	var out strings.Builder
	for _, c := range all {
		why := c.listed.Wrong
		if c.listed.Gone {
			why = "gone upstream: " + why
		}
		fmt.Fprintf(&out, "%-15s %-15s  %s / %s -> %s", c.results[0], c.results[1], c.listed.Row, c.title, c.graph.ID)
		if why != "" {
			fmt.Fprintf(&out, " (%s)", why)
		}
		out.WriteString("\n")
	}
	for _, c := range unexplained(all) {
		fmt.Fprintf(&out, "not explained: %s / %s -> %s\n", c.listed.Row, c.title, c.graph.ID)
	}
	return out.String()
}

// report is Markdown: the counts, and a row for each graph.
func report(all []compared) string {
	var out strings.Builder
	out.WriteString("| Panels with | on the simulated homeserver | on the recorded one |\n| --- | --- | --- |\n")
	for _, kind := range []struct {
		title string
		is    func(compared, result) bool
	}{
		{"the same numbers", func(_ compared, r result) bool { return r == same }},
		{"the same numbers once their lines are added up", func(_ compared, r result) bool { return r == addedUp }},
		{"other numbers, because the panel is wrong", func(c compared, r result) bool { return r.differs() && c.explained() }},
		{"other numbers without a reason", func(c compared, r result) bool { return r.differs() && !c.explained() }},
		{"nothing to draw where the graph draws something", func(c compared, r result) bool { return r == onlyOurs }},
		{"nothing to draw in either", func(_ compared, r result) bool { return r == nothing }},
	} {
		counts := [2]int{}
		for _, c := range all {
			for i, r := range c.results {
				if kind.is(c, r) {
					counts[i]++
				}
			}
		}
		fmt.Fprintf(&out, "| %s | %d | %d |\n", kind.title, counts[0], counts[1])
	}
	out.WriteString("\n| Graph | Panels that it stands for | Simulated | Recorded |\n| --- | --- | --- | --- |\n")
	for _, g := range graph.All {
		of := slices.DeleteFunc(slices.Clone(all), func(c compared) bool { return c.graph.ID != g.ID })
		if len(of) > 0 {
			fmt.Fprintf(&out, "| %s | %d | %s | %s |\n", g.Title, len(of), summary(of, 0), summary(of, 1))
		}
	}
	return out.String()
}

func (c compared) explained() bool { return c.listed.Differs || c.listed.Gone }

// summary lists what a server says of some panels, each thing once.
func summary(of []compared, server int) string {
	var words []string
	for _, c := range of {
		if word := string(c.results[server]); !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return strings.Join(words, "; ")
}
