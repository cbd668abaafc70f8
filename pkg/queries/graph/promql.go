package graph

import (
	"context"
	"slices"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// scope is what a graph's PromQL is about.
type scope struct {
	process.Selection
	matchers []query.Matcher
	by       string // server_name and the label that tells lines apart
}

// term is PromQL that has a series per homeserver and line.
type term func(scope) string

// rates adds up the rates of some counters over the processes.
func rates(counters ...metrics.Series) term {
	return func(s scope) string {
		sum := ""
		for i, counter := range counters {
			if i > 0 {
				sum += " + "
			}
			sum += s.Rate(counter, s.matchers...)
		}
		return "sum by (" + s.by + ") (" + sum + ")"
	}
}

// mean is that of a histogram's observations, of the series that more selects.
func mean(histogram *metrics.Metric, more ...query.Matcher) term {
	return func(s scope) string { return s.Mean(s.by, histogram, slices.Concat(more, s.matchers)...) }
}

// present is a gauge's value: added up over the processes, or the highest of them where that would count one thing twice.
func present(gauge *metrics.Metric) term {
	how := "max"
	if gauge.Aggregate == metrics.Sum {
		how = "sum"
	}
	return func(s scope) string {
		return how + " by (" + s.by + ") (" + s.Of(gauge.Series(), s.matchers...) + ")"
	}
}

// eventsBehind is how far each reader of the stream of events is behind the newest one, of whichever process. Scraped a moment
// before the others, an event persister may seem to be behind them.
func eventsBehind(s scope) string {
	everywhere := query.Filters{ServerName: s.Filters.ServerName}
	newest := "max by (server_name) (" + metrics.EventPosition.Series().Of(everywhere.Selector()) + ")"
	behind := s.Of(metrics.ProcessingPosition.Series(), s.matchers...) + " - on (server_name) group_left () " + newest
	return "max by (" + s.by + ") (clamp_min(-1 * (" + behind + "), 0))"
}

// promql is the graph's PromQL for one selection and window.
func (g Graph) promql(s process.Selection, matchers ...query.Matcher) string {
	by := "server_name"
	for _, label := range g.By {
		by += ", " + label
	}
	return g.term(scope{s, matchers, by})
}

func (g Graph) draw(ctx context.Context, s *query.Session) (query.Result, error) {
	draw := g.drawAll
	switch {
	case g.processes:
		draw = g.drawProcesses
	case len(g.By) == 1:
		draw = g.drawTop
	}
	lines, err := draw(ctx, s)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		if err := process.ExplainEmpty(ctx, s, func() { g.warnEmpty(s) }); err != nil {
			return nil, err
		}
	}
	return query.Lines{Name: g.Title, Measure: query.Measure{Name: "value", Unit: g.Unit, Help: g.Help}, Lines: lines}, nil
}

func (g Graph) warnEmpty(s *query.Session) {
	s.Warn("Prometheus has nothing for %q in this selection and time range. Either nothing of the kind happened, or the processes that do it "+
		"are not scraped.", g.Title)
}

// drawTop ranks over the whole range and draws the first of each homeserver.
func (g Graph) drawTop(ctx context.Context, s *query.Session) ([]query.Series, error) {
	label := g.By[0]
	ranked, err := query.RankTop(ctx, s, g.promql(process.OverRange(s)), model.LabelName(label),
		"Only the top %d lines of each homeserver are drawn; \"limit\" shows more.")
	if err != nil || ranked.Empty() {
		return nil, err
	}
	var matrix model.Matrix
	if err := s.Ask(ctx, query.Over(g.promql(process.PerPoint(s), query.OneOf(label, ranked.Names())), &matrix)); err != nil {
		return nil, err
	}
	return ranked.Lines(matrix), nil
}

// drawProcesses draws the processes with the highest values of each homeserver.
func (g Graph) drawProcesses(ctx context.Context, s *query.Session) ([]query.Series, error) {
	identity, err := process.Find(ctx, s)
	if err != nil {
		return nil, err
	}
	var matrix model.Matrix
	if err := s.Ask(ctx, query.Over(identity.WithServer(s.Filters, g.promql(process.PerPoint(s))), &matrix)); err != nil {
		return nil, err
	}
	lines := s.KeepHighest(query.LinesOf(matrix, identity.Name))
	query.SortByLegend(lines)
	return lines, nil
}

// drawAll draws one line per homeserver.
func (g Graph) drawAll(ctx context.Context, s *query.Session) ([]query.Series, error) {
	var matrix model.Matrix
	if err := s.Ask(ctx, query.Over(g.promql(process.PerPoint(s)), &matrix)); err != nil {
		return nil, err
	}
	lines := query.LinesOf(matrix, func(model.Metric) string { return g.Title })
	query.SortByLegend(lines)
	return lines, nil
}
