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
	// By are the labels that tell lines apart, besides server_name. With exactly one, lines beyond the limit are
	// ranked over the whole range and left out.
	By []string `json:"by"`
	// promql is a template: $selector selects metrics with server_name, $process those without, $all is $selector
	// without the ranking's names, $window the rate window. It groups by server_name and By, or by job, index and
	// instance where processes is set.
	promql string
	// without is one more matcher of $selector.
	without query.Matcher
	// processes marks a template over metrics of whole processes, which get server_name and keep job, index, instance.
	processes bool
}

func (g Graph) fill(f query.Filters, window string, more ...query.Matcher) string {
	more = append(more, g.without)
	filled := strings.NewReplacer("$selector", f.Selector(more...), "$all", f.Selector(), "$process", f.ProcessSelector(), "$window", window).Replace(g.promql)
	if g.processes {
		return synapse.PerServer(f, filled)
	}
	return filled
}

func (g Graph) draw(ctx context.Context, s *query.Session) (query.Result, error) {
	result := query.Lines{Name: g.Title, Measure: query.Measure{Name: "value", Unit: g.Unit, Help: g.Help}}
	var matrix model.Matrix
	if len(g.By) == 1 {
		var top model.Vector
		ranking := fmt.Sprintf("topk by (server_name) (%d, %s)", s.Limit, g.fill(s.Filters, s.Range.Window()))
		if err := s.Ask(ctx, query.At(ranking, &top)); err != nil || len(top) == 0 {
			g.tellAbsent(s, len(top))
			return result, err
		}
		ranked := query.Ranked(top, model.LabelName(g.By[0]))
		some := query.OneOf(g.By[0], ranked.Names())
		if err := s.Ask(ctx, query.Over(g.fill(s.Filters, s.Range.RateWindow(), some), &matrix)); err != nil {
			return nil, err
		}
		result.Lines = ranked.Lines(matrix)
		for i := range result.Lines {
			result.Lines[i].Legend = cmp.Or(result.Lines[i].Legend, g.Title)
		}
		return result, nil
	}
	if err := s.Ask(ctx, query.Over(g.fill(s.Filters, s.Range.RateWindow()), &matrix)); err != nil {
		return nil, err
	}
	g.tellAbsent(s, len(matrix))
	result.Lines = g.lines(s, matrix)
	return result, nil
}

func (g Graph) tellAbsent(s *query.Session, series int) {
	if series == 0 {
		s.Warn("Prometheus has nothing to draw for %q in this selection and time range: nothing of the kind happened, or the processes that do it are not scraped.", g.Title)
	}
}

func (g Graph) lines(s *query.Session, matrix model.Matrix) []query.Series {
	several := query.SeveralServers(matrix)
	labels := g.By
	if g.processes {
		labels = []string{"job", "index", "instance"}
	}
	var lines []query.Series
	for _, stream := range matrix {
		var parts []string
		for _, label := range labels {
			if value := string(stream.Metric[model.LabelName(label)]); value != "" {
				parts = append(parts, value)
			}
		}
		name := cmp.Or(strings.Join(parts, " "), g.Title)
		lines = append(lines, query.NewSeries(query.Legend(name, stream.Metric, several), stream))
	}
	slices.SortFunc(lines, func(a, b query.Series) int { return cmp.Compare(a.Legend, b.Legend) })
	if left := len(lines) - s.Limit; left > 0 {
		lines = lines[:s.Limit]
		s.Inform("%d more lines are not shown (limit %d).", left, s.Limit)
	}
	return lines
}
