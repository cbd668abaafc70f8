package compare

import (
	"context"
	"fmt"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
)

// Everything asks every format of every query type, over all homeservers and over each alone, and looks that each
// answers and that the homeservers never mix.
func Everything(ctx context.Context, report *Report, plugin *Plugin, window Window, truths Truths) error {
	types, err := plugin.types(ctx)
	if err != nil {
		return err
	}
	report.Check(len(types) > 0, "the plugin declares no query types")
	for _, declared := range types {
		for _, format := range declared.Formats {
			query := ask.Query{"queryType": declared.ID, "format": format.ID}
			everyServer(ctx, report, plugin, window, query, truths)
			for name, truth := range truths {
				query := ask.Query{"queryType": declared.ID, "format": format.ID, "serverName": name}
				everyServer(ctx, report, plugin, window, query, Truths{name: truth})
			}
		}
	}
	return nil
}

// everyServer asks one query of both data sources and looks whose rows and series come back.
func everyServer(ctx context.Context, report *Report, plugin *Plugin, window Window, query ask.Query, wanted Truths) {
	for _, server := range plugin.Pair.Servers {
		what := fmt.Sprintf("%v with the database of %s", query, server.ServerName)
		frames, err := plugin.Answer(ctx, server, window, query)
		report.Check(err == nil, "%s: %v", what, err)
		report.Check(err != nil || len(frames) > 0, "%s: no frames", what)
		for _, name := range owners(frames) {
			_, known := wanted[name]
			report.Check(known, "%s: rows or series of %q", what, name)
		}
	}
}

// owners are the server names in rows and labels, each once.
func owners(frames data.Frames) []string {
	seen := map[string]bool{}
	var names []string
	note := func(name string) {
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	for _, frame := range frames {
		for _, row := range Rows(frame) {
			if _, there := row["server_name"]; there {
				note(row.Text("server_name"))
			}
		}
		for _, field := range frame.Fields {
			if name, there := field.Labels["server_name"]; there {
				note(name)
			}
		}
	}
	return names
}
