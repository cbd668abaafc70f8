package checks

import (
	"math"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
)

// graded makes a finding whose severity comes from the thresholds; the threshold it passed, or the one it would have to
// pass, is filled in.
func (in Input) graded(value float64, f Finding) Finding {
	f.Severity, f.Value = in.Grade(value), &value
	switch threshold := in.Levels; {
	case f.Severity == Critical:
		f.Threshold = limits.At(threshold.Critical)
	case !math.IsInf(threshold.Warning, 1):
		f.Threshold = limits.At(threshold.Warning)
	}
	return f
}

// raisedBy is the finding after a second number was looked at: where that number is worse than what decided so far, it
// decides. worded then gives the finding its title and evidence.
func (f Finding) raisedBy(value float64, warning, critical limits.Limit, worded func(*Finding)) Finding {
	severity, passed := OK, warning
	switch {
	case value >= critical.Value:
		severity, passed = Critical, critical
	case value >= warning.Value:
		severity = Warning
	}
	if severity <= f.Severity {
		return f
	}
	f.Severity, f.Value, f.Threshold, f.Unit = severity, &value, limits.At(passed.Value), passed.Unit
	if f.Unit == "" {
		f.Unit = "none"
	}
	worded(&f)
	return f
}

// noLimit is a severity that a second number never reaches.
var noLimit = limits.Limit{Value: math.Inf(1)}
