package graph

import (
	"context"
	"fmt"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// buckets is a histogram, or the part of it that the matchers select.
type buckets struct {
	metric *metrics.Metric
	with   []query.Matcher
}

func histogram(metric *metrics.Metric, with ...query.Matcher) *buckets { return &buckets{metric, with} }

// snapshot tells that the buckets are of the present state: never a rate.
func (b *buckets) snapshot() bool { return b.metric.Kind == metrics.GaugeHistogram }

// mean is that of the observations. Of a snapshot it is how many things are above each bound.
func (b *buckets) mean() term {
	if b.snapshot() {
		return above(b.metric)
	}
	return where(mean(b.metric), b.with...)
}

// above is how many things of a snapshot are above each bound; the last bound is infinite, and nothing is above it.
func above(metric *metrics.Metric) term {
	return func(s scope) string {
		all := "max by (server_name) (" + s.Of(metric.GCount()) + ")"
		within := "max by (server_name, le) (" + s.Of(metric.Bucket(), append(s.matchers, `le!~"inf|[+]Inf"`)...) + ")"
		return s.highest(within + " * 0 + on (server_name) group_left () " + all + " - " + within)
	}
}

// bands are the cumulated buckets by their bounds.
func (d drawn) bands() string {
	s, of := d.scope, d.buckets.metric
	s.own, s.processes, s.matchers = nil, false, d.buckets.with
	if d.buckets.snapshot() {
		return s.join(of, s.Of(of.Bucket(), s.matchers...), "le")
	}
	return s.bucketRate(of)
}

// bucketRate adds up the observations up to each bound, over all processes of a line.
func (s scope) bucketRate(of *metrics.Metric) string {
	return "sum by (" + s.by("le") + ") (" + s.served(of, s.rate([]metrics.Series{of.Bucket()}), "le") + ")"
}

func (d drawn) fetchHeatmap(ctx context.Context) (query.Result, error) {
	var matrix model.Matrix
	if err := d.Ask(ctx, query.Over(d.bands(), &matrix)); err != nil {
		return nil, err
	}
	bands := query.Bands{Name: d.Title, Unit: d.Unit, Help: d.Help, Of: "cps"}
	if d.buckets.snapshot() {
		bands.Of = "none"
	}
	return query.HeatmapOf(bands, matrix), d.explainEmpty(ctx, len(matrix))
}

// The quantiles that are drawn: fewer where several things or processes are.
var (
	quantilesOfOne  = []float64{0.99, 0.9, 0.5}
	quantilesOfEach = []float64{0.99, 0.5}
)

// fetchQuantiles draws the quantiles and, of one thing, the mean.
func (d drawn) fetchQuantiles(ctx context.Context) (query.Result, error) {
	several := len(d.labels()) > 0
	shown := quantilesOfOne
	if several {
		shown = quantilesOfEach
	}
	s := d.scope
	var ranked query.Ranking
	if several {
		labels := make([]model.LabelName, len(d.labels()))
		for i, label := range d.labels() {
			labels[i] = model.LabelName(label)
		}
		var err error
		ranked, err = query.RankTopBy(ctx, d.Session, d.buckets.mean()(d.ranking(d.Session)), "Only the top %d of each homeserver are drawn; \"limit\" shows more.", labels...)
		if err != nil {
			return nil, err
		}
		if ranked.Empty() {
			return query.Lines{Name: d.Title, Measure: d.measure()}, d.explainEmpty(ctx, 0)
		}
		s = d.narrowed(ranked)
	}
	of := d.buckets.metric
	streams := make([]model.Matrix, len(shown)+1)
	var questions []query.Question
	for i, q := range shown {
		questions = append(questions, query.Over(d.quantile(s, q), &streams[i]))
	}
	if !several {
		questions = append(questions, query.Over(d.buckets.mean()(s), &streams[len(shown)]))
	}
	if err := d.Ask(ctx, questions...); err != nil {
		return nil, err
	}
	var lines []query.Series
	for i, matrix := range streams {
		name := "mean"
		if i < len(shown) {
			name = fmt.Sprintf("%g%%", shown[i]*100)
		}
		legend := func(m model.Metric) string {
			if several {
				return name + " · " + d.legend(m)
			}
			return name
		}
		found := query.LinesOf(matrix, legend)
		if several {
			found = ranked.LinesNamed(matrix, legend)
		}
		for _, line := range found {
			line.Labels["quantile"] = name
			lines = append(lines, line)
		}
	}
	measure := d.measure()
	measure.Highest = of.Highest
	return query.Lines{Name: d.Title, Measure: measure, Lines: lines}, d.explainEmpty(ctx, len(lines))
}

func (d drawn) quantile(s scope, q float64) string {
	s.matchers = append(s.matchers, d.buckets.with...)
	return fmt.Sprintf("histogram_quantile(%g, %s)", q, s.bucketRate(d.buckets.metric))
}
