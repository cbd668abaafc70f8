package checks

import (
	"context"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Check is one question about a homeserver's health. ID is public API.
type Check struct {
	ID    string
	Title string
	// Meaning says in a sentence or two what the check is about; the documentation shows it.
	Meaning string
	// Decides says what number decides, over which time, and below what volume the check does not judge.
	Decides string
	// Source is where the thresholds come from: the guide, Synapse's source, or ours.
	Source string
	// CannotKnow is what the check can't see.
	CannotKnow string
	// Unit is the Grafana unit of Finding.Value and of the thresholds.
	Unit string
	// Warning and Critical are the default thresholds of Finding.Value; nil where that severity never happens or no
	// number decides.
	Warning, Critical *float64
	// TwoNumbers: Warning and Critical are thresholds of two different numbers, so either may be the higher one.
	TwoNumbers bool
	// Causes are checks whose findings explain this one's, the likeliest first. They form chains without circles.
	Causes []string
	// PerProcess: its subjects are processes. Among such checks only a finding about the same process explains another.
	PerProcess bool
	// WithoutSynapse: it judges a homeserver of which Prometheus has nothing, to report just that. Every other check
	// that reads Prometheus only is blind there.
	WithoutSynapse bool
	// Measures names the PromQL queries that Judge reads, by name. Every one gives a vector labelled server_name (and
	// job, index, instance where it is per process).
	Measures func(Where) map[string]string
	// Read asks PostgreSQL, in a read-only transaction; nil where the check needs Prometheus only. Judge finds its
	// answer in Input.Rows.
	Read func(ctx context.Context, tx query.Tx, in ReadInput) (any, error)
	// ReadOnce names an answer that several checks share: those that give the same name have the same Read, and it runs
	// once for all of them. Empty: the answer is this check's own.
	ReadOnce string
	// Signal is PromQL for the number that decides, per homeserver and subject labels, to see since when it is too
	// high; nil where history can't tell.
	Signal func(Where) Signal
	// Judge says what is wrong with one homeserver. No finding means "fine".
	Judge func(Input) []Finding
}

// ReadInput is what a Read may know.
type ReadInput struct {
	Now     time.Time
	Options query.Options
}

// Signal is a number over time and how its series name subjects.
type Signal struct {
	PromQL string
	// Subject names the subject of a series, as Judge does.
	Subject func(labels map[string]string) string
}

// Threshold gives a literal threshold.
func Threshold(v float64) *float64 { return &v }
