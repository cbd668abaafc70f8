package checks

import (
	"cmp"
	"context"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	rooms "github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
)

// Check is one question about a homeserver's health. ID is public API.
//
// Meaning, Decides, CannotKnow and Steps may name numbers in braces: {warning} and {critical} for the thresholds, and
// {name} for a limit of Limits. Prose never repeats a number that these hold.
type Check struct {
	ID string
	// Topic is what a check that found nothing is called: "Event loop" makes "Event loop: OK" and "Event loop: unknown".
	Topic string
	// Title names the problem in 2 to 6 words: "Event loop overloaded".
	Title string
	// Meaning says in a sentence or two what the check is about, for the documentation and for alerts.
	Meaning string
	// Decides says what number decides, over which time, and below what volume the check does not judge.
	Decides string
	// CannotKnow is what the check can't see.
	CannotKnow string
	// Thresholds are those that an admin can override.
	Thresholds limits.Thresholds
	// Limits are the further numbers that decide.
	Limits []limits.Limit
	// Steps are what to do, the first one first, each an imperative. A finding shows the first three unless it has its own;
	// the check's page shows all.
	Steps []string
	// Causes are checks whose findings explain this one's, the likeliest first; among neighbours that are measured alike the largest
	// is named. They form chains without circles.
	Causes []Cause
	// Symptom: it shows that something is slow, never why. Among findings of equal severity it stands below what may be why.
	Symptom bool
	// Panel is the id of the dashboard panel that shows what the check measures.
	Panel string
	// PerProcess: its subjects are processes. Among such checks only a finding about the same process explains another.
	PerProcess bool
	// WithoutSynapse: it judges a homeserver of which Prometheus has nothing, to report just that. Every other check
	// that reads Prometheus only is blind there.
	WithoutSynapse bool
	// CriticalToo: a finding may be critical although the thresholds have no critical one: another number decides.
	CriticalToo bool
	// For is how long something must be wrong before an alert fires, where that is not the usual time: "1m".
	For string
	// Completions: it measures what finished, so where requests fail or hang its "ok" proves nothing and becomes "unknown".
	Completions bool
	// Connects: whether PostgreSQL gives this data source a new connection is part of the answer: Input.Refusal.
	Connects bool
	// LostSource is the loss of a source that this check's alert reports too.
	LostSource LostSource
	// Measures are the PromQL queries that Judge reads.
	Measures []*Measurement
	// Read asks PostgreSQL, in a read-only transaction; nil where the check needs Prometheus only. Judge finds its
	// answer in Input.Rows.
	Read func(ctx context.Context, tx query.Tx, in ReadInput) (any, error)
	// Ranks: Read needs the rooms by their extremities, which are counted in the background: ReadInput.Ranking.
	Ranks bool
	// WholeTable: Read reads all of a table, so it does not run where the settings allow no such statement.
	WholeTable bool
	// ReadOnce names an answer that several checks share: those that give the same name have the same Read, and it runs
	// once for all of them. Empty: the answer is this check's own.
	ReadOnce string
	// Apart: it is asked first and on a connection of its own, so that it answers where all others wait.
	Apart bool
	// Signal is the measurement whose history tells since when the number that decides is too high; nil where history
	// can't tell.
	Signal *Signal
	// Rises is how long after something began the signal may pass a threshold, where that is longer than usual.
	Rises time.Duration
	// Judge says what is wrong with one homeserver. No finding means "fine".
	Judge func(Input) []Finding
	// Rule is the alert rule for Prometheus itself.
	Rule Rule
}

// ReadInput is what a Read may know.
type ReadInput struct {
	Now      time.Time
	Settings settings.Settings
	// Memory keeps what earlier reads found.
	Memory *query.Memory
	// Ranking is there for checks that rank.
	Ranking rooms.Ranking
}

// Signal is a number over time and how its series name subjects.
type Signal struct {
	*Measurement
	// Subject names the subject of a series, as Judge does; nil: the whole homeserver.
	Subject func(Sample) string
	// SinceOnly: it tells when something began that Judge found, but above a threshold it is not always something wrong.
	SinceOnly bool
}

// Rule is how one PromQL expression decides what the check decides.
type Rule struct {
	// Expr is a text/template of PromQL that has a series per homeserver where something is wrong. In it {{.name}} is a
	// measurement's expression (of Measures, by its name) or a limit's number, and {{.threshold}} is the threshold of the
	// severity that the rule is made for: once for the warning, once for critical where the check has both
	// ({{.warning}} and {{.critical}} are always those). {{.by}} is the
	// labels that tell processes apart, with server_name in front. {{pick .a .b}} is the first limit in the warning's rule and the
	// second one in the critical one's.
	Expr string
	// Uses are measurements that the rule needs and Judge does not.
	Uses []*Measurement
	// WarningOnly: the check has a critical threshold, but one expression can't decide it.
	WarningOnly bool
	// None says why there is no rule; empty where there is one, or where the check reads PostgreSQL.
	None string
}

// LostSource says which loss of a source the check's alert reports, besides what the check finds.
type LostSource int

// The kinds.
const (
	NoLostSource LostSource = iota
	// PrometheusSilent: the data source gets no answer.
	PrometheusSilent
	// SynapseAbsent: Prometheus has nothing of Synapse.
	SynapseAbsent
)

// pendingPeriod is how long something must be wrong before an alert fires. Source: ours, as Prometheus' own examples.
const pendingPeriod = "5m"

// usualRise is the longest window of most signals. Source: ours.
const usualRise = time.Hour

// BeganAt is the earliest moment at which what was found may have begun.
func (c Check) BeganAt(since time.Time) time.Time { return since.Add(-cmp.Or(c.Rises, usualRise)) }

// PendingPeriod is the "for" of the check's alerts.
func (c Check) PendingPeriod() string { return cmp.Or(c.For, pendingPeriod) }

// AlarmsOnce tells that the check never becomes critical, so it has one alert.
func (c Check) AlarmsOnce() bool { return c.Thresholds.Critical == nil && !c.CriticalToo }
