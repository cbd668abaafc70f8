package diagnosis

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

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
		where: where(s), vectors: map[string]model.Vector{}, rows: map[string]any{}, failed: map[string]string{},
		history: map[string]model.Matrix{},
	}
	var present model.Vector
	questions := []query.Question{
		func(ctx context.Context, s *query.Session) error { m.read(ctx, s, wanted); return nil }, // first: it may take longest
		at(serversQuery(s), &present),
		func(ctx context.Context, s *query.Session) (err error) {
			m.where.Identity, err = identity(ctx, s)
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
	for _, promql := range slices.Sorted(maps.Keys(answers)) {
		questions = append(questions, at(promql, answers[promql]))
	}
	lines := map[string]*model.Matrix{}
	for _, c := range wanted {
		if c.Signal != nil && withHistory {
			lines[c.ID] = new(model.Matrix)
			questions = append(questions, over(c.Signal(m.where).PromQL, lines[c.ID]))
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

// at asks once for all diagnoses of the same time: there is an alert rule for each check.
func at(promql string, answer *model.Vector) query.Question {
	return func(ctx context.Context, s *query.Session) (err error) {
		*answer, err = query.Once(ctx, s, query.Prometheus, "at "+promql, func(ctx context.Context, s *query.Session) (v model.Vector, err error) {
			err = query.At(promql, &v)(ctx, s)
			return v, err
		})
		return err
	}
}

// over is the same for a range.
func over(promql string, answer *model.Matrix) query.Question {
	return func(ctx context.Context, s *query.Session) (err error) {
		*answer, err = query.Once(ctx, s, query.Prometheus, "over "+promql, func(ctx context.Context, s *query.Session) (m model.Matrix, err error) {
			err = query.Over(promql, &m)(ctx, s)
			return m, err
		})
		return err
	}
}

// identity tells which labels name a process, asked once as well.
func identity(ctx context.Context, s *query.Session) (synapse.Identity, error) {
	return query.Once(ctx, s, query.Prometheus, "identity "+s.Filters.ProcessSelector(), synapse.FindIdentity)
}

func serversQuery(s *query.Session) string {
	return "count by (server_name) (last_over_time(synapse_storage_schedule_time_count" + s.Filters.Selector() + s.Range.Window() + "))"
}

// homeservers are those that Prometheus has something of, the one whose database PostgreSQL holds, and those that were
// asked for by name, there or not; the nameless one where there is none at all: somebody must say that nothing is there.
func (m *measured) homeservers(s *query.Session, present model.Vector) {
	m.present = map[string]bool{}
	for _, sample := range present {
		m.present[string(sample.Metric["server_name"])] = true
	}
	if m.present[""] && len(m.present) == 1 && m.owner != "" {
		m.owner = "" // Synapse is older than the label: the database is that of the nameless homeserver
	}
	m.servers = slices.Collect(maps.Keys(m.present))
	for _, name := range append(slices.Clone(s.Filters.ServerName), m.owner) {
		if name != "" && s.Filters.AllowsServer(name) && !slices.Contains(m.servers, name) {
			m.servers = append(m.servers, name)
		}
	}
	if len(m.servers) == 0 {
		m.servers = []string{""}
	}
	slices.Sort(m.servers)
}

// databaseShare is the part of a query's time that PostgreSQL may take: where it hangs, what Prometheus tells is judged
// all the same.
const databaseShare = 0.75

func leavingTime(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, limited := ctx.Deadline()
	if !limited {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, time.Duration(databaseShare*float64(time.Until(deadline))))
}

// read asks PostgreSQL for each check that reads it. A failure blinds that check only and says why.
func (m *measured) read(ctx context.Context, s *query.Session, wanted []checks.Check) {
	ctx, cancel := leavingTime(ctx)
	defer cancel()
	readers := slices.DeleteFunc(slices.Clone(wanted), func(c checks.Check) bool { return c.Read == nil })
	if len(readers) == 0 {
		return
	}
	fail := func(c checks.Check, why string) { m.failed[c.ID] = why }
	if !s.HasDatabase() {
		for _, c := range readers {
			fail(c, "PostgreSQL is not configured in this data source.")
		}
		return
	}
	owner, err := s.Owner(ctx)
	if err != nil {
		for _, c := range readers {
			fail(c, readable(err))
		}
		return
	}
	m.owner = owner
	in := checks.ReadInput{Now: s.Now, Options: s.Options}
	shared := map[string]string{} // by ReadOnce: the check that has the answer
	for _, c := range readers {
		if first, done := shared[c.ReadOnce]; done && c.ReadOnce != "" {
			m.share(first, c.ID)
			continue
		}
		shared[c.ReadOnce] = c.ID
		rows, err := query.Once(ctx, s, query.Postgres, "read "+cmp.Or(c.ReadOnce, c.ID), func(ctx context.Context, s *query.Session) (rows any, err error) {
			err = s.Read(ctx, 0, func(ctx context.Context, tx query.Tx) (err error) {
				rows, err = c.Read(ctx, tx, in)
				return err
			})
			return rows, err
		})
		if err != nil {
			fail(c, readable(err))
			continue
		}
		m.rows[c.ID] = rows
	}
}

// share gives a check the answer, or the failure, of another one with the same Read.
func (m *measured) share(from, to string) {
	if rows, ok := m.rows[from]; ok {
		m.rows[to] = rows
	}
	if why, ok := m.failed[from]; ok {
		m.failed[to] = why
	}
}

// worded is an error whose text is made for people.
type worded interface {
	error
	Worded() string
}

// readable gives an error's words for people; anything else stays in the log.
func readable(err error) string {
	var w worded
	if errors.As(err, &w) {
		return w.Worded()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "PostgreSQL did not answer within the time that the diagnosis has."
	}
	return "PostgreSQL could not answer."
}

// input is what one check may know of one homeserver.
func (m measured) input(s *query.Session, c checks.Check, server string) checks.Input {
	named := map[string]model.Vector{}
	if c.Measures != nil {
		for name, promql := range c.Measures(m.where) {
			named[name] = m.vectors[promql]
		}
	}
	in := checks.NewInput(server, s.Range.To, m.where, s.Options, c, named)
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
