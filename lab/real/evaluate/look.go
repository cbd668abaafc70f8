package main

import (
	"context"
	"fmt"

	"github.com/matrix-insight/synapse-datasource/lab/real"
	"github.com/matrix-insight/synapse-datasource/lab/real/compare"
	"github.com/matrix-insight/synapse-datasource/lab/rig/ask"
)

// fewest is the number of requests in the window below which a cache is not judged.
const fewest = 1000

// seen is what the plugin says of each cache, by homeserver (0 and 1) and name.
type seen map[key]cache

type key struct {
	server int
	name   string
}

type cache struct {
	size, requests, misses float64 // the latter two in the window
	hit                    float64 // ratio
	verdict                string
	larger                 map[float64]prediction // by multiplier
}

// prediction is of the hit ratio; limit is what no cache of that size exceeds.
type prediction struct{ hit, low, high, limit float64 }

// look asks for the table of the caches, and for the curve of those with enough requests.
func (e experiment) look(ctx context.Context, pair *real.Pair, window ask.Span) (seen, error) {
	server := map[string]int{}
	for i, s := range pair.Servers {
		server[s.ServerName] = i
	}
	seconds := window.To.Sub(window.From).Seconds()
	rows, err := e.ask(ctx, pair, window, ask.Query{"queryType": "cacheFactors", "limit": 500})
	if err != nil {
		return nil, err
	}
	found, names := seen{}, map[string]bool{}
	for _, row := range rows {
		c := cache{
			size: value(row, "max_entries"), requests: value(row, "requests_per_second") * seconds,
			misses: value(row, "misses_per_second") * seconds, verdict: row.Text("verdict"), larger: map[float64]prediction{},
		}
		if c.requests < fewest || c.size == 0 {
			continue
		}
		c.hit = 1 - c.misses/c.requests
		found[key{server[row.Text("server_name")], row.Text("cache")}] = c
		names[row.Text("cache")] = true
	}
	if e.multiplier > 1 {
		return found, nil
	}
	var asked []string
	for name := range names {
		asked = append(asked, name)
	}
	rows, err = e.ask(ctx, pair, window, ask.Query{
		"queryType": "cacheFactors", "format": "curve", "cache": asked, "multipliers": []float64{2, 4}, "limit": 1000,
	})
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if c, judged := found[key{server[row.Text("server_name")], row.Text("cache")}]; judged {
			c.larger[value(row, "multiplier")] = c.predicted(row, seconds)
		}
	}
	return found, nil
}

// predicted is the row of a curve. Where the bound leaves nothing to predict, what is there now is the prediction.
func (c cache) predicted(row compare.Row, seconds float64) prediction {
	p := prediction{hit: c.hit, low: c.hit, high: c.hit, limit: c.hit + value(row, "avoided_misses_limit")*seconds/c.requests}
	if hit := row.Number("hit_ratio"); hit != nil {
		p.hit, p.low, p.high = *hit, value(row, "low"), value(row, "high")
	}
	return p
}

// value is a column, 0 where it is empty.
func value(row compare.Row, column string) float64 {
	if v := row.Number(column); v != nil {
		return *v
	}
	return 0
}

func (e experiment) ask(ctx context.Context, pair *real.Pair, window ask.Span, query ask.Query) ([]compare.Row, error) {
	source := ask.Source{URL: pair.PrometheusURL, UID: "evaluated", User: ask.Admin, JSON: map[string]any{
		"scrapeInterval": scrapeEvery.String(), "cacheTTL": "0s",
	}}
	response, err := e.plugin.QueryData(ctx, source.Request(window, query))
	if err != nil {
		return nil, fmt.Errorf("ask %v: %w", query, err)
	}
	answer := response.Responses["A"]
	if answer.Error != nil {
		return nil, fmt.Errorf("ask %v: %w", query, answer.Error)
	}
	if len(answer.Frames) != 1 {
		return nil, fmt.Errorf("ask %v: %d frames, want one table", query, len(answer.Frames))
	}
	return compare.Rows(answer.Frames[0]), nil
}
