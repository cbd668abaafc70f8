package eventsendtime

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

var seconds = query.Measure{Name: "send_time", Unit: "s", Help: "Time to answer a client's send.", Highest: highestBucket}

// quantiles are those of the guide's graph that an admin reads.
var quantiles = []float64{0.99, 0.95, 0.9, 0.75, 0.5}

func runQuantiles(ctx context.Context, s *query.Session) (query.Result, error) {
	window := s.Range.RateWindow()
	streams := make([]model.Matrix, len(quantiles)+1)
	legends := make([]string, len(streams))
	var sent sends
	questions := []query.Question{sent.ask(s.Filters)}
	for i, q := range quantiles {
		legends[i] = fmt.Sprintf("%g %%", q*100)
		questions = append(questions, query.Over(quantile(q, "server_name", s.Filters, window), &streams[i]))
	}
	legends[len(quantiles)] = "mean"
	questions = append(questions, query.Over(mean("server_name", s.Filters, window), &streams[len(quantiles)]))
	if err := s.Ask(ctx, questions...); err != nil {
		return nil, err
	}
	var lines []query.Series
	for i, matrix := range streams {
		several := query.SeveralServers(matrix)
		for _, stream := range matrix {
			line := query.NewSeries(query.Legend(legends[i], stream.Metric, several), stream)
			line.Labels["quantile"] = legends[i]
			lines = append(lines, line)
		}
	}
	return query.Lines{Name: "Event send time", Measure: seconds, Lines: lines}, sent.explain(ctx, s, len(lines))
}

func runByWorker(ctx context.Context, s *query.Session) (query.Result, error) {
	identity, err := synapse.FindIdentity(ctx, s)
	if err != nil {
		return nil, err
	}
	var sent sends
	var matrix model.Matrix
	promql := quantile(s.Number("quantile"), identity.By(), s.Filters, s.Range.RateWindow())
	if err := s.Ask(ctx, sent.ask(s.Filters), query.Over(promql, &matrix)); err != nil {
		return nil, err
	}
	several := query.SeveralServers(matrix)
	lines := make([]query.Series, len(matrix))
	for i, stream := range matrix {
		lines[i] = query.NewSeries(query.Legend(identity.Name(stream.Metric), stream.Metric, several), stream)
	}
	lines = slowest(s, lines)
	return query.Lines{Name: "Event send time by worker", Measure: seconds, Lines: lines}, sent.explain(ctx, s, len(lines))
}

// slowest keeps the slowest lines of each homeserver, the slowest first, and says how many it left out.
func slowest(s *query.Session, lines []query.Series) []query.Series {
	slices.SortStableFunc(lines, func(a, b query.Series) int {
		return cmp.Or(cmp.Compare(b.Mean(), a.Mean()), cmp.Compare(a.Legend, b.Legend))
	})
	kept, left := query.LimitPerServer(lines, s.Limit, query.Series.Server)
	if left > 0 {
		s.Inform("Quicker processes that are not shown: %d (limit %d for each homeserver).", left, s.Limit)
	}
	return kept
}
