package checks

import (
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// SwappedThresholds says of which checks the thresholds in force are in the wrong order, a sentence for each. They are
// used all the same: a stored setting must not end what worked. Every check's number gets worse upwards.
func SwappedThresholds(all []Check, o settings.Settings) []string {
	var notes []string
	for _, c := range all {
		levels := c.Thresholds.In(o.Thresholds)
		if c.Thresholds.Warning == nil || c.Thresholds.TwoNumbers || levels.Warning <= levels.Critical {
			continue
		}
		low, high := plain(levels.Critical), plain(levels.Warning)
		admin := o.Thresholds[c.ID]
		notes = append(notes, fmt.Sprintf("The thresholds of %s are in the wrong order: warning %s%s is above critical %s%s. "+
			"In the data source settings, set warning to %s or less, or critical to %s or more.",
			c.ID, high, defaultMark(admin.Warning), low, defaultMark(admin.Critical), low, high))
	}
	return notes
}

func defaultMark(admin *float64) string {
	if admin == nil {
		return " (default)"
	}
	return ""
}
