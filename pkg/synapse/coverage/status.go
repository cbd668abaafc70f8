package coverage

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"

// Status is how a metric stands on a homeserver.
type Status string

// The statuses.
const (
	Present      Status = "present"
	OlderName    Status = "older-name"
	OtherVersion Status = "other-version" // this version of Synapse does not have it
	NotYet       Status = "not-yet"       // it comes with an event, a role, or an hour after the start
	Absent       Status = "absent"
)

// Statuses are all of them, what needs attention first.
var Statuses = []Status{Absent, OlderName, OtherVersion, NotYet, Present}

// StatusOf tells how a metric stands where these series are there and this is the newest version that runs ("" where it is
// not known), and under which name it was found. Where nothing of Synapse is there, everything is absent.
func StatusOf(m *metrics.Metric, there map[string]bool, version string) (status Status, foundAs string) {
	for n, name := range m.Marker().Names() {
		switch {
		case !there[name]:
		case n == 0:
			return Present, name
		default:
			return OlderName, name
		}
	}
	switch {
	case len(there) == 0:
		return Absent, ""
	case !m.ExistsIn(version):
		return OtherVersion, ""
	case m.Exists == metrics.OnEvent, m.Exists == metrics.ByRole, m.Exists == metrics.Hourly:
		return NotYet, ""
	}
	return Absent, ""
}

// VersionNote says of a metric that this version does not have which one does.
func VersionNote(m *metrics.Metric, version string) string {
	switch {
	case m.ExistsIn(version):
		return ""
	case m.Until != "" && (&metrics.Metric{Since: m.Since}).ExistsIn(version):
		return "Gone since Synapse " + m.Until + "; this homeserver runs " + version + "."
	}
	return "Comes with Synapse " + m.Since + "; this homeserver runs " + version + "."
}
