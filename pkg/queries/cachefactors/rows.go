package cachefactors

import (
	"cmp"
	"math"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/effect"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// row is one row of the table.
type row struct {
	facts
	advice
	current, next, ceiling *float64 // factors; nothing changes above the ceiling
	atMost                 *float64 // avoidable misses per second, by any size
	memory                 *float64 // bytes that the step takes
	note                   string   // on its factor

	outlook  *outlook         // nil: not predicted
	expected *gain            // by the next step; nil: not predicted
	saved    *float64         // seconds of database time per second
	last     *effect.Measured // of its last step up; nil: none seen, or not comparable
}

func rowOf(f facts, o options) row {
	r := row{facts: f, advice: judge(f, o)}
	current, note := f.current(o)
	r.current = current
	if f.provable(o) {
		r.atMost = known(f.perSecond(f.bound))
	}
	if r.current != nil && f.useful != nil && value(f.maxEntries) > 0 && f.provable(o) {
		// Upwards, so that the table and the reason say one number, and nothing changes above that one either.
		r.ceiling = known(significant(*r.current*max(1, *f.useful / *f.maxEntries), 3, math.Ceil))
	}
	if !r.advised() && r.verdict != lower {
		return r
	}
	r.note = note
	switch {
	case r.current == nil:
	case r.verdict == lower:
		r.next = known(twoDigits(*r.current/oneStep, math.Round))
		r.memory = r.growth()
	default:
		r.next = known(nextFactor(*r.current, o.step(r.server), r.ceiling))
		r.memory = r.growth()
	}
	r.annotate()
	return r
}

func (r row) advised() bool { return r.verdict == raise || r.verdict == probe }

func (r *row) annotate() {
	r.reason += r.sayLast() + r.sayMemory()
	if r.note != "" {
		r.reason += " " + r.note
	}
}

// urgency orders the verdicts; those that ask for nothing share one place.
func (r row) urgency() int {
	switch r.verdict {
	case raise:
		return 0
	case probe:
		return 1
	case lower:
		return 2
	}
	return 3
}

// rowsOf judges all by their facts and sorts them.
func rowsOf(all map[key]*facts, o options) []row {
	rows := make([]row, 0, len(all))
	for _, f := range all {
		rows = append(rows, rowOf(*f, o))
	}
	sortRows(rows)
	return rows
}

// sortRows: what to raise, what to probe, then the others; each by the database time that it saves, the misses that it
// avoids, those that it could avoid at most.
func sortRows(rows []row) {
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(
			cmp.Compare(a.urgency(), b.urgency()),
			cmp.Compare(value(b.saved), value(a.saved)),
			cmp.Compare(value(b.avoided()), value(a.avoided())),
			cmp.Compare(b.promised(), a.promised()),
			cmp.Compare(b.perSecond(b.misses()), a.perSecond(a.misses())),
			cmp.Compare(a.server, b.server), cmp.Compare(a.cache, b.cache),
			cmp.Compare(a.job, b.job), cmp.Compare(a.index, b.index), cmp.Compare(a.instance, b.instance),
		)
	})
}

// promised sorts probes without a proved bound by their drops, which bound nothing but say where to look.
func (r row) promised() float64 {
	switch {
	case !r.advised():
		return 0
	case r.atMost != nil:
		return *r.atMost
	}
	return r.perSecond(min(r.misses(), r.sizeDrops))
}

// cut keeps the limit's number of rows of each homeserver and tells that it left some out.
func cut(s *query.Session, rows []row) []row {
	kept, left := query.LimitPerServer(rows, s.Limit, func(r row) string { return r.server })
	if left > 0 {
		s.Inform("Rows that are not shown: %d (limit %d for each homeserver).", left, s.Limit)
	}
	return kept
}
