package checks

import (
	"math"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Severity of a finding. Unknown means that the check could not look; it ranks with OK and never alarms.
type Severity int

// The severities.
const (
	Unknown  Severity = -1
	OK       Severity = 0
	Info     Severity = 1
	Warning  Severity = 2
	Critical Severity = 3
)

func (s Severity) String() string {
	switch s {
	case Critical:
		return "critical"
	case Warning:
		return "warning"
	case Info:
		return "info"
	case OK:
		return "ok"
	}
	return "unknown"
}

// Rank sorts: 0 ok or unknown, 1 info, 2 warning, 3 critical.
func (s Severity) Rank() int64 { return int64(max(s, OK)) }

// Subject is what a finding is about: the whole homeserver (zero value), a named thing, or a room or another homeserver,
// which prints its pseudonym unless the viewer may see it.
type Subject struct {
	Name   string
	Hidden query.Hidden
}

// Text is the subject for one viewer.
func (s Subject) Text(view query.View) string {
	if s.Hidden != nil {
		return s.Hidden.In(view)
	}
	return s.Name
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
	Severity Severity
	// Title says what is wrong in a few words; empty takes the check's.
	Title string
	// Evidence is the numbers with their units that the severity rests on.
	Evidence string
	// EvidenceFor is Evidence where it depends on who looks: members and times of a room.
	EvidenceFor func(query.View) string
	// Value is the number that decided, in the check's unit; Threshold the one it passed.
	Value, Threshold *float64
	// Unit is the Grafana unit of Value and Threshold where another number than usual decided; empty: the check's.
	Unit string
	// Advice is what to do, from harmless to risky; never SQL that writes.
	Advice string
	// Remedy is the one concrete next step: a setting, a query to look at.
	Remedy string
	// Confidence is 0..1; 0 is taken as 1.
	Confidence float64
	// CausedBy is set where the check itself knows which one explains it; else the diagnosis looks for a cause.
	CausedBy string
	// NotCausedBy are causes of the check that do not explain this finding: they are about other things.
	NotCausedBy []string
	// Processes are those that the finding is about, where its subject is none: what is wrong with another process does
	// not explain it. Empty: any may.
	Processes []string
	// CauseSubject is the one subject whose finding explains this one, such as the cache before a transaction. Empty: any.
	CauseSubject string
	// Explains are the only checks whose findings this one explains. Empty: all that name its check as a cause.
	Explains []string
}

// Told is the evidence for one viewer.
func (f Finding) Told(view query.View) string {
	if f.EvidenceFor != nil {
		return f.EvidenceFor(view)
	}
	return f.Evidence
}

// Measured is the number that decided for one viewer: how long something has lasted in a hidden room is told in days.
func (f Finding) Measured(view query.View, unit string) *float64 {
	if f.Value == nil || unit != "s" || f.Subject.Hidden == nil || f.Subject.Hidden.HiddenFrom(view) == "" {
		return f.Value
	}
	day := query.Day.Seconds()
	return Threshold(math.Floor(*f.Value/day) * day)
}

// Fine is an "ok" with its evidence.
func Fine(evidence string) []Finding { return []Finding{{Severity: OK, Evidence: evidence}} }

// Blind is an "unknown" with the reason why the check could not look.
func Blind(reason string) []Finding { return []Finding{{Severity: Unknown, Evidence: reason}} }

// Unseen is an "unknown" about a part of what a check looks at. It stands beside what the check says of the rest, so that
// an alert about the rest can end.
func Unseen(part, reason string) Finding {
	return Finding{Subject: Subject{Name: part}, Severity: Unknown, Evidence: reason}
}

// Absent is Blind for a metric that Prometheus does not have.
func Absent(metric string) []Finding {
	return Blind("Prometheus has no " + metric + " of this homeserver. Is every process scraped, and is Synapse recent enough?")
}

// Graded makes a finding whose severity comes from the thresholds; the threshold it passed is filled in.
func (in Input) Graded(value float64, f Finding) Finding {
	f.Severity, f.Value = in.Grade(value), &value
	switch f.Severity {
	case Critical:
		f.Threshold = Threshold(in.Critical)
	case Warning:
		f.Threshold = Threshold(in.Warning)
	case OK, Info, Unknown:
		if in.Warning < never {
			f.Threshold = Threshold(in.Warning)
		}
	}
	return f
}
