package checks

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// lockMaintains are the statements that Synapse and its admins let run for long: indexes, vacuums, purges.
var lockMaintains = []string{"CREATE", "ALTER", "REINDEX", "VACUUM", "ANALYZE", "CLUSTER", "REFRESH", "DELETE"}

// longStatements are the sessions of Synapse whose statement runs for too long, the longest first.
func (l lockState) longStatements() []int64 {
	var pids []int64
	for pid, s := range l.sessions {
		if s.Synapse && s.Running != nil && *s.Running >= lockLongStatement.Value {
			pids = append(pids, pid)
		}
	}
	slices.SortFunc(pids, func(a, b int64) int {
		return cmp.Or(cmp.Compare(*l.sessions[b].Running, *l.sessions[a].Running), cmp.Compare(a, b))
	})
	return pids
}

func (l lockState) statementFinding(s lockSession) Finding {
	verb := "statement not known"
	if s.Verb != nil {
		verb = *s.Verb
	}
	f := Finding{
		Subject: Subject{Name: fmt.Sprintf("pid %d", s.PID)}, Severity: Warning, Title: "Statement runs for long", Value: s.Running, Threshold: limits.At(lockLongStatement.Value),
		Explains: []string{"database-slow"},
		Evidence: fmt.Sprintf("A statement of Synapse (%s, pid %d) runs for %s; no session waits for it.", verb, s.PID, words.Seconds(*s.Running)),
		Steps: []string{
			lockStep(0, s.PID),
			"Let it finish if it maintains a table. A search or a report that reads for so long keeps vacuum from removing dead rows and slows all writes: end it with " +
				fmt.Sprintf("`SELECT pg_cancel_backend(%d)`; its request fails.", s.PID),
		},
	}
	if s.Verb != nil && slices.Contains(lockMaintains, *s.Verb) {
		f.Severity, f.Title = Info, "Maintenance statement runs for long"
	}
	return f
}

// workerFindings are the worker locks that are held for long, one for each name and process.
func (l lockState) workerFindings() []Finding {
	var found []Finding
	seen := map[string]bool{}
	held := slices.DeleteFunc(slices.Clone(l.workers), func(w workerLock) bool { return w.Held == nil || w.Held.Seconds() < lockWorker.Value })
	slices.SortStableFunc(held, func(a, b workerLock) int { return cmp.Compare(*b.Held, *a.Held) })
	for _, w := range held {
		name := w.Name + " of " + w.Instance
		if seen[name] {
			continue
		}
		seen[name] = true
		n := len(slices.DeleteFunc(slices.Clone(held), func(other workerLock) bool { return other.Name != w.Name || other.Instance != w.Instance }))
		f := Finding{
			Subject: Subject{Name: name}, Severity: Info, Title: "Worker lock held for long", Value: limits.At(w.Held.Seconds()), Threshold: limits.At(lockWorker.Value),
			Explains: []string{"event-send-time"},
			Evidence: fmt.Sprintf("%s of Synapse (%s) held by %s for at least %s. The time since it was taken is not in the database.", words.Count(n, "worker lock", "worker locks"), w.Name, w.Instance, words.Seconds(w.Held.Seconds())),
			Steps: []string{
				"Search the log of " + w.Instance + " for `getting excessive` (from Synapse 1.125 on), and look what it does for so long: a purge of a large room may take hours, and is no fault.",
				"If the process is stuck, restart it: its locks are void two minutes later.",
			},
		}
		if w.Held.Seconds() >= lockWorkerLong.Value {
			f.Severity, f.Threshold = Warning, limits.At(lockWorkerLong.Value)
		}
		found = append(found, f)
	}
	return found
}
