package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
)

const dashboards = "../provisioning/dashboards/matrix-synapse/"

type panel struct {
	Title   string
	Targets []map[string]any
	Panels  []panel
}

// panelsOf reads a dashboard's panels that ask something. Those of closed rows are asked only when somebody opens them.
func panelsOf(file string) (open, closed []panel, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	var dashboard struct{ Panels []panel }
	if err := json.Unmarshal(text, &dashboard); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	asks := func(p panel) bool { return len(p.Targets) > 0 }
	for _, p := range dashboard.Panels {
		if asks(p) {
			open = append(open, p)
		}
		for _, inner := range p.Panels {
			if asks(inner) {
				closed = append(closed, inner)
			}
		}
	}
	return open, closed, nil
}

// queries are a panel's as the browser sends them, with every variable at "all".
func (p panel) queries() []ask.Query {
	var all []ask.Query
	for _, target := range p.Targets {
		query := ask.Query{}
		for name, value := range target {
			text, isText := value.(string)
			switch {
			case name == "datasource", name == "perProcess", isText && strings.HasPrefix(text, "$") && name != "cache":
			case name == "cache":
				query[name] = "get_user_by_id"
			default:
				query[name] = value
			}
		}
		all = append(all, query)
	}
	return all
}

// calls are what a dashboard of PromQL sends: one range query for each target.
func (p panel) calls(span ask.Span, step time.Duration) []call {
	var all []call
	for _, target := range p.Targets {
		text, _ := target["expr"].(string)
		if hidden, _ := target["hide"].(bool); text == "" || hidden {
			continue
		}
		form := url.Values{
			"query": {filled(text, step)}, "start": {fmt.Sprint(span.From.Unix())}, "end": {fmt.Sprint(span.To.Unix())}, "step": {fmt.Sprint(step.Seconds())},
		}
		all = append(all, call{path: "/api/v1/query_range", form: form.Encode()})
	}
	return all
}

// filled puts values in the place of a dashboard's variables. A rate needs four scrapes, as Grafana's $__rate_interval has.
func filled(text string, step time.Duration) string {
	window := fmt.Sprintf("%ds", int((4 * step).Seconds()))
	values := map[string]string{
		"server_name": serverName, "job": ".*", "index": ".*", "instance": ".*", "bucket_size": window, "__rate_interval": window, "__interval": window,
	}
	var pairs []string
	for _, name := range []string{"server_name", "bucket_size", "__rate_interval", "__interval", "instance", "index", "job"} {
		pairs = append(pairs, "${"+name+"}", values[name], "$"+name, values[name])
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// distinct are the questions of panels, each query type and format once.
func distinct(panels []panel) []ask.Query {
	var all []ask.Query
	seen := []string{}
	for _, p := range panels {
		for _, q := range p.queries() {
			if name := nameOf(q); !slices.Contains(seen, name) && q["checks"] == nil {
				seen, all = append(seen, name), append(all, q)
			}
		}
	}
	return all
}

func nameOf(q ask.Query) string { return fmt.Sprint(q["queryType"], " ", q["format"]) }
