package metriccoverage

import (
	"context"
	"slices"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/coverage"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// fetch asks which metrics there are on each homeserver, and which version runs there.
func (r readers) fetch(ctx context.Context, s *query.Session) (query.Result, error) {
	wanted := s.List("status")
	if err := checkStatuses(wanted); err != nil {
		return nil, err
	}
	identity, err := process.Find(ctx, s)
	if err != nil {
		return nil, err
	}
	var versions model.Vector
	questions := []query.Question{query.At(coverage.Versions(identity, s.Filters), &versions)}
	present := coverage.Questions(metrics.All())
	answers := make([]model.Vector, len(present))
	for i, question := range present {
		questions = append(questions, query.At(question.PromQL(identity, s.Filters), &answers[i]))
	}
	if err := s.Ask(ctx, questions...); err != nil {
		return nil, err
	}
	servers := homeserversOf(slices.Concat(answers...), versions)
	if identity.HalfLabelled("") {
		joinHalves(servers)
	}
	if len(servers) == 0 {
		s.Warn("Prometheus has no metric of Synapse for this selection right now. Check that Synapse is scraped and that the filter matches.")
		servers = map[string]homeserver{"": {}}
	}
	rows := query.KeepLimit(s, r.rows(servers, wanted), func(r row) string { return r.server }, "metric", "metrics")
	return query.TableResult[row]{Name: "metric coverage", Columns: columns, Rows: rows}, nil
}

// checkStatuses refuses what is no status.
func checkStatuses(wanted []string) error {
	for _, status := range wanted {
		if !slices.Contains(coverage.Statuses, coverage.Status(status)) {
			return query.Badf("Unknown status %q. %s", status, statusHelp)
		}
	}
	return nil
}
