package checks

import (
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
)

// Cause is a check whose findings may explain another one's, and what tells that one of them does. Both findings are about the
// same process where both are about processes.
type Cause struct {
	Check string
	By    Link
}

// Link is what ties a symptom to its cause. LoopTime and DatabaseTime are measured, in seconds per second: such a link holds for
// every finding that takes a large enough part of what the symptom takes, however harmless it is by itself.
type Link int

const (
	// Found means that a warning of the cause stands for itself, such as a lost connection.
	Found Link = iota
	// Named means that the symptom's finding names the subject that a warning must be about, such as the cache before a transaction.
	Named
	// LoopTime is time of the event loop of the findings' process. A share of requests that are slow counts as the share of time
	// in which they were held up: whoever holds the loop up for less can't have made so many wait.
	LoopTime
	// DatabaseTime is time in transactions.
	DatabaseTime
)

// Text completes "it explains where …" for the documentation.
func (l Link) Text() string {
	switch l {
	case Named:
		return "it is about what this finding names"
	case LoopTime:
		return "it takes at least " + Explaining.String() + " of the event loop's time that this finding is about"
	case DatabaseTime:
		return "it takes at least " + Explaining.String() + " of the database time that this finding is about"
	case Found:
	}
	return ""
}

// Explaining is the one number of all links that are measured.
var Explaining = limits.Limit{Name: "explaining", Value: 0.2, Unit: "percentunit", Meaning: "part of a symptom's quantity from which its cause explains it",
	Source: "ours: a fifth; without what takes less, the symptom would still be there"}

// whenFound are causes whose warnings stand for themselves, the likeliest first.
func whenFound(checks ...string) []Cause { return causesBy(Found, checks) }

// whenNamed are causes that must be about what the symptom names.
func whenNamed(checks ...string) []Cause { return causesBy(Named, checks) }

// byLoopTime are causes that hold the event loop up.
func byLoopTime(checks ...string) []Cause { return causesBy(LoopTime, checks) }

// byDatabaseTime are causes that keep the database busy.
func byDatabaseTime(checks ...string) []Cause { return causesBy(DatabaseTime, checks) }

func causesBy(link Link, checks []string) []Cause {
	causes := make([]Cause, len(checks))
	for i, check := range checks {
		causes[i] = Cause{check, link}
	}
	return causes
}

// Amounts is how much a finding takes of what links are measured by.
type Amounts map[Link]float64

// Part is how much of another finding one explains, compared with causes of the same link; 0: it does not explain it. What is not
// measured explains nothing.
func (c Cause) Part(cause, symptom Finding) float64 {
	switch c.By {
	case Found:
		return partIf(cause.Severity >= Warning)
	case Named:
		return partIf(cause.Severity >= Warning && slices.Contains(symptom.CauseSubjects, cause.Subject.Key()))
	case LoopTime, DatabaseTime:
	}
	taken, whole := cause.Takes[c.By], symptom.Takes[c.By]
	if c.By == DatabaseTime && symptom.Transactions != nil && cause.Subject.Key() != "" {
		taken = symptom.Transactions[cause.Subject.Key()]
	}
	if cause.Severity <= OK || whole <= 0 || taken < Explaining.Value*whole {
		return 0
	}
	return taken / whole
}

func partIf(all bool) float64 {
	if all {
		return 1
	}
	return 0
}

// takingDatabaseTime is the finding with the database time of the transactions that it waits for.
func (f Finding) takingDatabaseTime(of []Sample) Finding {
	f.Takes, f.Transactions = Amounts{LoopTime: f.Takes[LoopTime]}, map[string]float64{}
	for _, t := range of {
		f.Transactions[subjectOfTransaction(t)] = t.Value
		f.Takes[DatabaseTime] += t.Value
	}
	return f
}

// CauseOf gives the link to a check that may explain this one, and its rank: what has a lower one is named first. Causes that are
// measured alike and stand side by side have the same, so that the largest is named.
func (c Check) CauseOf(id string) (cause Cause, rank int, declared bool) {
	for i, cause := range c.Causes {
		if i > 0 && (cause.By <= Named || cause.By != c.Causes[i-1].By) {
			rank = i
		}
		if cause.Check == id {
			return cause, rank, true
		}
	}
	return Cause{}, 0, false
}

// causeIDs are the checks of links.
func causeIDs(causes []Cause) []string {
	ids := make([]string, len(causes))
	for i, cause := range causes {
		ids[i] = cause.Check
	}
	return ids
}
