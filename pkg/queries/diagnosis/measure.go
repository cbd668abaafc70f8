package diagnosis

import (
	"context"
	"sync"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// measured is every answer that the checks need.
type measured struct {
	servers []string        // those to judge
	present map[string]bool // those of which Prometheus has something
	scope   checks.Scope
	vectors map[*checks.Measurement]model.Vector
	refused map[*checks.Measurement]string // why Prometheus would not answer it
	rows    map[string]any                 // by check
	failed  map[string]string              // by check: why PostgreSQL gave no rows
	history map[string]model.Matrix        // by check
	owner   string                         // the homeserver of PostgreSQL
	refusal *checks.Refusal                // why PostgreSQL gave no new connection
}

func newMeasured(s *query.Session) measured {
	return measured{
		scope:   checks.Scope{Filters: s.Filters, Scrape: s.Settings.ScrapeInterval, Length: s.Range.Length(), CacheEntryTTL: s.Settings.Homeserver.CacheEntryTTL},
		vectors: map[*checks.Measurement]model.Vector{}, refused: map[*checks.Measurement]string{}, rows: map[string]any{},
		failed: map[string]string{}, history: map[string]model.Matrix{},
	}
}

// measure asks everything that is judged at once: one instant query per distinct PromQL, one transaction per check that reads
// PostgreSQL. What tells processes apart is asked before, since every query names it; history is asked after, for what was found.
func measure(ctx context.Context, s *query.Session, wanted []checks.Check) (measured, error) {
	m := newMeasured(s)
	var present model.Vector
	questions := []query.Question{
		func(ctx context.Context, s *query.Session) error { m.read(ctx, s, wanted); return nil }, // first: it may take longest
		func(ctx context.Context, s *query.Session) (err error) {
			m.refusal, err = connect(ctx, s, wanted)
			return err
		},
		at(serversQuery(s), &present),
		func(ctx context.Context, s *query.Session) error { return m.ask(ctx, s, wanted) },
	}
	if err := s.Ask(ctx, questions...); err != nil {
		return m, err
	}
	m.homeservers(s, present)
	return m, nil
}

// ask asks Prometheus for every measurement.
func (m *measured) ask(ctx context.Context, s *query.Session, wanted []checks.Check) (err error) {
	if m.scope.Identity, err = process.Find(ctx, s); err != nil {
		return err
	}
	var mu sync.Mutex
	var questions []query.Question
	seen := map[*checks.Measurement]bool{}
	for _, c := range wanted {
		for _, one := range c.Measures {
			if seen[one] {
				continue
			}
			seen[one] = true
			questions = append(questions, func(ctx context.Context, s *query.Session) error {
				var vector model.Vector
				why, err := askUnlessRefused(ctx, s, at(one.PromQL(m.scope), &vector))
				mu.Lock()
				defer mu.Unlock()
				m.vectors[one] = vector
				if why != "" {
					m.refused[one] = why
				}
				return err
			})
		}
	}
	return s.Ask(ctx, questions...)
}

// input is what one check may know of one homeserver.
func (m measured) input(s *query.Session, c checks.Check, server string) checks.Input {
	in := checks.NewInput(server, s.Now, m.scope, s.Settings, c, m.vectors)
	if c.Connects && (m.owner == server || m.alone()) {
		in.Refusal = m.refusal
	}
	if c.Read == nil {
		return in
	}
	switch {
	case m.failed[c.ID] != "":
		in.RowsMissing = m.failed[c.ID]
	case m.owner != server && !(c.Apart && m.alone()):
		in.RowsMissing = "PostgreSQL holds the database of another homeserver (" + m.owner + ")."
	default:
		in.Rows = m.rows[c.ID]
	}
	return in
}

// alone tells that the database never said whose it is and that there is one homeserver, so it is that one's.
func (m measured) alone() bool { return m.owner == "" && len(m.servers) == 1 }

// refusedTo says why a check lacks an answer, or nothing where it has all.
func (m measured) refusedTo(c checks.Check) string {
	for _, one := range c.Measures {
		if why := m.refused[one]; why != "" {
			return why
		}
	}
	return ""
}
