package cachefactors

import (
	"context"
	"slices"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
)

// point is a cache at one size.
type point struct {
	server, cache      string
	multiplier         float64
	factor, maxEntries *float64
	hit, low, high     *float64 // hit ratio
	avoided            *float64 // misses per second
	atMost             *float64 // avoided misses per second
}

var curveColumns = []query.Column[point]{
	query.TextColumn("cache", "Cache", "The cache, by its metrics' label name.", func(p point) string { return p.cache }),
	query.TextColumn("server_name", "Homeserver", "The homeserver; empty where Synapse is older than the label.", func(p point) string { return p.server }),
	query.NumberColumn("multiplier", "Size", "prefix:×", "Multiple of the present size.", func(p point) float64 { return p.multiplier }),
	query.NumberColumn("factor", "Factor", "none", "The factor that gives this size.", func(p point) *float64 { return p.factor }),
	query.NumberColumn("max_entries", "Max entries", "short", "Maximum number of entries at this size, per process.", func(p point) *float64 { return p.maxEntries }),
	query.NumberColumn("hit_ratio", "Hit ratio", "percentunit", "Hit ratio expected at this size. "+experimental+ifPredicted, func(p point) *float64 { return p.hit }),
	query.NumberColumn("low", "Hit ratio, low", "percentunit", "Lower end of the 80% interval; where it is not predicted, the present hit ratio: an LRU cache does not get worse by growing.", func(p point) *float64 { return p.low }),
	query.NumberColumn("high", "Hit ratio, high", "percentunit", "Upper end of the 80% interval; where it is not predicted, what the bound allows.", func(p point) *float64 { return p.high }),
	query.NumberColumn("avoided_misses_per_second", "Avoided misses", "cps", "Misses per second that this size is expected to avoid. "+experimental+ifPredicted, func(p point) *float64 { return p.avoided }),
	query.NumberColumn("avoided_misses_limit", "Avoidable at most", "cps", "Misses per second that this size"+provedLimit, func(p point) *float64 { return p.atMost }),
}

type curve []point

// Frames says how a chart draws the curve: a line within its interval, over the size, and on the right the misses. What
// has other units is there to be read in the tooltip. A trend shows one cache.
func (c curve) Frames(view query.View) data.Frames {
	frame := query.TableFrame("What if", curveColumns, c, view)
	for _, field := range frame.Fields {
		if style, found := curveStyles[field.Name]; found {
			field.Config.Custom = style.custom
			field.Config.Color = map[string]any{"mode": "fixed", "fixedColor": style.colour}
		}
		if field.Config.Unit == "percentunit" {
			field.Config.SetMax(1)
		}
	}
	if c.single() {
		frame.Meta.PreferredVisualizationPluginID = string(query.Trend)
	}
	return data.Frames{frame}
}

// style is how one column is drawn: a colour's name, and Grafana's options of graphs.
type style struct {
	colour string
	custom map[string]any
}

var curveStyles = map[string]style{
	"multiplier":                {"text", map[string]any{"axisLabel": "Size, as a multiple of the present one"}},
	"factor":                    {"text", hiddenStyle()},
	"max_entries":               {"text", hiddenStyle()},
	"hit_ratio":                 {"blue", map[string]any{"lineWidth": 2, "showPoints": "always", "pointSize": 6}},
	"low":                       {"light-blue", map[string]any{"lineWidth": 1, "showPoints": "never"}},
	"high":                      {"light-blue", map[string]any{"lineWidth": 1, "showPoints": "never", "fillBelowTo": "low", "fillOpacity": 25}},
	"avoided_misses_per_second": {"orange", map[string]any{"lineWidth": 2, "showPoints": "never"}},
	"avoided_misses_limit":      {"red", map[string]any{"lineWidth": 2, "showPoints": "never", "lineStyle": map[string]any{"fill": "dash", "dash": []int{8, 8}}}},
}

func hiddenStyle() map[string]any {
	return map[string]any{"lineWidth": 0, "showPoints": "never", "axisPlacement": "hidden", "hideFrom": map[string]any{"legend": true, "tooltip": false, "viz": false}}
}

// single: a curve of one cache on one homeserver.
func (c curve) single() bool {
	return len(c) > 0 && !slices.ContainsFunc(c, func(p point) bool { return p.cache != c[0].cache || p.server != c[0].server })
}

// runCurve answers for the named caches, or for each homeserver's first advised one.
func runCurve(ctx context.Context, s *query.Session) (query.Result, error) {
	rows, _, err := judgeCaches(ctx, s, false)
	if err != nil {
		return nil, err
	}
	if len(s.List("cache")) == 0 {
		rows = slices.DeleteFunc(rows, func(r row) bool { return !r.Verdict.Advised() })
		if rows, _ = query.LimitPerServer(rows, 1, func(r row) string { return r.Server }); len(rows) == 0 {
			s.Inform("No cache is advised to grow here. Name one in \"Caches\" to see its curve.")
		}
	}
	if len(rows) == 0 {
		return curve{}, nil
	}
	a, err := askedBy(ctx, s, true)
	if err != nil {
		return nil, err
	}
	answers, asking := a.about(namesOf(rows, len(rows), func(row) bool { return true })).questions(caches.BoundQuestions)
	if err := s.Ask(ctx, asking...); err != nil {
		return nil, err
	}
	each := a.Read(caches.BoundQuestions, answers)
	var points curve
	for _, r := range rows {
		points = append(points, r.curve(s.Numbers("multipliers"), each)...)
	}
	return points, nil
}

// curve bounds a cache at each multiple of its size, process by process: of what was evicted before the window, a cache
// larger by n entries can hold at most n.
func (r row) curve(multipliers []float64, each caches.All) []point {
	points := make([]point, len(multipliers))
	for i, m := range multipliers {
		p := point{server: r.Server, cache: r.Cache, multiplier: m, low: r.HitRatio(), factor: query.Times(r.factor.Current, m), maxEntries: query.Times(r.MaxEntries, m)}
		if r.atMost != nil && r.Requests > 0 {
			avoided := 0.0
			for k, process := range each {
				if k.Server == r.Server && k.Cache == r.Cache {
					avoided += process.Bound().With((m - 1) * query.OrZero(process.MaxEntries))
				}
			}
			p.atMost = new(r.PerSecond(avoided))
			p.high = new(min(1, query.OrZero(p.low)+avoided/r.Requests))
		}
		if g := r.gainAt(m, p.atMost); g != nil {
			p.hit, p.low, p.high, p.avoided = new(g.hit), new(g.low), new(g.high), new(g.avoided)
		} else if m <= 1 || p.atMost != nil && *p.atMost == 0 {
			p.hit, p.high = r.HitRatio(), r.HitRatio() // as it is: the same size, or one proved to change nothing
			p.avoided = new(0.0)
		}
		points[i] = p
	}
	return points
}
