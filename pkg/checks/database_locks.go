package checks

import (
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var (
	lockEnough        = limits.Limit{Name: "waiters", Value: 3, Meaning: "number of sessions that wait for a lock which matters even if none is Synapse's", Source: "ours"}
	lockMost          = limits.Limit{Name: "most", Value: 0.5, Unit: "percentunit", Meaning: "share of Synapse's sessions waiting for locks that is critical", Source: "ours"}
	lockLongStatement = limits.Limit{Name: "longRun", Value: 1800, Unit: "s", Meaning: "age of a statement of Synapse that is too old", Source: "ours: Synapse itself cuts statements after 10 minutes since 1.151"}
	lockWorker        = limits.Limit{Name: "workerLock", Value: 600, Unit: "s", Meaning: "time that a worker lock of Synapse is held by the same token that is an info", Source: "ours"}
	lockWorkerLong    = limits.Limit{Name: "workerLockLong", Value: 3600, Unit: "s", Meaning: "time that a worker lock of Synapse is held by the same token that is a warning", Source: "ours"}
)

var databaseLocks = Check{
	ID:    "database-locks",
	Topic: "Database locks",
	Title: "Sessions wait for a database lock",
	Meaning: "One session of PostgreSQL holds a lock that others wait for: a forgotten psql, a migration, a statement that runs for too long. Everything that needs the table then hangs until it ends, " +
		"and Synapse's connections fill up with waiting transactions.",
	Decides: "Read from PostgreSQL on a connection of its own, by the session that blocks: the longest wait for its lock, {warning} is a warning and {critical} critical, if Synapse waits or {waiters} sessions do. Critical too: {most} of " +
		"Synapse's sessions wait, and one has for {warning}. Waits of an index that is built concurrently block nobody: an info. A statement of Synapse that runs for {longRun} is a warning (an info if it maintains a table or " +
		"deletes), and critical if others wait for it. One of Synapse's own worker locks held by the same token for {workerLock}, between two reads: an info; for {workerLockLong}: a warning.",
	CannotKnow: "Without pg_read_all_stats: the state, age and statement of a session. Before PostgreSQL 14: how long a session waits, until a second read finds the same wait. Who waits for a worker lock of Synapse: that is in no table. " +
		"Behind PgBouncer, application names are the pooler's. On a replica, the locks of the primary.",
	Thresholds: limits.Thresholds{Check: "database-locks", Warning: limits.At(30), Critical: limits.At(120), Unit: "s", WarningOf: "of waiting for a lock", Source: "ours"},
	Limits:     []limits.Limit{lockEnough, lockMost, lockLongStatement, lockWorker, lockWorkerLong},
	Steps:      lockSteps,

	Panel: "connections-in-use",
	Read:  readLocks, Apart: true,
	Judge: judgeLocks,
}

// lockSteps are what to do about a session that blocks others.
var lockSteps = []string{
	"See what the session does: `SELECT pid, usename, application_name, client_addr, state, now() - xact_start AS open, left(query, 80) FROM pg_stat_activity WHERE pid = <pid>`.",
	"If it is a forgotten psql or script, end it where it runs, or run `SELECT pg_cancel_backend(<pid>)` and then `SELECT pg_terminate_backend(<pid>)`. Its transaction is undone; Synapse reconnects by itself.",
	"If it is an autovacuum \"to prevent wraparound\", let it finish: it starts again otherwise.",
	"If a session ignores both, its process is stopped or waits for the disk: look at the disk and at PostgreSQL's log.",
	"To see state, age and statement of sessions here, GRANT pg_read_all_stats to this data source's role. Don't make it a member of Synapse's role: that lets it write.",
}

func judgeLocks(in Input) []Finding {
	l, ok := in.Rows.(lockState)
	switch {
	case !ok:
		return UnknownFinding(in.RowsMissing)
	case l.facts.Replica:
		return UnknownFinding("PostgreSQL is a replica: who waits for locks can be seen on the primary only.")
	}
	var found []Finding
	blocking := map[int64]bool{}
	for _, b := range l.blocks() {
		blocking[b.pid] = true
		if f := l.blockFinding(in, b); f.Severity > OK {
			found = append(found, f)
		}
	}
	for _, pid := range l.longStatements() {
		if !blocking[pid] {
			found = append(found, l.statementFinding(l.sessions[pid]))
		}
	}
	found = append(found, l.workerFindings()...)
	return orOK(worstFirst(found), l.quiet())
}

// quiet says that nobody waits for long, and what is not known.
func (l lockState) quiet() string {
	text := fmt.Sprintf("No session waits for a lock; Synapse has %s.", words.Count(l.facts.Sessions, "session", "sessions"))
	if n := len(l.waits); n > 0 {
		text = fmt.Sprintf("%s for a lock%s.", words.Count(n, "session waits", "sessions wait"), longestWait(l.waits))
	}
	if !l.facts.AllStats {
		text += " Long statements are not visible: to see them, GRANT pg_read_all_stats to the role."
	}
	switch denied := func(readable *bool) bool { return readable != nil && !*readable }; {
	case denied(l.facts.Plain) || denied(l.facts.ReadWrite):
		text += " Synapse's worker locks may not be read: \"Save & test\" in the data source settings shows the grant."
	case len(l.workers) > 0:
		text += fmt.Sprintf(" Worker locks in use: %d, none for %s.", len(l.workers), lockWorker)
	}
	return text
}

func longestWait(waits []lockWait) string {
	if longest := longestOf(waits); longest != nil {
		return ", the longest for " + words.Seconds(*longest)
	}
	return ", for how long is known from the next read on"
}

// longestOf is the longest known wait, nil where none is known.
func longestOf(waits []lockWait) (longest *float64) {
	for _, w := range waits {
		if w.Waits != nil && (longest == nil || *w.Waits > *longest) {
			longest = w.Waits
		}
	}
	return longest
}
