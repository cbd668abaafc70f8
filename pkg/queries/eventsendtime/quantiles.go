package eventsendtime

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// times are lines of seconds in which the highest bucket's bound reads as ">10 s".
type times struct{ query.Lines }

func (t times) Frames(view query.View) data.Frames {
	frames := t.Lines.Frames(view)
	for _, frame := range frames {
		for _, field := range frame.Fields {
			if field.Config != nil {
				field.Config.Mappings = data.ValueMappings{data.ValueMapper{
					fmt.Sprint(highestBucket): data.ValueMappingResult{Text: ">10 s"},
				}}
			}
		}
	}
	return frames
}

var seconds = query.Measure{Name: "send_time", Unit: "s", Help: "Time to answer a client's send."}

// quantiles are those of the guide's graph that an admin reads.
var quantiles = []float64{0.99, 0.95, 0.9, 0.75, 0.5}

func runQuantiles(ctx context.Context, s *query.Session) (query.Result, error) {
	window := s.Range.RateWindow()
	streams := make([]model.Matrix, len(quantiles)+1)
	legends := make([]string, len(streams))
	questions := []query.Question{counted(s.Filters)}
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
	lines = withPoints(lines)
	return times{query.Lines{Name: "Event send time", Measure: seconds, Lines: lines}}, tellEmpty(ctx, s, len(lines))
}

func runByWorker(ctx context.Context, s *query.Session) (query.Result, error) {
	identity, err := synapse.FindIdentity(ctx, s)
	if err != nil {
		return nil, err
	}
	var matrix model.Matrix
	promql := quantile(s.Number("quantile"), identity.By(), s.Filters, s.Range.RateWindow())
	if err := s.Ask(ctx, counted(s.Filters), query.Over(promql, &matrix)); err != nil {
		return nil, err
	}
	several := query.SeveralServers(matrix)
	lines := make([]query.Series, len(matrix))
	for i, stream := range matrix {
		lines[i] = query.NewSeries(query.Legend(identity.Name(stream.Metric), stream.Metric, several), stream)
	}
	lines = slowest(s, withPoints(lines))
	return times{query.Lines{Name: "Event send time by worker", Measure: seconds, Lines: lines}}, tellEmpty(ctx, s, len(lines))
}

// tellEmpty tells what counted does not, where there is nothing to draw.
func tellEmpty(ctx context.Context, s *query.Session, drawn int) error {
	if drawn > 0 {
		return nil
	}
	return synapse.TellSparse(ctx, s)
}

// slowest keeps the slowest lines of each homeserver, the slowest first, and says how many it left out.
func slowest(s *query.Session, lines []query.Series) []query.Series {
	slices.SortStableFunc(lines, func(a, b query.Series) int {
		return cmp.Or(cmp.Compare(average(b.Values), average(a.Values)), cmp.Compare(a.Legend, b.Legend))
	})
	shown := map[string]int{}
	kept := slices.DeleteFunc(slices.Clone(lines), func(line query.Series) bool {
		shown[line.Labels["server_name"]]++
		return shown[line.Labels["server_name"]] > s.Limit
	})
	if left := len(lines) - len(kept); left > 0 {
		s.Inform("Quicker processes that are not shown: %d (limit %d for each homeserver).", left, s.Limit)
	}
	return kept
}

func average(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// withPoints leaves out lines without a single number: processes that serve no sends.
func withPoints(lines []query.Series) []query.Series {
	var kept []query.Series
	for _, line := range lines {
		if len(line.Values) > 0 {
			kept = append(kept, line)
		}
	}
	return kept
}
