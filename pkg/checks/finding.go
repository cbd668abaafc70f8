package checks

import (
	"math"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// The severities, by their short names.
const (
	Unknown  = limits.Unknown
	OK       = limits.OK
	Info     = limits.Info
	Warning  = limits.Warning
	Critical = limits.Critical
)

// Subject is what a finding is about: the whole homeserver (zero value), a named thing, or a room or another homeserver,
// which prints its pseudonym unless the viewer may see it.
type Subject struct {
	Name   string
	Hidden query.Hidden
	// Called is the name of a hidden thing, such as the room's; nil where it has none or nobody asked.
	Called *string
}

// Text is the subject for one viewer.
func (s Subject) Text(view query.View) string {
	if s.Hidden != nil {
		return s.Hidden.In(view)
	}
	return s.Name
}

// NameIn is what a person calls the subject: a room's name, else its id; empty where the viewer may not know it.
func (s Subject) NameIn(view query.View) string {
	switch {
	case s.Hidden == nil:
		return s.Name
	case s.Hidden.HiddenFrom(view) != "":
		return ""
	case s.Called != nil && *s.Called != "":
		return *s.Called
	}
	return s.Hidden.In(view)
}

// Key names the subject wherever no viewer is known: in labels, to find it again.
func (s Subject) Key() string { return s.Text(query.View{}) }

// Pseudonym is that of a room or another homeserver, whoever looks; empty for other subjects.
func (s Subject) Pseudonym() string {
	if s.Hidden == nil {
		return ""
	}
	return s.Hidden.String()
}

// Finding is what a check found about one subject. Texts never name a room; Subject does.
type Finding struct {
	Subject  Subject
	Severity limits.Severity
	// Title names the problem where it is another one than the check's.
	Title string
	// Evidence is at most two sentences, the numbers first, with unit and period.
	Evidence string
	// EvidenceFor is Evidence where it depends on who looks: members and times of a room.
	EvidenceFor func(query.View) string
	// Value is the number that decided, in the check's unit; Threshold the one it passed.
	Value, Threshold *float64
	// Unit is the Grafana unit of Value and Threshold where another number than usual decided; empty: the check's.
	Unit string
	// Steps are what to do about this finding, at most three, the first one first; empty takes the check's. Never SQL that
	// writes.
	Steps []string
	// Confidence is 0..1; 0 is taken as 1.
	Confidence float64
	// Unfinished is why checks that measure what finished can't say "ok" while this lasts; empty: they can.
	Unfinished string
	// Takes is how much the finding takes of what links are measured by, as a cause and as a symptom.
	Takes Amounts
	// CausedBy is set where the check itself knows which one explains it; else the diagnosis looks for a cause.
	CausedBy string
	// NotCausedBy are causes of the check that do not explain this finding: they are about other things.
	NotCausedBy []string
	// Processes are those that the finding is about, where its subject is none: what is wrong with another process does
	// not explain it. Empty: any may.
	Processes []string
	// CauseSubjects are the subjects whose findings explain this one where a link is Named, such as the cache before a transaction.
	CauseSubjects []string
	// Transactions are how much of DatabaseTime each transaction takes within this finding, where the check knows: what one
	// takes elsewhere does not count.
	Transactions map[string]float64
	// Explains are the only checks whose findings this one explains. Empty: all that name its check as a cause.
	Explains []string
}

// sentence joins the clauses that there are; it begins with a space, as it follows another one.
func sentence(clauses ...string) string {
	clauses = slices.DeleteFunc(clauses, func(c string) bool { return c == "" })
	if len(clauses) == 0 {
		return ""
	}
	text := strings.Join(clauses, "; ")
	return " " + strings.ToUpper(text[:1]) + text[1:] + "."
}

// EvidenceIn is the evidence for one viewer.
func (f Finding) EvidenceIn(view query.View) string {
	if f.EvidenceFor != nil {
		return f.EvidenceFor(view)
	}
	return f.Evidence
}

// ValueIn is the number that decided for one viewer: a duration about a hidden room is cut to days.
func (f Finding) ValueIn(view query.View, unit string) *float64 {
	if f.Value == nil || unit != "s" || f.Subject.Hidden == nil || f.Subject.Hidden.HiddenFrom(view) == "" {
		return f.Value
	}
	day := query.Day.Seconds()
	return limits.At(math.Floor(*f.Value/day) * day)
}

// okFinding is an "ok" with its evidence.
func okFinding(evidence string) []Finding { return []Finding{{Severity: OK, Evidence: evidence}} }

// UnknownFinding is an "unknown" with the reason why the check could not look.
func UnknownFinding(reason string) []Finding { return []Finding{{Severity: Unknown, Evidence: reason}} }

// partlyUnknown is an "unknown" about a part of what a check looks at. It stands beside what the check says of the rest,
// so that an alert about the rest can end.
func partlyUnknown(part, reason string) Finding {
	return Finding{Subject: Subject{Name: part}, Severity: Unknown, Evidence: reason}
}

// metricMissing is UnknownFinding for a metric that Prometheus does not have.
func metricMissing(m *metrics.Metric) []Finding {
	text := "Prometheus has no " + m.Name + " for this homeserver. Check that every process is scraped."
	if m.Since != "" {
		text = "Prometheus has no " + m.Name + " for this homeserver. It comes with Synapse " + m.Since + "; check that every process is scraped."
	}
	return UnknownFinding(text)
}
