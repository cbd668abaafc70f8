package cachefactors

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
)

// fetchLastSteps measures what the last step up of each advised cache did: its verdict may be another one then.
func (a asked) fetchLastSteps(ctx context.Context, s *query.Session, rows []row) (found bool, err error) {
	advised := func(r row) bool { return r.Verdict.Advised() && r.MaxEntries != nil }
	names := namesOf(rows, mostCaches, advised)
	if len(names) == 0 {
		return false, nil
	}
	names, err = caches.FetchResized(ctx, s, a.about(names).Queries)
	if err != nil || len(names) == 0 {
		return false, err
	}
	q := a.about(names).Queries
	q.Window = min(q.Window, longest)
	days, err := caches.FetchDays(ctx, s, q, s.Range.To)
	if err != nil {
		return false, err
	}
	for _, r := range rows {
		if last, ok := caches.LastEffect(days[r.Key]); ok && advised(r) && last.To > last.From {
			r.LastStep, found = &last, true
		}
	}
	return found, nil
}
