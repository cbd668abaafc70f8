package graph

import (
	"context"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// drawn is one graph as a query asks for it.
type drawn struct {
	Graph
	*query.Session
	scope
}

func (g Graph) draw(ctx context.Context, s *query.Session) (query.Result, error) {
	d := drawn{g, s, scope{Selection: process.PerPoint(s), own: g.By}}
	d.processes = g.split || s.Flag("perProcess")
	if d.processes && !g.differs() {
		d.processes = false
		s.Inform("%q is the same for all processes of a homeserver, so it is not split by process.", g.Title)
	}
	if d.processes || g.needsIdentity() {
		var err error
		if d.identity, err = process.Find(ctx, s); err != nil {
			return nil, err
		}
	}
	switch s.Format.ID {
	case formatHeatmap:
		return d.fetchHeatmap(ctx)
	case formatQuantiles:
		return d.fetchQuantiles(ctx)
	}
	return d.fetchLines(ctx)
}

// differs tells whether processes have numbers of their own: the others report what the one database says.
func (g Graph) differs() bool {
	for _, m := range g.Metrics() {
		if m.Aggregate != metrics.Max {
			return true
		}
	}
	return false
}

// needsIdentity tells whether metrics of whole processes must be joined with their homeserver.
func (g Graph) needsIdentity() bool {
	for _, m := range g.Metrics() {
		if m.Scope != metrics.OfHomeserver {
			return true
		}
	}
	return false
}

func (d drawn) measure() query.Measure {
	return query.Measure{Name: "value", Unit: d.Unit, Help: d.Help}
}

// fetchLines draws one line per homeserver where nothing tells lines apart, else the first of each homeserver.
func (d drawn) fetchLines(ctx context.Context) (query.Result, error) {
	of := d.term
	if d.buckets != nil {
		of = d.buckets.mean()
	}
	fetch := d.fetchRanked
	if labels := d.labels(); len(labels) == 0 || len(labels) == 1 && labels[0] == partLabel {
		fetch = d.fetchAll
	}
	lines, err := fetch(ctx, of)
	if err != nil {
		return nil, err
	}
	return query.Lines{Name: d.Title, Measure: d.measure(), Lines: lines}, d.explainEmpty(ctx, len(lines))
}

func (d drawn) fetchAll(ctx context.Context, of term) ([]query.Series, error) {
	var matrix, limits model.Matrix
	if err := d.Ask(ctx, query.Over(of(d.scope), &matrix), d.askLimit(&limits)); err != nil {
		return nil, err
	}
	lines := query.LinesOf(matrix, d.legend)
	query.SortByLegend(lines)
	return append(lines, limitLines(limits)...), nil
}

// fetchRanked ranks over the whole range and draws the first lines of each homeserver.
func (d drawn) fetchRanked(ctx context.Context, of term) ([]query.Series, error) {
	labels := make([]model.LabelName, len(d.labels()))
	for i, label := range d.labels() {
		labels[i] = model.LabelName(label)
	}
	ranked, err := query.RankTopBy(ctx, d.Session, of(d.ranking(d.Session)), "Only the top %d lines of each homeserver are drawn; \"limit\" shows more.", labels...)
	if err != nil || ranked.Empty() {
		return nil, err
	}
	var matrix, limits, whole model.Matrix
	if err := d.Ask(ctx, query.Over(of(d.narrowed(ranked)), &matrix), d.askLimit(&limits), d.askWhole(ranked, of, &whole)); err != nil {
		return nil, err
	}
	lines := ranked.LinesNamed(matrix, d.legend)
	return append(append(lines, restLines(lines, whole)...), limitLines(limits)...), nil
}

// narrowed is the scope of the ranked lines alone, as far as their labels tell.
func (d drawn) narrowed(ranked query.Ranking) scope {
	s := d.scope
	for _, label := range d.own {
		if label != partLabel {
			s.matchers = append(s.matchers, query.OneOf(label, ranked.Values(model.LabelName(label))))
		}
	}
	return s
}

// legend is how people read a line: its process and the metric's own labels; the graph itself where nothing tells lines apart.
func (d drawn) legend(m model.Metric) string {
	var names []string
	for _, label := range d.own {
		if value := wordFor(label, string(m[model.LabelName(label)])); value != "" {
			names = append(names, value)
		}
	}
	if d.processes {
		names = append(names, d.identity.Name(m))
	}
	if len(names) == 0 {
		return d.Title
	}
	return strings.Join(names, " · ")
}

// wordFor is what a label's value means, where it does not say so itself.
func wordFor(label, value string) string {
	switch label + "=" + value {
	case "initial=True": // Synapse's label is the wrong way round
		return "continued"
	case "initial=False":
		return "first request of a connection"
	case "hit=True":
		return "hit"
	case "hit=False":
		return "miss"
	}
	switch label {
	case "gen", "generation":
		return "generation " + value
	case "le":
		return "more than " + strings.TrimSuffix(value, ".0")
	case "room_size":
		return strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(value, "_RoomSize."), "_SIZE")) + " rooms"
	}
	return value
}
