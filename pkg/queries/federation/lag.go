package federation

import (
	"context"
	"fmt"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// lagQuantiles are the lines of the lag graph.
var lagQuantiles = []float64{0.99, 0.9, 0.5}

func runLag(ctx context.Context, s *query.Session) (query.Result, error) {
	streams := make([]model.Matrix, len(lagQuantiles))
	var questions []query.Question
	for i, q := range lagQuantiles {
		questions = append(questions, query.Over(lag(q, s.Filters, s.Range.RateWindow()), &streams[i]))
	}
	if err := s.Ask(ctx, questions...); err != nil {
		return nil, err
	}
	result := query.Lines{Name: "Federation sending lag", Measure: query.Measure{Name: "lag", Unit: "s", Highest: 10,
		Help: "Time from an event until the federation sender had dealt with it; above 10 s the histogram can't tell."}}
	for i, q := range lagQuantiles {
		for _, line := range legends(fmt.Sprintf("%g %%", q*100), nil, streams[i]) {
			if len(line.Values) > 0 {
				line.Labels["quantile"] = fmt.Sprintf("%g", q)
				result.Lines = append(result.Lines, line)
			}
		}
	}
	if len(result.Lines) == 0 {
		told, err := synapse.TellSparse(ctx, s)
		if err != nil {
			return nil, err
		}
		if !told {
			s.Inform("No event passed the federation sender in this time range, or it is not scraped (%s).", lagByEvent)
		}
	}
	return result, nil
}
