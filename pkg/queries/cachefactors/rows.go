package cachefactors

import (
	"cmp"
	"context"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
)

// row is one row of the table.
type row struct {
	*caches.Measurements
	caches.Judgement
	factor caches.Factor
	atMost *float64 // avoidable misses per second, by any size; nil where nothing is proved

	predicted *prediction // nil: not predicted
	next      *gain       // by the next step; nil: not predicted
	saved     *float64    // seconds of database time per second, by the next step
}

// judgeCaches gives the rows of the caches that are asked for. The measurements are of all, as the factor that most of them
// have counts for each.
func judgeCaches(ctx context.Context, s *query.Session, perProcess bool) ([]row, map[string]caches.Homeserver, error) {
	a, err := askedBy(ctx, s, perProcess)
	if err != nil {
		return nil, nil, err
	}
	all, err := a.fetch(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	servers := caches.Homeservers(all, s.Settings, s.Flag("memoryShort"))
	warnAssumptions(s, all, servers)
	rows := filterNamed(s, rowsOf(all, servers))
	if changed, err := a.fetchLastSteps(ctx, s, rows); err != nil {
		return nil, nil, err
	} else if changed {
		rows = filterNamed(s, rowsOf(all, servers))
	}
	if err := a.predictRows(ctx, s, rows, servers); err != nil {
		return nil, nil, err
	}
	sortRows(rows)
	return rows, servers, nil
}

func rowOf(m *caches.Measurements, h caches.Homeserver) row {
	r := row{Measurements: m, Judgement: caches.Judge(m, h)}
	r.factor = caches.FactorOf(m, h, r.Verdict)
	if m.Provable(h) {
		r.atMost = new(m.PerSecond(m.Avoidable))
	}
	return r
}

// rowsOf judges all and sorts them.
func rowsOf(all caches.All, servers map[string]caches.Homeserver) []row {
	rows := make([]row, 0, len(all))
	for k, m := range all {
		rows = append(rows, rowOf(m, servers[k.Server]))
	}
	sortRows(rows)
	return rows
}

// filterNamed keeps the caches that the query names, or all. A configuration is of all.
func filterNamed(s *query.Session, rows []row) []row {
	names := s.List("cache")
	if len(names) == 0 || len(rows) == 0 || s.Format.ID == "config" {
		return rows
	}
	rows = slices.DeleteFunc(rows, func(r row) bool { return !slices.Contains(names, r.Cache) })
	if len(rows) == 0 {
		s.Warn("None of the named caches is in this selection and time range. Names are those of the metrics' label \"name\"; response caches have no factor.")
	}
	return rows
}

// urgency orders the verdicts; those that ask for nothing share one place.
var urgency = map[caches.Verdict]int{caches.Raise: -3, caches.Probe: -2, caches.Lower: -1}

// sortRows: what to raise, what to probe, then the others; each by the database time that it saves, the misses that it
// avoids, those that it could avoid at most.
func sortRows(rows []row) {
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(
			cmp.Compare(urgency[a.Verdict], urgency[b.Verdict]),
			cmp.Compare(query.OrZero(b.saved), query.OrZero(a.saved)),
			cmp.Compare(query.OrZero(b.avoided()), query.OrZero(a.avoided())),
			cmp.Compare(b.promised(), a.promised()),
			cmp.Compare(b.PerSecond(b.Misses()), a.PerSecond(a.Misses())),
			cmp.Compare(a.Server, b.Server), cmp.Compare(a.Cache, b.Cache),
			cmp.Compare(a.Name, b.Name), cmp.Compare(a.Process, b.Process),
		)
	})
}

// promised sorts probes without a proved bound by their evictions, which bound nothing but say where to look.
func (r row) promised() float64 {
	switch {
	case !r.Verdict.Advised():
		return 0
	case r.atMost != nil:
		return *r.atMost
	}
	return r.PerSecond(min(r.Misses(), r.Evicted))
}

// firstRows keeps the limit's number of rows of each homeserver and tells that it left some out.
func firstRows(s *query.Session, rows []row) []row {
	kept, left := query.LimitPerServer(rows, s.Limit, func(r row) string { return r.Server })
	if left > 0 {
		s.Inform("Rows that are not shown: %d (limit %d for each homeserver).", left, s.Limit)
	}
	return kept
}

// namesOf are the caches of the first rows that are so, each once.
func namesOf(rows []row, limit int, is func(row) bool) []string {
	var names []string
	for _, r := range rows {
		if is(r) && !slices.Contains(names, r.Cache) && len(names) < limit {
			names = append(names, r.Cache)
		}
	}
	slices.Sort(names)
	return names
}
