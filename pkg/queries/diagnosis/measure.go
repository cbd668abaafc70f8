package diagnosis

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// measured is every answer that the checks need. Checks that ask the same thing share one answer.
type measured struct {
	servers []string        // those to judge
	present map[string]bool // those of which Prometheus has something
	where   checks.Where
	vectors map[string]model.Vector // by PromQL
	refused map[string]string       // by PromQL: why Prometheus would not answer it
	rows    map[string]any          // by check
	failed  map[string]string       // by check: why PostgreSQL gave no rows
	history map[string]model.Matrix // by check
	owner   string                  // the homeserver of PostgreSQL
}

func where(s *query.Session) checks.Where {
	return checks.Where{Filters: s.Filters, Scrape: s.Options.ScrapeInterval, Length: s.Range.Length()}
}

// measure asks everything at once: one instant query per distinct PromQL, one transaction per reading check.
func measure(ctx context.Context, s *query.Session, wanted []checks.Check, withHistory bool) (measured, error) {
	m := measured{
		where: where(s), vectors: map[string]model.Vector{}, refused: map[string]string{}, rows: map[string]any{},
		failed: map[string]string{}, history: map[string]model.Matrix{},
	}
	var present model.Vector
	questions := []query.Question{
		func(ctx context.Context, s *query.Session) error { m.read(ctx, s, wanted); return nil }, // first: it may take longest
		at(serversQuery(s), &present),
		func(ctx context.Context, s *query.Session) (err error) {
			m.where.Identity, err = synapse.FindIdentity(ctx, s)
			return err
		},
	}
	answers := map[string]*model.Vector{}
	for _, c := range wanted {
		if c.Measures == nil {
			continue
		}
		for _, promql := range c.Measures(m.where) {
			if answers[promql] == nil {
				answers[promql] = new(model.Vector)
			}
		}
	}
	var mu sync.Mutex
	for _, promql := range slices.Sorted(maps.Keys(answers)) {
		questions = append(questions, unlessRefused(at(promql, answers[promql]), func(why string) {
			mu.Lock()
			defer mu.Unlock()
			m.refused[promql] = why
		}))
	}
	lines := map[string]*model.Matrix{}
	for _, c := range wanted {
		if c.Signal != nil && withHistory {
			lines[c.ID] = new(model.Matrix)
			questions = append(questions, unlessRefused(over(c.Signal(m.where).PromQL, lines[c.ID]), func(why string) {
				s.Warn("Since when %s finds something is not known. %s", c.ID, why)
			}))
		}
	}
	if err := s.Ask(ctx, questions...); err != nil {
		return m, err
	}
	for promql, vector := range answers {
		m.vectors[promql] = *vector
	}
	for id, matrix := range lines {
		m.history[id] = *matrix
	}
	m.homeservers(s, present)
	return m, nil
}

// input is what one check may know of one homeserver.
func (m measured) input(s *query.Session, c checks.Check, server string) checks.Input {
	named := map[string]model.Vector{}
	if c.Measures != nil {
		for name, promql := range c.Measures(m.where) {
			named[name] = m.vectors[promql]
		}
	}
	in := checks.NewInput(server, s.Now, m.where, s.Options, c, named)
	if c.Read == nil {
		return in
	}
	switch {
	case m.failed[c.ID] != "":
		in.RowsMissing = m.failed[c.ID]
	case m.owner != server:
		in.RowsMissing = "PostgreSQL holds the database of another homeserver (" + m.owner + ")."
	default:
		in.Rows = m.rows[c.ID]
	}
	return in
}

// refusedTo says why a check lacks an answer, or nothing where it has all.
func (m measured) refusedTo(c checks.Check) string {
	if c.Measures == nil {
		return ""
	}
	asked := c.Measures(m.where)
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		if why := m.refused[asked[name]]; why != "" {
			return why
		}
	}
	return ""
}
