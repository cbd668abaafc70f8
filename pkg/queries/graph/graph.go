package graph

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// Graph is one graph of the catalogue. The JSON is public: GET /graphs.
type Graph struct {
	ID      string `json:"id"`
	Section string `json:"section"`
	Title   string `json:"title"`
	Help    string `json:"help"`
	// Unit is a Grafana unit.
	Unit string `json:"unit"`
	// By is empty, or the label that tells lines apart, besides server_name: they are ranked over the whole range.
	By []string `json:"by"`
	// promql is a template: $selector selects metrics with server_name, $process those without, $everywhere those of
	// any process of the homeserver, $window is the rate window. It groups by server_name and By; where processes is
	// set, it keeps job, index and instance.
	promql string
	// without is one more matcher of $selector.
	without query.Matcher
	// processes marks a template over metrics of whole processes, which get server_name and keep job, index, instance.
	processes bool
}

func (g Graph) fill(f query.Filters, window string, more ...query.Matcher) string {
	more = append(more, g.without)
	everywhere := query.Filters{ServerName: f.ServerName}
	return strings.NewReplacer("$selector", f.Selector(more...), "$everywhere", everywhere.Selector(), "$process", f.ProcessSelector(),
		"$window", window).Replace(g.promql)
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
		if err := synapse.TellSparse(ctx, s); err != nil {
			return nil, err
		}
		s.Warn("Prometheus has nothing to draw for %q in this selection and time range: nothing of the kind happened, or the processes that do it are not scraped.", g.Title)
	}
	return query.Lines{Name: g.Title, Measure: query.Measure{Name: "value", Unit: g.Unit, Help: g.Help}, Lines: lines}, nil
}

// drawTop ranks over the whole range and draws the first of each homeserver.
func (g Graph) drawTop(ctx context.Context, s *query.Session) ([]query.Series, error) {
	label := model.LabelName(g.By[0])
	var top model.Vector
	// One more than asked tells whether the limit cuts.
	ranking := fmt.Sprintf("topk by (server_name) (%d, %s)", s.Limit+1, g.fill(s.Filters, s.Range.Window()))
	if err := s.Ask(ctx, query.At(ranking, &top)); err != nil {
		return nil, err
	}
	top = slices.DeleteFunc(top, func(sample *model.Sample) bool { return sample.Value != sample.Value }) // a mean of nothing
	slices.SortStableFunc(top, func(a, b *model.Sample) int { return cmp.Compare(b.Value, a.Value) })
	shown := first(top, s.Limit, func(sample *model.Sample) string { return string(sample.Metric["server_name"]) })
	if len(shown) == 0 {
		return nil, nil
	}
	if len(shown) < len(top) {
		s.Inform("Only the top %d lines of each homeserver are drawn; \"limit\" shows more.", s.Limit)
	}
	ranked := query.Ranked(shown, label)
	var matrix model.Matrix
	if err := s.Ask(ctx, query.Over(g.fill(s.Filters, s.Range.RateWindow(), query.OneOf(g.By[0], ranked.Names())), &matrix)); err != nil {
		return nil, err
	}
	return withPoints(ranked.Lines(matrix)), nil
}

// drawProcesses draws the processes with the highest values of each homeserver.
func (g Graph) drawProcesses(ctx context.Context, s *query.Session) ([]query.Series, error) {
	identity, err := synapse.FindIdentity(ctx, s)
	if err != nil {
		return nil, err
	}
	var matrix model.Matrix
	if err := s.Ask(ctx, query.Over(identity.PerServer(s.Filters, g.fill(s.Filters, s.Range.RateWindow())), &matrix)); err != nil {
		return nil, err
	}
	several := query.SeveralServers(matrix)
	var lines []query.Series
	for _, stream := range matrix {
		lines = append(lines, query.NewSeries(query.Legend(identity.Name(stream.Metric), stream.Metric, several), stream))
	}
	lines = withPoints(lines)
	slices.SortStableFunc(lines, func(a, b query.Series) int { return cmp.Compare(mean(b.Values), mean(a.Values)) })
	shown := first(lines, s.Limit, func(line query.Series) string { return line.Labels["server_name"] })
	if left := len(lines) - len(shown); left > 0 {
		s.Inform("Processes that are not drawn, those with lower values: %d (limit %d for each homeserver).", left, s.Limit)
	}
	slices.SortFunc(shown, func(a, b query.Series) int { return cmp.Compare(a.Legend, b.Legend) })
	return shown, nil
}

// drawAll draws one line per homeserver.
func (g Graph) drawAll(ctx context.Context, s *query.Session) ([]query.Series, error) {
	var matrix model.Matrix
	if err := s.Ask(ctx, query.Over(g.fill(s.Filters, s.Range.RateWindow()), &matrix)); err != nil {
		return nil, err
	}
	several := query.SeveralServers(matrix)
	lines := make([]query.Series, len(matrix))
	for i, stream := range matrix {
		lines[i] = query.NewSeries(query.Legend(g.Title, stream.Metric, several), stream)
	}
	slices.SortFunc(lines, func(a, b query.Series) int { return cmp.Compare(a.Legend, b.Legend) })
	return withPoints(lines), nil
}

// first keeps so many of each homeserver.
func first[T any](all []T, limit int, server func(T) string) []T {
	shown := map[string]int{}
	return slices.DeleteFunc(slices.Clone(all), func(one T) bool { shown[server(one)]++; return shown[server(one)] > limit })
}

// withPoints leaves out lines without a single number, such as a mean where nothing happened.
func withPoints(lines []query.Series) []query.Series {
	return slices.DeleteFunc(lines, func(line query.Series) bool { return len(line.Values) == 0 })
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}
