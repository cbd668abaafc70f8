package checks

import (
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
)

// Cause is a check whose findings may explain another one's, and what tells that one of them does. Both findings are about the
// same process where both are about processes.
type Cause struct {
	Check string
	By    Quantity
}

// Quantity is what cause and symptom both take, in seconds per second. A link that has one holds for every finding that takes
// a large enough part of what the symptom takes, however harmless it is by itself.
type Quantity int

const (
	// NoQuantity: a warning of the cause stands for itself, such as a lost connection.
	NoQuantity Quantity = iota
	// LoopTime is time of the event loop of the findings' process. A share of requests that are slow counts as the share of time
	// in which they were held up: whoever holds the loop up for less can't have made so many wait.
	LoopTime
	// DatabaseTime is time in transactions.
	DatabaseTime
)

// Text completes "it explains where …" for the documentation.
func (q Quantity) Text() string {
	switch q {
	case LoopTime:
		return "it takes at least " + Explaining.String() + " of the event loop's time that this finding is about"
	case DatabaseTime:
		return "it takes at least " + Explaining.String() + " of the database time that this finding is about"
	case NoQuantity:
	}
	return ""
}

// Explaining is the one number of all links that are measured.
var Explaining = limits.Limit{Name: "explaining", Value: 0.25, Unit: "percentunit", Meaning: "part of a symptom's quantity from which its cause explains it",
	Source: "ours: what takes less leaves most of the symptom there when it is gone"}

// whenFound are causes whose warnings stand for themselves, the likeliest first.
func whenFound(checks ...string) []Cause { return causesBy(NoQuantity, checks) }

// byLoopTime are causes that hold the event loop up.
func byLoopTime(checks ...string) []Cause { return causesBy(LoopTime, checks) }

// byDatabaseTime are causes that keep the database busy.
func byDatabaseTime(checks ...string) []Cause { return causesBy(DatabaseTime, checks) }

func causesBy(q Quantity, checks []string) []Cause {
	causes := make([]Cause, len(checks))
	for i, check := range checks {
		causes[i] = Cause{check, q}
	}
	return causes
}

// Amounts is how much a finding takes, by quantity.
type Amounts map[Quantity]float64

// IsEnough tells whether a finding is large enough to explain another one. Without a measured quantity it is not.
func (c Cause) IsEnough(cause, symptom Finding) bool {
	if c.By == NoQuantity {
		return cause.Severity >= Warning
	}
	whole := symptom.Takes[c.By]
	return cause.Severity > OK && whole > 0 && cause.Takes[c.By] >= Explaining.Value*whole
}

// CauseOf gives the link to a check that may explain this one.
func (c Check) CauseOf(id string) (Cause, bool) {
	at := slices.IndexFunc(c.Causes, func(cause Cause) bool { return cause.Check == id })
	if at < 0 {
		return Cause{}, false
	}
	return c.Causes[at], true
}

// causeIDs are the checks of links.
func causeIDs(causes []Cause) []string {
	ids := make([]string, len(causes))
	for i, cause := range causes {
		ids[i] = cause.Check
	}
	return ids
}
