package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// goalOverhead is how much longer an answer may take than its requests. Source: ours.
const goalOverhead = 1.05

// overhead compares each query type and format, as the dashboards ask it, with its own requests issued directly.
func overhead(ctx context.Context, b *bench, _ options) (string, error) {
	var all []panel
	for _, file := range []string{"synapse-diagnosis", "synapse-graphs"} {
		open, closed, err := panelsOf(dashboards + file + ".json")
		if err != nil {
			return "", err
		}
		all = slices.Concat(all, open, closed)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "## Overhead of each answer\n\nEach query type and format of the dashboards on %s, compared with its own requests to Prometheus issued directly, %d at a time, "+
		"whose answers are read but not decoded. Goal: at most %.2f.\n\n| Query type and format | Requests | Time | Directly | Ratio (quartiles) |\n| --- | --- | --- | --- | --- |\n",
		b.name, atATime, goalOverhead)
	var ours, theirs time.Duration
	missed := 0
	for _, q := range distinct(all) {
		p, calls, err := b.against(ctx, func() error { return b.ask(ctx, b.fresh(), b.span(), q) })
		if len(calls) == 0 && err != nil && strings.Contains(err.Error(), nothingAsked) {
			continue // PostgreSQL answers it
		}
		if err != nil {
			return "", err
		}
		middle, low, high := p.ratio()
		if middle > goalOverhead {
			missed++
		}
		ours, theirs = ours+median(p.first), theirs+median(p.second)
		fmt.Fprintf(&text, "| %s | %d | %s | %s | %.2f (%.2f to %.2f) |\n", nameOf(q), len(calls), milliseconds(median(p.first)), milliseconds(median(p.second)), middle, low, high)
	}
	fmt.Fprintf(&text, "| all | | %s | %s | %.2f |\n\n%d of them miss the goal. A part of the difference is that answers are decoded and travel over gRPC to Grafana, and that some "+
		"requests need the answers of others.\n\n", milliseconds(ours), milliseconds(theirs), ours.Seconds()/theirs.Seconds(), missed)
	return text.String(), nil
}
