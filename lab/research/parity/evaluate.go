package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/graph"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// compared is one panel with its graph, and what each server says.
type compared struct {
	panel
	graph   graph.Graph
	listed  graph.Panel
	results []result
}

// compareAll compares every panel that a graph stands for. A panel without a graph is an error.
func compareAll(ctx context.Context, panels []panel, servers []server) ([]compared, error) {
	var all []compared
	for _, p := range panels {
		c := compared{panel: p}
		if !c.find() {
			return nil, fmt.Errorf("no graph stands for the panel %q in the row %q", p.title, p.row)
		}
		for _, s := range servers {
			theirs, err := s.askPanel(ctx, p)
			if err != nil {
				return nil, err
			}
			ours, err := s.askGraph(ctx, c.graph)
			if err != nil {
				return nil, err
			}
			c.results = append(c.results, compare(theirs, ours))
		}
		all = append(all, c)
	}
	return all, nil
}

func (c *compared) find() bool {
	for _, g := range graph.All {
		for _, listed := range g.Replaces {
			if listed.Title == c.title && (listed.Row == c.row || c.row == "") {
				c.graph, c.listed = g, listed
				return true
			}
		}
	}
	return false
}

func (s server) options() settings.Settings {
	return settings.Settings{ScrapeInterval: s.scrape, QueryTimeout: 2 * time.Minute}
}

func (s server) span() query.TimeRange {
	return query.Align(s.from, s.until, 2*time.Minute, s.scrape)
}

// askPanel gives the lines of each expression of a panel.
func (s server) askPanel(ctx context.Context, p panel) ([][]line, error) {
	var all [][]line
	within := s.span()
	targets, _, err := s.engine.Instant(ctx, "up", within.To)
	if err != nil {
		return nil, err
	}
	for _, expression := range p.asked {
		if !isDrawn(expression) {
			continue
		}
		matrix, _, err := s.engine.Range(ctx, ask(expression, s.name, within.RateWindow()), within.From, within.To, within.Step)
		if err != nil {
			return nil, fmt.Errorf("%q in the row %q: %w", p.title, p.row, err)
		}
		if p.bands {
			all = append(all, linesOf(query.HeatmapOf(query.Bands{}, matrix).Frames(query.View{})))
			continue
		}
		var lines []line
		for _, stream := range matrix {
			if l := lineOf(stream); len(l.values) > 0 {
				l.complete(targets)
				lines = append(lines, l)
			}
		}
		all = append(all, lines)
	}
	return all, nil
}

func lineOf(stream *model.SampleStream) line {
	l := line{labels: map[string]string{}, values: map[int64]float64{}}
	for name, value := range stream.Metric {
		l.labels[string(name)] = string(value)
	}
	for _, p := range stream.Values {
		l.keep(p.Timestamp.Time(), float64(p.Value))
	}
	return l
}

// complete gives a line of an address the labels by which our graphs name the process.
func (l line) complete(targets model.Vector) {
	for _, target := range targets {
		if instance := string(target.Metric["instance"]); instance != "" && instance == l.labels["instance"] {
			l.labels["job"], l.labels["index"] = string(target.Metric["job"]), string(target.Metric["index"])
		}
	}
}

// askGraph gives the lines of a graph in each format, for the homeserver and for each process.
func (s server) askGraph(ctx context.Context, g graph.Graph) ([][]line, error) {
	typ := graph.Type()
	typ.Limit.Max = 10_000 // the dashboard draws everything
	runner := query.NewRunner(s.options(), s.engine, nil)
	var views [][]line
	for _, format := range g.Formats() {
		for _, split := range []bool{false, true} {
			request, err := typ.Decode(fmt.Appendf(nil, `{"graph": %q, "format": %q, "limit": 10000, "perProcess": %t}`, g.ID, format, split))
			if err != nil {
				return nil, err
			}
			frames, err := runner.Run(ctx, typ, request, s.span(), query.Asker{})
			if err != nil {
				return nil, fmt.Errorf("%s as %s: %w", g.ID, format, err)
			}
			views = append(views, perSecond(g, linesOf(frames)))
		}
	}
	return views, nil
}

// perSecond makes the numbers of a graph per minute those per second that the dashboard draws.
func perSecond(g graph.Graph, lines []line) []line {
	if g.Unit == "cpm" {
		for _, l := range lines {
			for at := range l.values {
				l.values[at] /= 60
			}
		}
	}
	return lines
}

// linesOf reads frames of lines, or of bands: a time, and a field of numbers for each line.
func linesOf(frames data.Frames) []line {
	var all []line
	for _, frame := range frames {
		if len(frame.Fields) == 0 {
			continue
		}
		for _, field := range frame.Fields[1:] {
			l := line{labels: field.Labels, values: map[int64]float64{}}
			for row := range field.Len() {
				if value, err := field.FloatAt(row); err == nil {
					l.keep(frame.Fields[0].At(row).(time.Time), value)
				}
			}
			if len(l.values) > 0 {
				all = append(all, l)
			}
		}
	}
	return all
}

// keep keeps a number; what is none is no point of a graph.
func (l line) keep(at time.Time, value float64) {
	if !math.IsNaN(value) && !math.IsInf(value, 0) {
		l.values[at.UnixMilli()] = value
	}
}
