package graph

import (
	"cmp"
	"context"
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
	// set, it keeps all labels of the target.
	promql string
	// without is one more matcher of $selector.
	without query.Matcher
	// processes marks a template over metrics of whole processes, which get server_name and what tells them apart.
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
		told, err := synapse.TellSparse(ctx, s)
		if err != nil {
			return nil, err
		}
		if !told {
			s.Warn("Prometheus has nothing to draw for %q in this selection and time range: nothing of the kind happened, or the processes that do it are not scraped.", g.Title)
		}
	}
	return query.Lines{Name: g.Title, Measure: query.Measure{Name: "value", Unit: g.Unit, Help: g.Help}, Lines: lines}, nil
}

// drawTop ranks over the whole range and draws the first of each homeserver.
func (g Graph) drawTop(ctx context.Context, s *query.Session) ([]query.Series, error) {
	ranked, err := query.RankTop(ctx, s, g.fill(s.Filters, s.Range.Window()), model.LabelName(g.By[0]),
		"Only the top %d lines of each homeserver are drawn; \"limit\" shows more.")
	if err != nil || ranked.Empty() {
		return nil, err
	}
	var matrix model.Matrix
	if err := s.Ask(ctx, query.Over(g.fill(s.Filters, s.Range.RateWindow(), query.OneOf(g.By[0], ranked.Names())), &matrix)); err != nil {
		return nil, err
	}
	return ranked.Lines(matrix), nil
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
	slices.SortStableFunc(lines, func(a, b query.Series) int { return cmp.Compare(b.Mean(), a.Mean()) })
	shown, left := query.LimitPerServer(lines, s.Limit, query.Series.Server)
	if left > 0 {
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
	return lines, nil
}
