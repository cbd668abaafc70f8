package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// The kinds of verdicts.
const (
	equal      = "equal"
	bothEmpty  = "both empty"
	theirEmpty = "empty there"
	ourEmpty   = "EMPTY HERE"
	explained  = "differs for the reason named"
	differs    = "DIFFERS"
)

// verdict is a result in a word or two, and how the numbers are equal.
func (r result) verdict() (kind, how string) {
	switch {
	case r.ours == 0 && r.theirs == 0:
		return bothEmpty, ""
	case r.theirs == 0:
		return theirEmpty, ""
	case r.ours > 0 && r.equal():
		return equal, r.how
	case r.unexplained() && r.ours == 0:
		return ourEmpty, ""
	case r.unexplained():
		return differs, ""
	}
	return explained, ""
}

// page is the whole comparison as Markdown. Panels are named by their titles, as in the catalogue.
func page(on []string, all [][]result) string {
	var out strings.Builder
	out.WriteString("<!-- Made by go tool mage parity; change lab/research/parity. -->\n\n# Synapse's own dashboard, by numbers\n\n" +
		"`CONTRIB_DASHBOARD=<file> go tool mage parity` evaluates the panels of Synapse's own dashboard (contrib/grafana/synapse.json of Synapse) beside the graphs that replace them, on the same " +
		"series, with the same window, to a billionth. \"added up\" and \"in total\" tell what has to be added up to compare: here a line is often a homeserver, there a process. " +
		"\"empty there\" are panels whose query finds nothing.\n\n| |")
	for _, name := range on {
		out.WriteString(" " + name + " |")
	}
	out.WriteString("\n| --- |" + strings.Repeat(" --- |", len(on)) + "\n")
	for _, kind := range []string{equal, explained, theirEmpty, bothEmpty, ourEmpty, differs} {
		fmt.Fprintf(&out, "| %s |", kind)
		for _, results := range all {
			n := 0
			for _, r := range results {
				if is, _ := r.verdict(); is == kind {
					n++
				}
			}
			fmt.Fprintf(&out, " %d |", n)
		}
		out.WriteString("\n")
	}
	out.WriteString("\n| Row there | Panel there | Graph here |" + strings.Repeat(" |", len(on)) + "\n| --- | --- | --- |" + strings.Repeat(" --- |", len(on)) + "\n")
	for i, r := range all[0] {
		fmt.Fprintf(&out, "| %s | %s | `%s` |", r.panel.row, r.panel.title, r.graph.ID)
		for _, results := range all {
			kind, how := results[i].verdict()
			if kind == explained {
				how = results[i].replaces.Wrong
			}
			if how != "" {
				how = ": " + how
			}
			out.WriteString(" " + kind + how + " |")
		}
		out.WriteString("\n")
	}
	return out.String()
}

func write(file, text string) error { return os.WriteFile(file, []byte(text), 0o644) }
