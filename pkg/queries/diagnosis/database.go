package diagnosis

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// databaseShare is the part of a query's time that PostgreSQL may take: where it hangs, the checks on Prometheus still
// answer.
const databaseShare = 0.75

// rankingPatience is how long a diagnosis waits for the first count of the rooms.
const rankingPatience = 3 * time.Second

// databaseAhead is the age of a time range's end from which a notice says that PostgreSQL's answers are newer.
const databaseAhead = 10 * time.Minute

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
	fail := func(why string) {
		for _, c := range readers {
			if m.rows[c.ID] == nil && m.failed[c.ID] == "" {
				m.failed[c.ID] = why
			}
		}
	}
	if !s.HasDatabase() {
		fail("PostgreSQL is not configured in this data source.")
		return
	}
	if s.Now.Sub(s.Range.To) > databaseAhead {
		s.Inform("PostgreSQL shows the present, not the end of the time range: %s.", topics(readers))
	}
	for _, c := range readers { // before anything that may wait for a lock
		if c.Apart {
			m.readFor(ctx, s, c)
		}
	}
	owner, err := s.Owner(ctx)
	if err != nil {
		fail(readable(err))
		return
	}
	m.owner = owner
	shared := map[string]string{} // by ReadOnce: the check that has the answer
	for _, c := range readers {
		first, done := shared[c.ReadOnce]
		switch {
		case c.Apart:
		case done && c.ReadOnce != "":
			m.share(first, c.ID)
		default:
			shared[c.ReadOnce] = c.ID
			m.readFor(ctx, s, c)
		}
	}
}

func (m *measured) readFor(ctx context.Context, s *query.Session, c checks.Check) {
	if c.WholeTable && s.Settings.Postgres.WholeTable == settings.WholeTableNone {
		m.failed[c.ID] = "The data source setting postgresWholeTable is none, so the table that tells this is not read."
		return
	}
	in := checks.ReadInput{Now: s.Now, Settings: s.Settings, Memory: s.Memory}
	if c.Ranks {
		ranking, err := extremities.Rank(ctx, s, rankingPatience)
		if err != nil {
			m.failed[c.ID] = sayNoRanking(err)
			return
		}
		in.Ranking = ranking
	}
	rows, err := query.Once(ctx, s, query.Postgres, "read "+cmp.Or(c.ReadOnce, c.ID), func(ctx context.Context, s *query.Session) (rows any, err error) {
		read := s.Read
		if c.Apart {
			read = s.ReadApart
		}
		err = read(ctx, 0, func(ctx context.Context, tx query.Tx) (err error) {
			rows, err = c.Read(ctx, tx, in)
			return err
		})
		return rows, err
	})
	if err != nil {
		m.failed[c.ID], m.late[c.ID] = readable(err), isLate(err)
		return
	}
	m.rows[c.ID] = rows
}

// sayNoRanking says why the rooms are not ranked.
func sayNoRanking(err error) string {
	switch {
	case errors.Is(err, extremities.ErrOff):
		return "The data source setting postgresWholeTable is none, so the rooms are not counted."
	case errors.Is(err, extremities.ErrCounting):
		return "The rooms are being counted for the first time, in the background. Look again in a few minutes."
	}
	return readable(err)
}

func topics(all []checks.Check) string {
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.Topic
	}
	return strings.Join(names, ", ")
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

// isLate tells that PostgreSQL did not finish a statement in time, now or when it was last asked.
func isLate(err error) bool {
	var fault *upstream.Fault
	return errors.As(err, &fault) && (fault.Kind == upstream.Timeout || fault.Kind == upstream.Limit)
}

// readable gives an error's words for people; anything else stays in the log.
func readable(err error) string {
	var fault *upstream.Fault
	if errors.As(err, &fault) {
		return fault.Error()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "PostgreSQL did not answer in time; the database may be busy. Try again, or raise the query timeout in the data source settings."
	}
	return "PostgreSQL gave no answer. Press \"Save & test\" in the data source settings to see why."
}
