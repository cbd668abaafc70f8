// Package transactions judges Synapse's database transactions. The checks database-cost and database-chatty and the table of
// transactions call the same functions, so a row is hot or chatty only where the check about it warns.
package transactions

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"

// Verdict is what the table says about a transaction.
type Verdict string

// The verdicts.
const (
	Hot     Verdict = "hot"         // database-cost warns about it
	Slow    Verdict = "slow"        // each call takes long
	Chatty  Verdict = "chatty"      // database-chatty warns about it
	Routine Verdict = "maintenance" // Synapse runs it by itself
	Quiet   Verdict = "quiet"
)

// PersistEvents writes events. It normally leads the list, so only its growth is a problem.
const PersistEvents = "persist_events"

// Usage is what one transaction took within a window, over all processes of a homeserver.
type Usage struct {
	Name string
	// Calls per second, and Cost in seconds of database time per second.
	Calls, Cost float64
	// AllCalls and AllCost are those of all transactions of the homeserver.
	AllCalls, AllCost float64
	// CostBefore is the cost in the same window a week earlier, 0 where it was next to nothing; nil where the two weeks
	// can't be compared.
	CostBefore *float64
}

// Mean is the duration of one call in seconds, 0 where it had too few calls to tell.
func (u Usage) Mean() float64 { return ratio(u.Cost, u.Calls) }

// Share is the part of the homeserver's whole database time.
func (u Usage) Share() float64 { return ratio(u.Cost, u.AllCost) }

// CallShare is the part of the homeserver's calls.
func (u Usage) CallShare() float64 { return ratio(u.Calls, u.AllCalls) }

func ratio(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return part / whole
}

// Grown tells whether it costs so much more than a week ago that it matters.
func (u Usage) Grown() bool {
	return u.CostBefore != nil && u.Cost >= Growth.Value**u.CostBefore && u.Share() >= GrownShare.Value && u.Cost >= GrownCost.Value
}

// CostSeverity is how bad it is that the transaction costs so much. Levels are CostThresholds in force.
func (u Usage) CostSeverity(levels limits.Levels) limits.Severity {
	grown, largest := u.Grown(), u.Share() >= LargestShare.Value && u.Cost >= levels.Warning
	severity := limits.OK
	switch {
	case u.AllCost < EnoughCost.Value:
	case grown && u.Cost >= levels.Critical:
		severity = limits.Critical
	case grown && u.Cost >= levels.Warning, largest && u.Name != PersistEvents:
		severity = limits.Warning
	case grown, largest:
		severity = limits.Info
	}
	if IsMaintenance(u.Name) {
		return min(severity, limits.Info)
	}
	return severity
}

// CalledTooOften tells whether a cheap transaction runs so often that its caller or its cache deserves a look. Levels are
// CallsThresholds in force.
func (u Usage) CalledTooOften(levels limits.Levels) bool {
	return u.AllCalls >= EnoughCalls.Value && u.Calls >= levels.Warning && u.CallShare() >= FrequentFrom.Value &&
		u.Mean() < QuickBelow.Value && !IsMaintenance(u.Name)
}

// Verdict is what the table says.
func (u Usage) Verdict(cost, calls limits.Levels) Verdict {
	expensive := u.CostSeverity(cost) >= limits.Warning
	long := u.Mean() >= SlowCall.Value
	switch {
	case IsMaintenance(u.Name):
		return Routine
	case expensive && !(long && u.Calls < RareBelow.Value):
		return Hot
	case u.CalledTooOften(calls):
		return Chatty
	case expensive, long && u.Share() >= SlowShare.Value && u.AllCost >= EnoughCost.Value:
		return Slow
	}
	return Quiet
}
