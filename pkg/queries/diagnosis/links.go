package diagnosis

import (
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
)

// explained gives each finding without a cause of its own the first of its check's causes that explains it.
func explained(rows []row) []row {
	for i, r := range rows {
		if r.Severity <= checks.OK {
			continue
		}
		if known, is := checks.Find(r.CausedBy); is {
			rows[i].causeTitle = known.Title
			continue
		}
		for _, link := range r.check.Causes {
			at := slices.IndexFunc(rows, func(other row) bool { return other.check.ID == link.Check && other.explains(r) })
			if at >= 0 {
				rows[i].CausedBy, rows[i].causeTitle = link.Check, rows[at].title()
				break
			}
		}
	}
	return rows
}

// explains tells whether a row is a cause of another one: large enough, unless the other's check knows better, at the same time,
// and about one of the other's processes where it is about a process.
func (r row) explains(symptom row) bool {
	if r.server != symptom.server || symptom.Severity <= checks.OK {
		return false
	}
	link, declared := symptom.check.CauseOf(r.check.ID)
	if !declared {
		return r.check.ID == symptom.CausedBy && r.Severity > checks.OK
	}
	return link.IsEnough(r.Finding, symptom.Finding) && r.mayExplain(symptom) && r.onProcessOf(symptom) && r.inTimeFor(symptom)
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
