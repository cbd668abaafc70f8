package process

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// firstMinutes is the part of a range in which a process that was there before is seen: as long as Prometheus looks back.
const firstMinutes = 5 * time.Minute

// Young are the processes that came into being within a range under labels that nobody had at its start, as each
// rollout in Kubernetes makes them. Prometheus' rates over the range count the time before them as idle.
type Young struct {
	identity Identity
	length   time.Duration
	uptimes  map[model.Fingerprint]time.Duration
}

// AskYoung finds them.
func (i Identity) AskYoung(found *Young) query.Question {
	return func(ctx context.Context, s *query.Session) error {
		length := s.Range.Length()
		var young model.Vector
		promql := fmt.Sprintf("time() - %s < %d unless on (%s) %s",
			metrics.ProcessStart.Series().Of(s.Filters.ProcessSelector()), int64(length.Seconds()), i.Labels(),
			marker.Over("last_over_time", s.Filters.Selector(), metrics.Window(firstMinutes)+metrics.Offset(length-firstMinutes)))
		if err := s.Ask(ctx, query.At(promql, &young)); err != nil {
			return err
		}
		*found = Young{i, length, map[model.Fingerprint]time.Duration{}}
		for _, sample := range young {
			found.uptimes[i.Process(sample.Metric)] = time.Duration(float64(sample.Value) * float64(time.Second))
		}
		return nil
	}
}

// RateFactor is what a process's rate over the range must be multiplied by to be the rate over the time that it ran: 1 for
// those that were there all the time.
func (y Young) RateFactor(m model.Metric) float64 {
	if uptime := y.uptimes[y.identity.Process(m)]; uptime > 0 {
		return float64(y.length) / float64(uptime)
	}
	return 1
}
