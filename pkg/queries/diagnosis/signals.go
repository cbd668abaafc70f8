package diagnosis

import (
	"context"
	"slices"
	"sync"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// lookback is the history of a check's signal to ask for: of a scope, and of named subjects where its signal can be narrowed to them.
type lookback struct {
	check    checks.Check
	scope    checks.Scope
	subjects []string // nil: those that lead now
}

// lookbacksAtAll is the whole history of checks.
func (m *measured) lookbacksAtAll(wanted []checks.Check) (all []lookback) {
	for _, c := range wanted {
		if c.Signal != nil {
			all = append(all, lookback{check: c, scope: m.scope})
		}
	}
	return all
}

// lookbacksAtFound is the history of what was found and no more: of most checks nothing, of the others a subject or two.
func (m *measured) lookbacksAtFound(rows []row) (all []lookback) {
	byCheck := map[string][]row{}
	var order []checks.Check
	for _, r := range rows {
		if r.check.Signal == nil || !r.decidedBySignal() {
			continue
		}
		if byCheck[r.check.ID] == nil {
			order = append(order, r.check)
		}
		byCheck[r.check.ID] = append(byCheck[r.check.ID], r)
	}
	for _, c := range order {
		found := byCheck[c.ID]
		one := lookback{check: c, scope: m.scopeOf(found)}
		for _, r := range found {
			one.subjects = append(one.subjects, r.Subject.Key())
		}
		slices.Sort(one.subjects)
		one.subjects = slices.Compact(one.subjects)
		all = append(all, one)
	}
	return all
}

// scopeOf is the scope of the processes that rows are about. Only job and index are named: another life of the same process may
// have had another address.
func (m *measured) scopeOf(rows []row) checks.Scope {
	scope := m.scope
	var jobs, indexes []string
	for _, r := range rows {
		if r.check.Signal.Subject == nil || r.process["job"] == "" {
			return scope
		}
		jobs, indexes = append(jobs, string(r.process["job"])), append(indexes, string(r.process["index"]))
	}
	scope.Filters.Job = sortedSet(jobs)
	if !slices.Contains(indexes, "") {
		scope.Filters.Index = sortedSet(indexes)
	}
	return scope
}

func sortedSet(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}

// remember asks for histories and keeps them. One that Prometheus refuses is said, and nothing else suffers.
func (m *measured) remember(ctx context.Context, s *query.Session, all []lookback) error {
	var mu sync.Mutex
	questions := make([]query.Question, len(all))
	for i, p := range all {
		questions[i] = func(ctx context.Context, s *query.Session) error {
			var matrix model.Matrix
			why, err := askUnlessRefused(ctx, s, func(ctx context.Context, s *query.Session) error { return p.fetch(ctx, s, &matrix) })
			if why != "" {
				s.Warn("%s: the start of the problem is unknown. %s", p.check.Topic, why)
			}
			mu.Lock()
			defer mu.Unlock()
			m.history[p.check.ID] = matrix
			return err
		}
	}
	return s.Ask(ctx, questions...)
}

// fetch asks for one history. Where it is one of many things, those that lead now are found first.
func (l lookback) fetch(ctx context.Context, s *query.Session, answer *model.Matrix) error {
	signal := l.check.Signal
	if signal.Named == nil {
		return over(signal.PromQL(l.scope), answer)(ctx, s)
	}
	subjects := l.subjects
	if subjects == nil {
		var leading model.Vector
		if err := at(signal.PromQL(l.scope), &leading)(ctx, s); err != nil {
			return err
		}
		for _, sample := range leading {
			subjects = append(subjects, signal.Subject(checks.NewSample(0, sample.Metric, l.scope.Identity)))
		}
	}
	if len(subjects) == 0 {
		return nil
	}
	return over(signal.Named(l.scope, sortedSet(subjects)), answer)(ctx, s)
}
