package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// The goals of one refresh, every row open. Source: ours.
const (
	goalRefreshRequests = 120
	goalRefreshTime     = 0.15
	goalRefreshBytes    = 0.02
)

// refreshes compares whole dashboards with Synapse's own.
func refreshes(ctx context.Context, b *bench, o options) (string, error) {
	var text strings.Builder
	fmt.Fprintf(&text, "## A whole dashboard\n\nOne refresh with every row open, %d panels at a time as a browser does, on %s. Nothing is kept from before. "+
		"Panels of PostgreSQL are left out.\n\n| Dashboard | Panels | Time | Requests | Samples | Bytes |\n| --- | --- | --- | --- | --- | --- |\n", atATime, b.name)
	var contrib []call
	if o.contrib != "" {
		open, closed, err := panelsOf(o.contrib)
		if err != nil {
			return "", err
		}
		for _, p := range append(open, closed...) {
			contrib = append(contrib, p.calls(b.span(), b.scrape)...)
		}
	}
	var compared strings.Builder
	for _, d := range []struct{ file, title string }{{"synapse-diagnosis", "Synapse: diagnosis"}, {"synapse-graphs", "Synapse: all graphs"}} {
		open, closed, err := panelsOf(dashboards + d.file + ".json")
		if err != nil {
			return "", err
		}
		var p pairs
		var calls []call
		var theirBytes int64
		for range max(1, b.repeats/2) {
			b.tap.take()
			took, err := b.refresh(ctx, b.fresh(), b.span(), append(open, closed...))
			if err != nil {
				return "", err
			}
			calls = b.tap.take()
			p.first = append(p.first, took)
			if len(contrib) > 0 {
				took, theirBytes, err = direct(ctx, b.tap.url, contrib)
				if err != nil {
					return "", err
				}
				p.second = append(p.second, took)
			}
		}
		s, err := total(ctx, b.tap.url, calls)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&text, "| %s | %d | %.1f s | %d | %s | %s |\n", d.title, len(open)+len(closed), median(p.first).Seconds(), s.requests, count(s.samples), size(s.bytes))
		if d.file == "synapse-diagnosis" {
			fmt.Fprintf(&compared, "%s asks %d times of Prometheus. Goal: at most %d, %s.\n\n", d.title, s.requests, goalRefreshRequests, reached(s.requests <= goalRefreshRequests))
		}
		if len(contrib) > 0 {
			middle, low, high := p.ratio()
			bytes := float64(s.bytes) / float64(theirBytes)
			fmt.Fprintf(&compared, "Synapse's own dashboard (%d requests, %s, %s) against %s: it takes %.2f (%.2f to %.2f) of the time and %.4f of the bytes. Goals: %.2f, %s, and %.2f, %s.\n\n",
				len(contrib), median(p.second).Round(100*time.Millisecond), size(theirBytes), d.title, middle, low, high, bytes,
				goalRefreshTime, reached(middle <= goalRefreshTime), goalRefreshBytes, reached(bytes <= goalRefreshBytes))
		}
	}
	fmt.Fprintf(&compared, "Panels that ran into the plugin's query timeout in all of these refreshes: %d.\n\n", b.late.Load())
	return text.String() + "\n" + compared.String(), nil
}
