package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/lab/research/page"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
)

// The goals of "Synapse: all graphs". Source: ours.
const (
	goalOpening = 10
	goalRow     = 2 * time.Second
)

const measuredGraphs = root + "/docs/graphs-measured.md"

// rows measures what opening "Synapse: all graphs" asks, and each of its rows.
func rows(ctx context.Context, b *bench, o options) (string, error) {
	closed, err := rowsOf(dashboards + "synapse-graphs.json")
	if err != nil {
		return "", err
	}
	if err := b.openDashboard(ctx, b.fresh()); err != nil {
		return "", err
	}
	opening := len(b.tap.take())
	var text strings.Builder
	fmt.Fprintf(&text, "Opening the dashboard asks Prometheus %d times: its variables, and the changes that are marked. Goal: at most %d, %s.\n\n"+
		"| Row | Panels | Requests | Time |\n| --- | --- | --- | --- |\n", opening, goalOpening, reached(opening <= goalOpening))
	slowest := time.Duration(0)
	for _, row := range closed {
		var times []time.Duration
		asked := 0
		for range b.repeats {
			b.tap.take()
			took, err := b.refresh(ctx, b.fresh(), b.span(), row.Panels)
			if err != nil {
				return "", fmt.Errorf("%s: %w", row.Title, err)
			}
			times, asked = append(times, took), len(b.tap.take())
		}
		slowest = max(slowest, median(times))
		fmt.Fprintf(&text, "| %s | %d | %d | %.2f s |\n", row.Title, len(row.Panels), asked, median(times).Seconds())
	}
	fmt.Fprintf(&text, "\nThe slowest row takes %.2f s. Goal: at most %.0f s, %s.\n", slowest.Seconds(), goalRow.Seconds(), reached(slowest <= goalRow))
	if o.only == "" || o.only == "rows" {
		return "", page.Write(measuredGraphs, "rows", text.String())
	}
	return text.String(), nil
}

// rowsOf are a dashboard's closed rows, with their panels that ask something.
func rowsOf(file string) ([]panel, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var dashboard struct{ Panels []panel }
	if err := json.Unmarshal(text, &dashboard); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	all := slices.DeleteFunc(dashboard.Panels, func(p panel) bool { return len(p.Panels) == 0 })
	for i := range all {
		all[i].Panels = slices.DeleteFunc(all[i].Panels, func(p panel) bool { return len(p.Targets) == 0 })
	}
	return all, nil
}

// openDashboard asks what Grafana does while every row is closed.
func (b *bench) openDashboard(ctx context.Context, source ask.Source) error {
	span := b.span()
	within := url.Values{"from": {fmt.Sprint(span.From.UnixMilli())}, "to": {fmt.Sprint(span.To.UnixMilli())}}
	for _, kind := range []string{"serverName", "job", "index"} {
		answer, err := b.plugin.CallResource(ctx, &backend.CallResourceRequest{
			PluginContext: source.Context(), Path: "values/" + kind, URL: "values/" + kind + "?" + within.Encode(), Method: http.MethodGet,
		})
		if err != nil {
			return err
		}
		if answer.Status != http.StatusOK {
			return fmt.Errorf("values of %s: %d %s", kind, answer.Status, answer.Body)
		}
	}
	return b.ask(ctx, source, span, ask.Query{"refId": "Anno", "queryType": "changes", "format": "annotations"})
}
