// Package upstream holds what the two upstream clients share: the typed error that a user may see. Only the clients
// below this folder make Faults; whoever runs a query passes them on unread.
package upstream

// Source tells whose mistake a fault is: ours (Plugin) or the upstream's, the network's or the settings' (Downstream).
type Source string

// The two sources, as Grafana counts them.
const (
	Plugin     Source = "plugin"
	Downstream Source = "downstream"
)

// Kind is a small closed set of causes.
type Kind string

// The causes.
const (
	Unreachable  Kind = "unreachable"
	Starting     Kind = "starting"
	Full         Kind = "full"
	Auth         Kind = "auth"
	TLS          Kind = "tls"
	Timeout      Kind = "timeout"
	Limit        Kind = "limit"
	Locked       Kind = "locked"
	MissingGrant Kind = "missing-grant"
	NotSynapse   Kind = "not-synapse"
	BadAnswer    Kind = "bad-answer"
	OwnMistake   Kind = "own-mistake"
	Canceled     Kind = "canceled"
)

// Fault is an error worded for the user. Err is the cause for the log; it never reaches the user.
type Fault struct {
	Kind    Kind
	Source  Source
	Status  int    // HTTP status for Grafana
	Message string // what happened and why
	Remedy  string // what to do
	Err     error
}

// Error is the text that a user sees.
func (f *Fault) Error() string {
	if f.Remedy == "" {
		return f.Message
	}
	return f.Message + " " + f.Remedy
}

// TimedOut tells that a limit of ours was reached: a smaller question may be answered.
func (f *Fault) TimedOut() bool { return f.Kind == Timeout }

// Unwrap gives the cause, for errors.Is.
func (f *Fault) Unwrap() error { return f.Err }
