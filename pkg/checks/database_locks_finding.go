package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// blockFinding judges one session that others wait for.
func (l lockState) blockFinding(in Input, b block) Finding {
	f := Finding{Subject: Subject{Name: fmt.Sprintf("pid %d", b.pid)}, Steps: l.blockSteps(b.pid)}
	if b.pid == 0 {
		f.Subject.Name = "prepared transaction"
	}
	waiting, synapse := float64(len(b.waits)), b.ofSynapse()
	most := synapse >= lockMost.Value*float64(l.facts.Sessions)
	if longest := longestOf(b.waits); longest != nil {
		f = in.graded(*longest, f)
		running := l.sessions[b.pid].Running
		switch {
		case f.Severity < Warning:
		case b.harmless():
			f.Severity, f.Title = Info, "Index build waits for a transaction"
			f.Steps = []string{lockStep(0, b.pid), "If it is a backup, wait: the index is built once it is done. If it is a forgotten session, end it where it runs."}
		case synapse == 0 && waiting < lockEnough.Value:
			f.Severity = Info
		case most && synapse >= lockEnough.Value, running != nil && *running >= lockLongStatement.Value:
			f.Severity = Critical
		}
	} else if waiting >= lockEnough.Value {
		f.Severity, f.Value, f.Threshold, f.Unit = Info, &waiting, limits.At(lockEnough.Value), "none"
	}
	if !most { // too few wait for it to fill a pool
		f.Explains = []string{"database-slow"}
	}
	f.Evidence = fmt.Sprintf("%s for a lock%s%s; Synapse's: %.0f. %s.", words.Count(waiting, "session waits", "sessions wait"), b.where(), longestWait(b.waits), synapse, l.holderText(b.pid))
	return f
}

func (b block) ofSynapse() (n float64) {
	for _, w := range b.waits {
		if w.Synapse {
			n++
		}
	}
	return n
}

// harmless tells that only index builds wait, which let everybody else pass.
func (b block) harmless() bool {
	return !slices.ContainsFunc(b.waits, func(w lockWait) bool { return w.Kind != "virtualxid" })
}

func (b block) where() string {
	if names := tablesOf(b.waits); len(names) > 0 {
		return " on " + words.List(names)
	}
	return ""
}

// holderText is what is known of the session that blocks.
func (l lockState) holderText(pid int64) string {
	if pid == 0 {
		return "A prepared transaction holds it, which belongs to no session"
	}
	text := fmt.Sprintf("It is held by pid %d (%s)", pid, l.nameOf(pid))
	for _, h := range l.held {
		if h.PID == pid {
			text += fmt.Sprintf(", %s on %s", h.Mode, h.Table)
			break
		}
	}
	s := l.sessions[pid]
	switch {
	case s.Wraparound:
		text += ", an autovacuum to prevent wraparound"
	case s.Verb != nil && s.State != nil && *s.State == "active":
		text += ", running " + *s.Verb
	case s.State != nil:
		text += ", " + *s.State
	}
	if s.Open != nil {
		text += ", open for " + words.Seconds(*s.Open)
	}
	return text
}

func (l lockState) nameOf(pid int64) string {
	s, there := l.sessions[pid]
	switch {
	case there && s.Application != "":
		return s.Application
	case there && s.Synapse:
		return "Synapse"
	}
	return "no application name"
}

func (l lockState) blockSteps(pid int64) []string {
	if pid == 0 {
		return []string{
			"See what it is: `SELECT gid, prepared, owner, database FROM pg_prepared_xacts`.",
			"Let the program that prepared it finish it: Synapse never prepares transactions. It survives a restart of PostgreSQL.",
		}
	}
	steps := []string{lockStep(0, pid)}
	if l.sessions[pid].Wraparound {
		return append(steps, lockSteps[2])
	}
	steps = append(steps, lockStep(1, pid))
	if !l.facts.AllStats {
		steps = append(steps, lockSteps[4])
	}
	return steps
}

// lockStep is one of the steps, about this session.
func lockStep(i int, pid int64) string {
	return strings.ReplaceAll(lockSteps[i], "<pid>", fmt.Sprint(pid))
}
