package synapse

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// firstMinutes is the part of a range in which a process that was there before is seen: as long as Prometheus looks back.
const firstMinutes = 5 * time.Minute

// Newcomers are the processes that came into being within a range under labels that nobody had at its start, as each
// rollout in Kubernetes makes them. Prometheus' rates over the range count the time before them as idle.
type Newcomers struct {
	identity Identity
	length   time.Duration
	uptimes  map[model.Fingerprint]time.Duration
}

// AskNewcomers finds them.
func (i Identity) AskNewcomers(found *Newcomers) query.Question {
	return func(ctx context.Context, s *query.Session) error {
		length := s.Range.Length()
		var young model.Vector
		promql := fmt.Sprintf("time() - process_start_time_seconds%s < %d unless on (%s) last_over_time(%s%s[%ds]%s)",
			s.Filters.ProcessSelector(), int64(length.Seconds()), i.Labels(), everyProcess, s.Filters.Selector(),
			int64(firstMinutes.Seconds()), Offset(length-firstMinutes))
		if err := s.Ask(ctx, query.At(promql, &young)); err != nil {
			return err
		}
		*found = Newcomers{i, length, map[model.Fingerprint]time.Duration{}}
		for _, sample := range young {
			found.uptimes[i.Process(sample.Metric)] = time.Duration(float64(sample.Value) * float64(time.Second))
		}
		return nil
	}
}

// OwnTime is what a process's rate over the range must be multiplied by to be the rate over the time that it ran: 1 for
// those that were there all the time.
func (n Newcomers) OwnTime(m model.Metric) float64 {
	if uptime := n.uptimes[n.identity.Process(m)]; uptime > 0 {
		return float64(n.length) / float64(uptime)
	}
	return 1
}
