package checks

import (
	"fmt"
	"strconv"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// never is a threshold that no value reaches.
const never = 1e308

func thresholds(c Check, o query.Options) (warning, critical float64) {
	pick := func(own, admin *float64) float64 {
		switch {
		case admin != nil:
			return *admin
		case own != nil:
			return *own
		}
		return never
	}
	override := o.Thresholds[c.ID]
	return pick(c.Warning, override.Warning), pick(c.Critical, override.Critical)
}

// SwappedThresholds says of which checks the thresholds in force are in the wrong order, a sentence for each. They are
// used all the same: a stored setting must not end what worked. Every check's number gets worse upwards.
func SwappedThresholds(all []Check, o query.Options) []string {
	var notes []string
	for _, c := range all {
		warning, critical := thresholds(c, o)
		if c.Warning == nil || c.TwoNumbers || warning <= critical {
			continue
		}
		least, most := plain(critical), plain(warning)
		admin := o.Thresholds[c.ID]
		notes = append(notes, fmt.Sprintf("The thresholds of %s have warning (%s%s) above critical (%s%s), so it becomes critical without having been a warning: "+
			"in the data source settings, set warning to %s or less, or critical to %s or more.",
			c.ID, most, ownMark(admin.Warning), least, ownMark(admin.Critical), least, most))
	}
	return notes
}

func ownMark(admin *float64) string {
	if admin == nil {
		return ", the default"
	}
	return ""
}

// plain is a number as it is typed into a setting.
func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
