package cachefactors

import (
	"context"
	"slices"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
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
	query.TextColumn("cache", "Cache", "The cache, by the label name of its metrics.", func(p point) string { return p.cache }),
	query.TextColumn("server_name", "Homeserver", "The homeserver; empty where Synapse is older than the label.", func(p point) string { return p.server }),
	query.NumberColumn("multiplier", "Size", "prefix:×", "Multiple of the present size.", func(p point) float64 { return p.multiplier }),
	query.NumberColumn("factor", "Factor", "none", "The factor that gives this size.", func(p point) *float64 { return p.factor }),
	query.NumberColumn("max_entries", "Max entries", "short", "Room for entries at this size, per process.", func(p point) *float64 { return p.maxEntries }),
	query.NumberColumn("hit_ratio", "Hit ratio", "percentunit", "Hit ratio expected at this size."+predicted, func(p point) *float64 { return p.hit }),
	query.NumberColumn("low", "Hit ratio, low", "percentunit", "Lower end of the 80 % interval; where it is not predicted, the present hit ratio: an LRU cache does not get worse by growing.", func(p point) *float64 { return p.low }),
	query.NumberColumn("high", "Hit ratio, high", "percentunit", "Upper end of the 80 % interval; where it is not predicted, what the proved bound allows.", func(p point) *float64 { return p.high }),
	query.NumberColumn("avoided_misses_per_second", "Avoided misses", "cps", "Misses per second that this size is expected to avoid."+predicted, func(p point) *float64 { return p.avoided }),
	query.NumberColumn("avoided_misses_limit", "Avoidable at most", "cps", "Misses per second that this size could avoid at most, proved from evictions; an estimate, of ten for each eviction, where many keys are looked up at once.", func(p point) *float64 { return p.atMost }),
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
	"factor":                    {"text", unseen()},
	"max_entries":               {"text", unseen()},
	"hit_ratio":                 {"blue", map[string]any{"lineWidth": 2, "showPoints": "always", "pointSize": 6}},
	"low":                       {"light-blue", map[string]any{"lineWidth": 1, "showPoints": "never"}},
	"high":                      {"light-blue", map[string]any{"lineWidth": 1, "showPoints": "never", "fillBelowTo": "low", "fillOpacity": 25}},
	"avoided_misses_per_second": {"orange", map[string]any{"lineWidth": 2, "showPoints": "never"}},
	"avoided_misses_limit":      {"red", map[string]any{"lineWidth": 2, "showPoints": "never", "lineStyle": map[string]any{"fill": "dash", "dash": []int{8, 8}}}},
}

func unseen() map[string]any {
	return map[string]any{"lineWidth": 0, "showPoints": "never", "axisPlacement": "hidden", "hideFrom": map[string]any{"legend": true, "tooltip": false, "viz": false}}
}

// single: a curve of one cache on one homeserver.
func (c curve) single() bool {
	return len(c) > 0 && !slices.ContainsFunc(c, func(p point) bool { return p.cache != c[0].cache || p.server != c[0].server })
}

// runCurve answers for the named caches, or for each homeserver's first advised one.
func runCurve(ctx context.Context, s *query.Session) (query.Result, error) {
	rows, _, err := judged(ctx, s)
	if err != nil {
		return nil, err
	}
	if len(s.List("cache")) == 0 {
		if rows = firstAdvised(rows); len(rows) == 0 {
			s.Inform("No cache is advised to grow here. Name one in \"cache\" to see its curve.")
		}
	}
	if len(rows) == 0 {
		return curve{}, nil
	}
	each, err := fetch(ctx, s, namesOf(rows), true)
	if err != nil {
		return nil, err
	}
	var points curve
	for _, r := range rows {
		points = append(points, r.curve(s.Numbers("multipliers"), each)...)
	}
	return points, nil
}

func firstAdvised(rows []row) []row {
	var first []row
	for _, r := range rows {
		if r.advised() && !slices.ContainsFunc(first, func(f row) bool { return f.server == r.server }) {
			first = append(first, r)
		}
	}
	return first
}

func namesOf(rows []row) []string {
	var names []string
	for _, r := range rows {
		if !slices.Contains(names, r.cache) {
			names = append(names, r.cache)
		}
	}
	slices.Sort(names)
	return names
}

// curve bounds a cache at each multiple of its size, process by process: of what was dropped before the window, a cache
// larger by n entries can hold at most n.
func (r row) curve(multipliers []float64, each map[key]*facts) []point {
	points := make([]point, len(multipliers))
	for i, m := range multipliers {
		p := point{server: r.server, cache: r.cache, multiplier: m, low: r.hitRatio(), factor: times(r.current, m), maxEntries: times(r.maxEntries, m)}
		if r.atMost != nil && r.requests > 0 {
			avoided := avoidable(r.key, each, m)
			p.atMost = known(r.perSecond(avoided))
			p.high = known(min(1, value(p.low)+avoided/r.requests))
		}
		if g := r.gainAt(m, p.atMost); g != nil {
			p.hit, p.low, p.high, p.avoided = known(g.hit), known(g.low), known(g.high), known(g.avoided)
		} else if m <= 1 || p.atMost != nil && *p.atMost == 0 {
			p.hit, p.high = r.hitRatio(), r.hitRatio() // as it is: the same size, or one proved to change nothing
			p.avoided = known(0)
		}
		points[i] = p
	}
	return points
}

func avoidable(of key, each map[key]*facts, multiplier float64) float64 {
	sum := 0.0
	for k, f := range each {
		if k.server == of.server && k.cache == of.cache {
			added := (multiplier - 1) * value(f.maxEntries)
			sum += min(f.misses(), f.repeats()*(f.sizeDrops+min(f.carried, added)))
		}
	}
	return sum
}

func times(v *float64, factor float64) *float64 {
	if v == nil {
		return nil
	}
	return known(*v * factor)
}
