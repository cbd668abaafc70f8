package transactions

import (
	"context"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// shape is how one of the time series formats ranks and draws.
type shape struct {
	rankBy  func(selection, string) string
	draw    func(selection, string) string
	measure query.Measure
}

var shapes = map[string]shape{
	"cost": {selection.cost, selection.cost, query.Measure{Name: "cost", Unit: "none",
		Help: "Seconds of database time per second."}},
	"rate": {selection.calls, selection.calls, query.Measure{Name: "calls_per_second", Unit: "cps",
		Help: "Calls per second."}},
	"meanDuration": {selection.cost, selection.meanDuration, query.Measure{Name: "mean_duration", Unit: "s",
		Help: "Mean time of one call."}},
}

func runSeries(ctx context.Context, s *query.Session) (query.Result, error) {
	shape := shapes[s.Format.ID]
	result := query.Lines{Name: s.Format.Title, Measure: shape.measure}
	var top, there model.Vector
	asked := selection{filters: s.Filters, names: s.List("transaction")}
	ranking := shape.rankBy(asked, s.Range.Window())
	if err := s.Ask(ctx, query.At(topPerServer(s.Limit, ranking), &top), query.At(countPerServer(ranking), &there)); err != nil {
		return nil, err
	}
	left := -len(top)
	for _, sample := range there {
		left += int(sample.Value)
	}
	if left > 0 {
		s.Inform("Lesser transactions that are not drawn: %d (limit %d for each homeserver).", left, s.Limit)
	}
	ranked := query.RankingOf(top, "desc")
	if !ranked.Empty() {
		var lines model.Matrix
		if err := s.Ask(ctx, query.Over(shape.draw(selection{s.Filters, ranked.Names()}, s.Range.RateWindow()), &lines)); err != nil {
			return nil, err
		}
		result.Lines = ranked.Lines(lines)
	}
	if len(result.Lines) > 0 {
		return result, nil
	}
	told, err := synapse.TellSparse(ctx, s)
	if err == nil && !told && ranked.Empty() {
		synapse.WarnAbsent(s, synapse.TransactionCount.Name)
	}
	return result, err
}
