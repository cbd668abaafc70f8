package federation

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

func runEDUs(ctx context.Context, s *query.Session) (query.Result, error) {
	result := query.Lines{Name: "Outgoing EDUs by type", Measure: query.Measure{Name: "per_second", Unit: "cps", Help: "EDUs per second in transactions that succeeded."}}
	var top model.Vector
	// One more than asked tells whether the limit cuts.
	if err := s.Ask(ctx, query.At(fmt.Sprintf("topk by (server_name) (%d, %s > 0)", s.Limit+1, byType(s.Filters, s.Range.Window())), &top)); err != nil {
		return nil, err
	}
	top = cut(s, top)
	if len(top) == 0 {
		s.Warn("Prometheus has no %s for this selection and time range: no EDU was sent, or the federation sender is not scraped.", edusByType)
		return result, nil
	}
	ranked := query.Ranked(top, "type")
	var matrix model.Matrix
	if err := s.Ask(ctx, query.Over(byType(s.Filters, s.Range.RateWindow(), ranked.Names()...), &matrix)); err != nil {
		return nil, err
	}
	if result.Lines = ranked.Lines(matrix); len(result.Lines) == 0 {
		return result, synapse.TellSparse(ctx, s)
	}
	return result, nil
}

// cut keeps the limit's number of types of each homeserver, the most frequent, and tells that it left some out.
func cut(s *query.Session, top model.Vector) model.Vector {
	sorted := slices.SortedStableFunc(slices.Values(top), func(a, b *model.Sample) int { return cmp.Compare(b.Value, a.Value) })
	shown := map[model.LabelValue]int{}
	return slices.DeleteFunc(sorted, func(sample *model.Sample) bool {
		shown[sample.Metric["server_name"]]++
		over := shown[sample.Metric["server_name"]] > s.Limit
		if over {
			s.Inform("Only the %d most frequent types of each homeserver are drawn; \"limit\" shows more.", s.Limit)
		}
		return over
	})
}
