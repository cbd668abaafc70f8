package diagnosis

import (
	"cmp"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
)

// explained gives each finding without a cause of its own the deepest of its check's causes.
func explained(rows []row) []row {
	named := slices.Clone(rows)
	for i, r := range rows {
		if known, is := checks.Find(r.CausedBy); is {
			named[i].causeTitle = known.Title
		} else if cause, found := r.causeIn(rows); found {
			named[i].CausedBy, named[i].causeTitle = cause.check.ID, cause.title()
		}
	}
	return named
}

// causeIn is the row that explains this one, and is not explained itself by another one that does. Of several it is that with
// the lowest rank, then the one that explains most.
func (r row) causeIn(rows []row) (cause row, found bool) {
	var all []row
	for _, other := range rows {
		if other.partOf(r) > 0 {
			all = append(all, other)
		}
	}
	deepest := slices.DeleteFunc(slices.Clone(all), func(c row) bool {
		return slices.ContainsFunc(all, func(other row) bool { return other.partOf(c) > 0 })
	})
	if len(deepest) == 0 {
		return row{}, false
	}
	return slices.MinFunc(deepest, func(a, b row) int {
		_, rankOfA, _ := r.check.CauseOf(a.check.ID)
		_, rankOfB, _ := r.check.CauseOf(b.check.ID)
		return cmp.Or(cmp.Compare(rankOfA, rankOfB), cmp.Compare(b.partOf(r), a.partOf(r)))
	}), true
}

// partOf is how much of another row this one explains: large enough, unless the other's check knows better, at the same time, and
// about one of the other's processes where it is about a process; else 0.
func (r row) partOf(symptom row) float64 {
	link, _, declared := symptom.check.CauseOf(r.check.ID)
	if !declared || r.server != symptom.server || symptom.Severity <= checks.OK || !r.mayExplain(symptom) || !r.onProcessOf(symptom) || !r.inTimeFor(symptom) {
		return 0
	}
	return link.Part(r.Finding, symptom.Finding)
}

// standsAbove tells whether a row is a cause of another one: by a link, or because the other finding itself names its check.
func (r row) standsAbove(symptom row) bool {
	if _, _, declared := symptom.check.CauseOf(r.check.ID); declared {
		return r.partOf(symptom) > 0
	}
	return r.check.ID == symptom.CausedBy && r.server == symptom.server && r.Severity > checks.OK
}

// mayExplain tells whether what is known of both allows the link.
func (r row) mayExplain(symptom row) bool {
	return !slices.Contains(symptom.NotCausedBy, r.check.ID) && (len(r.Explains) == 0 || slices.Contains(r.Explains, symptom.check.ID))
}

// onProcessOf tells whether both may be about the same process.
func (r row) onProcessOf(symptom row) bool {
	mine, theirs := r.processes(), symptom.processes()
	return len(mine) == 0 || len(theirs) == 0 || slices.ContainsFunc(mine, func(p string) bool { return slices.Contains(theirs, p) })
}

// inTimeFor tells whether a row did not begin after the symptom did, as far as that is known.
func (r row) inTimeFor(symptom row) bool {
	return r.since == nil || symptom.since == nil || !r.check.BeganAt(*r.since).After(*symptom.since)
}

// processes are those that a row is about; none: it may be any.
func (r row) processes() []string {
	if len(r.Processes) == 0 && r.check.PerProcess && r.Subject.Key() != "" {
		return []string{r.Subject.Key()}
	}
	return r.Processes
}
