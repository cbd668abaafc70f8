package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// original is one panel of the dashboard that comes with Synapse.
type original struct {
	row, title string
	heatmap    bool
	queries    []string
}

// board is as much of a dashboard as is read.
type board struct {
	Panels []boardPanel `json:"panels"`
}

type boardPanel struct {
	Type, Title string
	Panels      []boardPanel
	Targets     []struct {
		Expr string
		Hide bool
	}
}

// readOriginal reads a dashboard's panels, in its order.
func readOriginal(file string) ([]original, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var whole board
	if err := json.Unmarshal(text, &whole); err != nil {
		return nil, fmt.Errorf("%s is no dashboard: %w", file, err)
	}
	var all []original
	var walk func(row string, panels []boardPanel)
	walk = func(row string, panels []boardPanel) {
		for _, p := range panels {
			if p.Type == "row" {
				row = p.Title
				walk(row, p.Panels)
				continue
			}
			o := original{row: row, title: p.Title, heatmap: p.Type == "heatmap"}
			for _, target := range p.Targets {
				if target.Expr != "" && !target.Hide {
					o.queries = append(o.queries, target.Expr)
				}
			}
			all = append(all, o)
		}
	}
	walk("", whole.Panels)
	return slices.DeleteFunc(all, func(o original) bool { return len(o.queries) == 0 }), nil
}

// fillIn gives the dashboard's variables their values: all processes of one homeserver, and a window, also where it has one of its own.
func fillIn(promql, server, window string) string {
	return strings.NewReplacer("[10m]", "["+window+"]",

		"$server_name", server, "${server_name}", server, "$job", ".*", "${job}", ".*", "$index", ".*", "${index}", ".*", "$instance", ".*",
		"$bucket_size", window, "${bucket_size}", window, "$__rate_interval", window, "$__interval", window,
	).Replace(promql)
}
