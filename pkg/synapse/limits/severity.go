package limits

// Severity is how bad something is. Unknown means that nobody could look; it ranks with OK and never alarms.
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
	case Unknown:
	}
	return "unknown"
}

// Rank sorts: 0 ok or unknown, 1 info, 2 warning, 3 critical.
func (s Severity) Rank() int64 { return int64(max(s, OK)) }
