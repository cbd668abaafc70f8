package checks

import (
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// Refusal is why PostgreSQL gave this data source no new connection. Sessions that are open say nothing: they go on working
// where new ones hang.
type Refusal struct {
	Kind RefusalKind
	// Why is worded for people: what happened and what to do.
	Why string
}

// RefusalKind is how PostgreSQL refused.
type RefusalKind int

// The kinds.
const (
	// Unreachable: nobody listens, or there is no way there.
	Unreachable RefusalKind = iota
	// NotLetIn: user, password, TLS or pg_hba.conf.
	NotLetIn
	// NoneFree: all connections are used up.
	NoneFree
	// Starting: it starts up, shuts down or recovers.
	Starting
	// Deaf: it accepted the connection and did not answer.
	Deaf
)

var refusalTitles = map[RefusalKind]string{
	Unreachable: "PostgreSQL is unreachable",
	NotLetIn:    "PostgreSQL refuses this data source",
	NoneFree:    "PostgreSQL has no free connection",
	Starting:    "PostgreSQL is starting or stopping",
	Deaf:        "PostgreSQL does not answer",
}

var refusalSteps = []string{
	"Check that PostgreSQL runs: `systemctl status postgresql`, `pg_isready -h <host>` from Grafana's host, and the end of its log.",
	"If Synapse is well, this data source alone is refused: check its user, password and TLS mode, `pg_hba.conf`, and the firewall between Grafana and the database.",
	"If all connections are used up, see who has them: `SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC`.",
}

// alone is the finding where nothing else is wrong: most likely only this data source is refused. A database that starts is
// no outage yet.
func (r *Refusal) alone(answered float64) Finding {
	f := Finding{Subject: Subject{Name: "PostgreSQL"}, Severity: Warning, Title: refusalTitles[r.Kind], Steps: refusalSteps, Confidence: 0.7,
		Evidence: fmt.Sprintf("%s No request of Synapse fails or hangs: %s answered in the last 5 min.", r.Why, words.Count(answered, "was", "were"))}
	if r.Kind == Starting {
		f.Severity = Info
	}
	return f
}

// with is the finding about a process that fails or hangs while PostgreSQL refuses too: they have one cause.
func (r *Refusal) with(f Finding) Finding {
	f.Severity, f.Confidence = Critical, 0
	f.Evidence += " PostgreSQL gave this data source no new connection either: " + r.Why
	f.Steps = refusalSteps
	return f
}
