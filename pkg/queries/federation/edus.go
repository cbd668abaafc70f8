package federation

import (
	"context"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

func runEDUs(ctx context.Context, s *query.Session) (query.Result, error) {
	result := query.Lines{Name: "Outgoing EDUs by type", Measure: query.Measure{Name: "per_second", Unit: "cps", Help: "EDUs per second in transactions that succeeded."}}
	ranked, err := query.RankTop(ctx, s, byType(s.Filters, s.Range.Window())+" > 0", "type",
		"Only the %d most frequent types of each homeserver are drawn; \"limit\" shows more.")
	if err != nil {
		return nil, err
	}
	if !ranked.Empty() {
		var matrix model.Matrix
		if err := s.Ask(ctx, query.Over(byType(s.Filters, s.Range.RateWindow(), ranked.Names()...), &matrix)); err != nil {
			return nil, err
		}
		result.Lines = ranked.Lines(matrix)
	}
	if len(result.Lines) > 0 {
		return result, nil
	}
	told, err := synapse.TellSparse(ctx, s)
	if err == nil && !told && ranked.Empty() {
		s.Warn("Prometheus has no %s for this selection and time range: no EDU was sent, or the federation sender is not scraped.", edusByType)
	}
	return result, err
}
