package diagnosis

import (
	"cmp"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// perCheck is how many subjects of one check are shown; the rest is counted.
const perCheck = 5

// places are the checks' places in their order, symptoms last.
func places() map[string]int {
	places := map[string]int{}
	for i, c := range checks.All {
		places[c.ID] = i
		if c.Symptom {
			places[c.ID] += len(checks.All)
		}
	}
	return places
}

// ordered puts the worst first, and a cause above the symptoms that it explains.
func ordered(rows []row) []row {
	place := places()
	sorted := slices.Clone(rows)
	slices.SortStableFunc(sorted, func(a, b row) int {
		return cmp.Or(
			cmp.Compare(b.Severity, a.Severity),
			cmp.Compare(place[a.check.ID], place[b.check.ID]),
			cmp.Compare(a.server, b.server),
		)
	})
	done := make([]bool, len(sorted))
	out := make([]row, 0, len(sorted))
	var put func(i int)
	put = func(i int) {
		if done[i] {
			return
		}
		done[i] = true
		for j, other := range sorted {
			if other.standsAbove(sorted[i]) {
				put(j)
			}
		}
		out = append(out, sorted[i])
	}
	for i := range sorted {
		put(i)
	}
	return out
}

// cut keeps the first subjects of each check and the first rows of each homeserver, and says what it left out.
func cut(s *query.Session, rows []row) []row {
	within, left := query.LimitPerServer(fewSubjects(s, rows), s.Limit, func(r row) string { return r.server })
	if left > 0 {
		s.Inform("%d more rows (limit %d for each homeserver).", left, s.Limit)
	}
	return within
}

// fewSubjects keeps the first subjects of each check, and counts the others in a notice.
func fewSubjects(s *query.Session, rows []row) []row {
	type group struct{ server, check string }
	seen := map[group]int{}
	var kept []row
	for _, r := range rows {
		g := group{r.server, r.check.ID}
		if seen[g]++; seen[g] <= perCheck {
			kept = append(kept, r)
		}
	}
	for _, r := range rows {
		g := group{r.server, r.check.ID}
		if left := seen[g] - perCheck; left > 0 {
			s.Inform("%s: %d more subjects on %s (limit %d for each check).", r.check.Topic, left, query.SayServer(r.server), perCheck)
			delete(seen, g)
		}
	}
	return kept
}
