package diagnosis

import (
	"context"
	"slices"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// measured is every answer that the checks need.
type measured struct {
	servers []string        // those to judge
	present map[string]bool // those of which Prometheus has something
	scope   checks.Scope
	vectors map[*checks.Measurement]model.Vector
	refused map[*checks.Measurement]string          // why Prometheus would not answer it
	rows    map[string]any                          // by check
	failed  map[string]string                       // by check: why PostgreSQL gave no rows
	late    map[string]bool                         // by check: it gave none in time
	history map[string]model.Matrix                 // by check
	reads   map[string]map[*checks.Measurement]bool // by check: what its judgement reads
	found   map[onServer][]checks.Finding
	owner   string          // the homeserver of PostgreSQL
	refusal *checks.Refusal // why PostgreSQL gave no new connection
}

func newMeasured(s *query.Session) *measured {
	return &measured{
		scope:   checks.Scope{Filters: s.Filters, Scrape: s.Settings.ScrapeInterval, Length: s.Range.Length(), CacheEntryTTL: s.Settings.Homeserver.CacheEntryTTL},
		vectors: map[*checks.Measurement]model.Vector{}, refused: map[*checks.Measurement]string{}, rows: map[string]any{},
		failed: map[string]string{}, late: map[string]bool{}, history: map[string]model.Matrix{}, reads: map[string]map[*checks.Measurement]bool{}, found: map[onServer][]checks.Finding{},
	}
}

// measure asks what the checks need for their judgement: PostgreSQL one transaction per check that reads it, Prometheus as far as
// their judgements read. What tells processes apart is asked before, since every query names it; history is asked after, for what
// was found.
func measure(ctx context.Context, s *query.Session, wanted []checks.Check) (*measured, error) {
	m := newMeasured(s)
	early := slices.DeleteFunc(slices.Clone(wanted), func(c checks.Check) bool { return c.Read != nil || c.Connects })
	if !s.HasDatabase() {
		m.read(ctx, s, wanted)
		early = wanted
	}
	var present model.Vector
	questions := []query.Question{func(ctx context.Context, s *query.Session) error {
		if err := s.Ask(ctx, at(serversQuery(s), &present), m.identify); err != nil {
			return err
		}
		m.seen(s, present)
		if err := m.fetch(ctx, s, m.usual(s, wanted)); err != nil {
			return err
		}
		return m.ask(ctx, s, early)
	}}
	if s.HasDatabase() {
		questions = append([]query.Question{ // first: it may take longest
			func(ctx context.Context, s *query.Session) error { m.read(ctx, s, wanted); return nil },
			func(ctx context.Context, s *query.Session) (err error) {
				m.refusal, err = connect(ctx, s, wanted)
				return err
			},
		}, questions...)
	}
	if err := s.Ask(ctx, questions...); err != nil {
		return m, err
	}
	m.ownedToo(s)
	if err := m.ask(ctx, s, wanted); err != nil {
		return m, err
	}
	m.keepUsual(s)
	return m, nil
}

// input is what one check may know of one homeserver.
func (m *measured) input(s *query.Session, c checks.Check, server string) checks.Input {
	in := checks.NewInput(server, s.Now, m.scope, s.Settings, c, m.vectors).Partial(m.vectors, func(one *checks.Measurement) { m.noteRead(c, one) })
	if c.Connects && (m.owner == server || m.alone()) {
		in.Refusal = m.refusal
	}
	if c.Read == nil {
		return in
	}
	switch {
	case m.failed[c.ID] != "":
		in.RowsMissing, in.RowsLate = m.failed[c.ID], m.late[c.ID]
	case m.owner != server && !(c.Apart && m.alone()):
		in.RowsMissing = "PostgreSQL holds the database of another homeserver (" + m.owner + ")."
	default:
		in.Rows = m.rows[c.ID]
	}
	return in
}

// alone tells that the database never said whose it is and that there is one homeserver, so it is that one's.
func (m *measured) alone() bool { return m.owner == "" && len(m.servers) == 1 }

// refusedTo says why a check lacks an answer, or nothing where it has all.
func (m *measured) refusedTo(c checks.Check) string {
	for _, one := range c.Measures {
		if why := m.refused[one]; why != "" {
			return why
		}
	}
	return ""
}
