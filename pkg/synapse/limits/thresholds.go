package limits

import (
	"math"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// Thresholds are the two numbers of a check that an admin can override. Tables that judge the same thing use them too.
type Thresholds struct {
	// Check is the id of the check, and so the key of the admin's setting.
	Check string
	// Warning and Critical are the defaults; nil where that severity never happens or no number decides.
	Warning, Critical *float64
	// Unit is the Grafana unit of both.
	Unit string
	// WarningOf and CriticalOf say what the number is, for the documentation and alert texts: "of the sends slower than 1 s".
	WarningOf, CriticalOf string
	// TwoNumbers: they are thresholds of two different numbers, so either may be the higher one.
	TwoNumbers bool
	// Source is where the defaults come from.
	Source string
}

// At gives a literal threshold.
func At(v float64) *float64 { return &v }

// Levels are the thresholds in force; +Inf where a severity never happens.
type Levels struct{ Warning, Critical float64 }

// In gives the thresholds in force where the admin has set these.
func (t Thresholds) In(overrides map[string]settings.Threshold) Levels {
	own := overrides[t.Check]
	return Levels{pick(own.Warning, t.Warning), pick(own.Critical, t.Critical)}
}

func pick(choices ...*float64) float64 {
	for _, choice := range choices {
		if choice != nil {
			return *choice
		}
	}
	return math.Inf(1)
}

// Grade compares a value with the thresholds: every number gets worse upwards.
func (l Levels) Grade(value float64) Severity {
	switch {
	case value >= l.Critical:
		return Critical
	case value >= l.Warning:
		return Warning
	}
	return OK
}

// Texts are the thresholds in words, for placeholders: {warning} and {critical}.
func (l Levels) Texts(unit string) map[string]string {
	texts := map[string]string{}
	for name, value := range map[string]float64{"warning": l.Warning, "critical": l.Critical} {
		texts[name] = "never"
		if !math.IsInf(value, 1) {
			texts[name] = words.Value(value, unit)
		}
	}
	return texts
}
