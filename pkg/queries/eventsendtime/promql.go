package eventsendtime

import (
	"context"
	"fmt"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// accepted selects messages that were accepted: refused and rate-limited sends are quick for reasons of their own. A client
// that hangs up counts as success, with the time until it did.
var accepted = []query.Matcher{query.Equal("servlet", "RoomSendEventRestServlet"), `code=~"2.."`}

// quantiles are those of the guide's graph that an admin reads.
var quantiles = []float64{0.99, 0.95, 0.9, 0.75, 0.5}

func fetchQuantiles(ctx context.Context, s *query.Session) (query.Result, error) {
	point := process.PerPoint(s)
	streams := make([]model.Matrix, len(quantiles)+1)
	legends := make([]string, len(streams))
	var sent sends
	questions := []query.Question{sent.ask}
	for i, q := range quantiles {
		legends[i] = fmt.Sprintf("%g%%", q*100)
		questions = append(questions, query.Over(point.Quantile(q, "server_name", metrics.ResponseTime, accepted...), &streams[i]))
	}
	last := len(quantiles)
	legends[last] = "mean"
	questions = append(questions, query.Over(point.Mean("server_name", metrics.ResponseTime, accepted...), &streams[last]))
	if err := s.Ask(ctx, questions...); err != nil {
		return nil, err
	}
	var lines []query.Series
	for i, matrix := range streams {
		for _, line := range query.LinesOf(matrix, func(model.Metric) string { return legends[i] }) {
			line.Labels["quantile"] = legends[i]
			lines = append(lines, line)
		}
	}
	return query.Lines{Name: "Event send time", Measure: sendTime, Lines: lines}, sent.explain(ctx, s, len(lines))
}

func fetchByWorker(ctx context.Context, s *query.Session) (query.Result, error) {
	identity, err := process.Find(ctx, s)
	if err != nil {
		return nil, err
	}
	var sent sends
	var matrix model.Matrix
	promql := process.PerPoint(s).Quantile(s.Number("quantile"), identity.By(), metrics.ResponseTime, accepted...)
	if err := s.Ask(ctx, sent.ask, query.Over(promql, &matrix)); err != nil {
		return nil, err
	}
	lines := s.KeepHighest(query.LinesOf(matrix, identity.Name))
	return query.Lines{Name: "Event send time by worker", Measure: sendTime, Lines: lines}, sent.explain(ctx, s, len(lines))
}

func fetchHeatmap(ctx context.Context, s *query.Session) (query.Result, error) {
	var sent sends
	var matrix model.Matrix
	promql := process.PerPoint(s).SumRate("server_name, le", metrics.ResponseTime.Bucket(), accepted...)
	if err := s.Ask(ctx, sent.ask, query.Over(promql, &matrix)); err != nil {
		return nil, err
	}
	return query.HeatmapOf(sendBands, matrix), sent.explain(ctx, s, len(matrix))
}

// sends are those of the whole range by homeserver, all of them and those within the last bucket.
type sends struct{ all, inTime model.Vector }

func (c *sends) ask(ctx context.Context, s *query.Session) error {
	whole := process.OverRange(s)
	total := "sum by (server_name) (" + whole.Increase(metrics.ResponseTime.Count(), accepted...) + ")"
	inTime := "sum by (server_name) (" + whole.Increase(metrics.ResponseTime.Bucket(), append(accepted[:2:2], process.UpTo(metrics.ResponseTime.Highest))...) + ")"
	return s.Ask(ctx, query.At(total, &c.all), query.At(inTime, &c.inTime))
}
