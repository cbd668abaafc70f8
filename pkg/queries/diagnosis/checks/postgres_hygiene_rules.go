package checks

import (
	"fmt"
)

func (h hygiene) wraparound() (Finding, bool) {
	age := float64(h.facts.Age)
	f := Finding{
		Subject: Subject{Name: "transaction age"}, Severity: Warning, Value: &age, Threshold: Threshold(hygieneAge),
		Title: "Old transactions are not frozen in time",
		Evidence: fmt.Sprintf("The oldest transaction that PostgreSQL still has to tell apart is %s ago. It begins to freeze by force at 200 million by default, and stops all writes shortly before 2147 million.",
			millionTransactions(h.facts.Age)),
		Advice: "See what holds vacuum up: a forgotten open or prepared transaction, an unused replication slot, a table that vacuum can't finish (PostgreSQL's log names it). Then let vacuum run; it needs time and disk reads, nothing else. " +
			"Don't stop autovacuum that runs \"to prevent wraparound\".",
	}
	if age >= hygieneStop {
		f.Severity, f.Threshold, f.Title = Critical, Threshold(hygieneStop), "PostgreSQL will stop all writes before long"
	}
	return f, age >= hygieneAge
}

func (h hygiene) neverAnalysed() (Finding, bool) {
	var names []string
	largest := int64(0)
	for _, t := range h.tables.Tables {
		if t.Rows == nil && t.TableBytes >= hygieneSmall && !t.Locked {
			names = append(names, t.Name)
			largest = max(largest, t.TableBytes)
		}
	}
	f := Finding{
		Subject: Subject{Name: "never analysed"}, Severity: Warning, Value: countedUp(len(names)),
		Title:    "PostgreSQL has no statistics of large tables",
		Evidence: fmt.Sprintf("Tables of 100 MiB or more that were never analysed since the database was made or upgraded: %d (%s). The largest has %s.", len(names), list(names), bytes(float64(largest))),
		Advice: "Without statistics PostgreSQL guesses, and reads whole tables where an index would do; that is usual after an upgrade of PostgreSQL, which loses them (before version 18). " +
			"Let it analyse the database (vacuumdb --analyze-in-stages, or ANALYZE): harmless while Synapse runs, it reads samples of the tables only. Then see why autovacuum did not.",
		Remedy: "vacuumdb --analyze-in-stages",
	}
	if largest >= hygieneLarge {
		f.Severity = Critical
	}
	return f, len(names) > 0
}

func (h hygiene) stale() (Finding, bool) {
	var names []string
	for _, t := range h.tables.Tables {
		if t.Changed == nil || t.Rows == nil || t.TableBytes < hygieneSmall {
			continue
		}
		if float64(*t.Changed) >= hygieneStale*max(1, float64(*t.Rows)) {
			names = append(names, t.Name)
		}
	}
	return Finding{
		Subject: Subject{Name: "stale statistics"}, Severity: Warning, Value: countedUp(len(names)),
		Title:    "PostgreSQL's statistics of large tables are old",
		Evidence: fmt.Sprintf("Tables of 100 MiB or more in which at least half of the rows changed since the last analyse: %d (%s). PostgreSQL analyses at a tenth by default.", len(names), list(names)),
		Advice:   "Let PostgreSQL analyse these tables: harmless while Synapse runs. Then see why autovacuum is behind: is it on, has it enough workers, does something hold it up?",
		Remedy:   "vacuumdb --analyze-only",
	}, len(names) > 0
}

func (h hygiene) distinct() (Finding, bool) {
	f := Finding{
		Subject: Subject{Name: "state_groups_state"}, Severity: Warning, Value: countedUp(1),
		Title:    "A setting of Synapse's schema was lost: n_distinct of state_groups_state",
		Evidence: fmt.Sprintf("state_groups_state has %s; n_distinct of its column state_group is not set, and Synapse's schema sets it to %s.", bytes(float64(h.facts.StateBytes)), stateDistinct),
		Advice: "PostgreSQL's own guess of the number of state groups is far too low on a large table: it then reads the whole table instead of its index. The setting is lost when a table is made anew by hand, for example by a tool that copies it. " +
			"Set it again as Synapse's schema does (synapse/storage/schema/state/delta/61/02state_groups_state_n_distinct.sql.postgres), and let PostgreSQL analyse the table.",
	}
	return f, h.facts.Distinct == nil && h.facts.StateBytes >= hygieneSmall
}

