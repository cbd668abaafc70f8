package graph

import (
	"context"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// nothing asks nothing.
func nothing(context.Context, *query.Session) error { return nil }

// askLimit asks for the graph's maximum, if it has one.
func (d drawn) askLimit(answer *model.Matrix) query.Question {
	if d.limit == nil {
		return nothing
	}
	s := d.scope
	s.processes, s.own = false, nil
	return query.Over(d.limit(s), answer)
}

// limitLines are the maxima; the dashboard draws lines that begin with "limit" dashed.
func limitLines(streams model.Matrix) []query.Series {
	return query.LinesOf(streams, func(model.Metric) string { return "limit" })
}

// askWhole asks for what the layers of a stack add up to, where the limit leaves some out.
func (d drawn) askWhole(ranked query.Ranking, of term, answer *model.Matrix) query.Question {
	if d.Kind != Stack || ranked.Left == 0 {
		return nothing
	}
	s := d.scope
	s.processes, s.own = false, nil
	return query.Over(of(s), answer)
}

// restLines are what the drawn layers of each homeserver leave of the whole.
func restLines(layers []query.Series, whole model.Matrix) []query.Series {
	type point struct {
		server string
		at     time.Time
	}
	drawn := map[point]float64{}
	for _, layer := range layers {
		for i, at := range layer.Times {
			drawn[point{layer.Server(), at}] += layer.Values[i]
		}
	}
	rest := query.LinesOf(whole, func(model.Metric) string { return "rest" })
	for _, line := range rest {
		line.Labels["part"] = "rest"
		for i, at := range line.Times {
			// Rounding may leave a little less than nothing.
			line.Values[i] = max(0, line.Values[i]-drawn[point{line.Server(), at}])
		}
	}
	return rest
}
