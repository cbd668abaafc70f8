package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// panel is one of the dashboard that is compared, with what it asks.
type panel struct {
	row, title string
	bands      bool // cumulated buckets that Grafana turns into bands
	asked      []string
}

// stored is what Grafana's JSON says of a panel; a row holds those below it while it is closed.
type stored struct {
	Type, Title string
	Panels      []stored
	Targets     []struct {
		Expr   string
		Hide   bool
		Format string
	}
}

func readDashboard(path string) ([]panel, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var dashboard stored
	if err := json.Unmarshal(text, &dashboard); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	row := "" // above the first row is the overview
	var all []panel
	var collect func([]stored)
	collect = func(list []stored) {
		for _, s := range list {
			if s.Type == "row" {
				row = s.Title
				collect(s.Panels)
				continue
			}
			p := panel{row: row, title: s.Title, bands: s.Type == "heatmap"}
			for _, t := range s.Targets {
				if t.Expr != "" && !t.Hide {
					p.asked = append(p.asked, t.Expr)
				}
			}
			all = append(all, p)
		}
	}
	collect(dashboard.Panels)
	if len(all) == 0 {
		return nil, fmt.Errorf("%s has no panels", path)
	}
	return all, nil
}

var (
	window   = regexp.MustCompile(`\[(?:\$\w+|\$\{\w+\}|\d+[smh])\]`)
	variable = regexp.MustCompile(`\$(?:\w+|\{\w+\})`)
)

// ask writes what a panel asks as Grafana would with all processes of one homeserver selected. Windows become ours, fixed ones too:
// how long a mean is taken over is a choice, not a number that can be right or wrong.
func ask(expression, server, rate string) string {
	expression = window.ReplaceAllString(expression, rate)
	return variable.ReplaceAllStringFunc(expression, func(name string) string {
		if strings.Trim(name, "${}") == "server_name" {
			return server
		}
		return ".*"
	})
}

// quantile is the first argument of an expression's histogram_quantile.
var quantile = regexp.MustCompile(`histogram_quantile\(\s*([0-9.]+)`)

// isDrawn tells whether our graphs draw what is asked: all but some quantiles, fewer of each process.
func isDrawn(expression string) bool {
	match := quantile.FindStringSubmatch(expression)
	if match == nil {
		return true
	}
	drawn := []string{"0.5", "0.50", "0.99"}
	if wholly.MatchString(expression) {
		drawn = append(drawn, "0.9", "0.90")
	}
	return slices.Contains(drawn, match[1])
}

// wholly matches buckets that are added up to those of the whole homeserver.
var wholly = regexp.MustCompile(`by\s*\(\s*le\s*\)`)