func (h hygiene) invalid() (Finding, bool) {
	var names []string
	for _, i := range h.indexes {
		names = append(names, i.Name+" on "+i.Table)
	}
	f := Finding{
		Subject: Subject{Name: "invalid indexes"}, Severity: Warning, Value: countedUp(len(names)),
		Title:    "Indexes are invalid",
		Evidence: fmt.Sprintf("Invalid indexes: %d (%s). PostgreSQL keeps them up to date with each write, but no query uses them.", len(names), list(names)),
		Advice: "Such an index is left over where building it failed (see PostgreSQL's and Synapse's logs). If a background update of Synapse builds it (background-updates), leave it alone: Synapse begins anew. " +
			"Else let PostgreSQL rebuild it at a quiet time (reindexdb --concurrently); a unique one fails where rows are there twice, and that is damage to look into first.",
	}
	switch {
	case h.facts.Replica:
		f = Unseen("invalid indexes", f.Evidence+" PostgreSQL is a replica, which does not show whether they are being built right now or were left over: see pg_stat_progress_create_index on the primary.")
	case h.building > 0:
		f.Severity, f.Title = Info, "An index is being built"
		f.Evidence += fmt.Sprintf(" Being built right now, and invalid until that is done: %d.", h.building)
		f.Advice = "Nothing is wrong: wait until it is done. It takes hours on a large table."
	}
	return f, len(names) > 0
}

func (h hygiene) openTransactions() (Finding, bool) {
	if h.sessions == nil || h.facts.Replica && !h.facts.Feedback {
		return Finding{}, false
	}
	longest, statement := h.sessions.Longest, h.sessions.Statement
	f := Finding{
		Subject: Subject{Name: "open transactions"}, Severity: Warning, Value: countedUp(int(h.sessions.Idle)),
		Title:    "Transactions are open and idle",
		Evidence: fmt.Sprintf("Sessions that hold a transaction open and have done nothing for 10 minutes or more: %d; the oldest of these transactions was begun %s ago.", h.sessions.Idle, openFor(longest)),
		Advice: "While one is open, vacuum can't remove rows that died since, so tables grow and get slower. See whose it is (pg_stat_activity, state \"idle in transaction\"): a psql window, a backup, a script. Close it there. " +
			"PostgreSQL's setting idle_in_transaction_session_timeout ends such sessions in future; Synapse itself does not leave any.",
	}
	switch {
	case h.sessions.Idle > 0 && longest >= hygieneForgotten.Seconds():
		f.Severity = Critical
	case h.sessions.Idle > 0:
	case statement >= hygieneOpen.Seconds():
		f.Severity, f.Value, f.Title = Info, nil, "A statement has run for hours"
		f.Evidence = fmt.Sprintf("The longest running transaction was begun %s ago and is at work.", openFor(statement))
		f.Advice = "A backup or an index may take that long; while it runs, vacuum can't remove rows that died since. See whose it is (pg_stat_activity)."
	default:
		return Finding{}, false
	}
	if h.facts.Replica {
		f.Severity = min(f.Severity, Info)
		f.Evidence += " This is on the replica, where hot_standby_feedback is on: vacuum on the primary waits for it."
	}
	return f, true
}

// openFor is a time span for a sentence.
func openFor(seconds float64) string {
	switch {
	case seconds >= 48*3600:
		return fmt.Sprintf("%.0f days", seconds/86400)
	case seconds >= 2*3600:
		return fmt.Sprintf("%.0f hours", seconds/3600)
	}
	return fmt.Sprintf("%.0f minutes", seconds/60)
}

func (h hygiene) prepared() (Finding, bool) {
	return Finding{
		Subject: Subject{Name: "prepared transactions"}, Severity: Warning, Value: countedUp(int(h.facts.Prepared)),
		Title:    "Prepared transactions are left over",
		Evidence: fmt.Sprintf("Prepared transactions that are older than an hour: %d (pg_prepared_xacts).", h.facts.Prepared),
		Advice:   "Synapse never prepares transactions: another program does, and they survive restarts and hold vacuum up. Find that program and let it finish them.",
	}, h.facts.Prepared > 0
}

func (h hygiene) slots() (Finding, bool) {
	return Finding{
		Subject: Subject{Name: "replication slots"}, Severity: Warning, Value: countedUp(int(h.facts.Slots)),
		Title:    "An unused replication slot holds back PostgreSQL's log",
		Evidence: fmt.Sprintf("Replication slots that nobody reads: %d; they hold back up to %s of log.", h.facts.Slots, bytes(float64(h.facts.SlotBytes))),
		Advice: "The log grows until the disk is full, and then PostgreSQL stops. See which replica or backup the slot belongs to (pg_replication_slots) and start that again. " +
			"Only if it is gone for good, the slot can go too.",
	}, h.facts.Slots > 0
}

func (h hygiene) autovacuumOff() (Finding, bool) {
	return Finding{
		Subject: Subject{Name: "autovacuum"}, Severity: Warning, Value: countedUp(1),
		Title:    "Autovacuum is switched off",
		Evidence: "PostgreSQL's setting autovacuum is off: dead rows are not removed and statistics are not renewed, except to prevent wraparound.",
		Advice:   "Switch it on and reload PostgreSQL's configuration. If it loads the disk too much, make it gentler (autovacuum_vacuum_cost_delay) instead of switching it off.",
	}, !h.facts.Autovacuum && !h.facts.Replica
}
