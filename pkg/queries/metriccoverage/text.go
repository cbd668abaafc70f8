package metriccoverage

import "strings"

// statusHelp explains the statuses.
const statusHelp = "present, older-name (read under the name of an older version), other-version (this version of Synapse does not have it), " +
	"not-yet (comes with an event, a role, or an hour after the start) or absent."

// meaning is what the metric says, how its processes' numbers become one, and which version has it where this one does not.
func (r row) meaning() string {
	return strings.TrimSpace(r.Meaning + " Over processes: " + string(r.Aggregate) + ". " + r.note)
}
