package checks

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/tables"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var (
	hygieneSmall     = limits.Limit{Name: "small", Value: 100 << 20, Unit: "bytes", Meaning: "size of a table from which lost statistics matter", Source: "ours"}
	hygieneStale     = limits.Limit{Name: "stale", Value: 0.5, Unit: "percentunit", Meaning: "share of a table's rows changed since its last analyze", Source: "ours: PostgreSQL analyzes at 10% by default"}
	hygieneIdle      = limits.Limit{Name: "idle", Value: 600, Unit: "s", Meaning: "time that a transaction may be open and idle", Source: "ours"}
	hygieneForgotten = limits.Limit{Name: "forgotten", Value: 3600, Unit: "s", Meaning: "age of an idle transaction that is critical", Source: "ours"}
	hygieneStatement = limits.Limit{Name: "longStatement", Value: 6 * 3600, Unit: "s", Meaning: "age of a running transaction from which its effect on vacuum is named", Source: "ours"}
	hygieneSlot      = limits.Limit{Name: "slotLog", Value: 10 << 30, Unit: "bytes", Meaning: "log that an unused replication slot may hold back", Source: "ours"}
	hygieneOld       = limits.Limit{Name: "oldTransaction", Value: 500e6, Meaning: "age of the oldest transaction, in transactions, that is a warning", Source: "ours: PostgreSQL freezes by force at 200 million"}
	hygieneMargin    = limits.Limit{Name: "freezeMargin", Value: 100e6, Meaning: "number of transactions beyond autovacuum_freeze_max_age that are normal", Source: "ours"}
	hygieneStop      = limits.Limit{Name: "stopAge", Value: 1500e6, Meaning: "age of the oldest transaction that is critical", Source: "ours: PostgreSQL stops all writes shortly before 2,147 million"}
)

// stateDistinct is what Synapse's schema sets on state_groups_state.state_group (state/delta/61/02), since PostgreSQL's own
// guess is far off there.
const stateDistinct = "-0.02"

// backupProgram is what a dump calls itself. The leader of a parallel one is idle while its workers copy.
const backupProgram = "pg_dump"

var postgresHygiene = Check{
	ID:    "postgres-hygiene",
	Topic: "PostgreSQL maintenance",
	Title: "PostgreSQL needs maintenance",
	Meaning: "Statistics lost in an upgrade of PostgreSQL, an invalid index, a forgotten open transaction: the most common reasons why a fast database is suddenly " +
		"slow.",
	Decides: "Read from PostgreSQL's catalog. Tables never analyzed: a warning from {small}, critical from {large}. Tables with {stale} of their rows changed since the last analyze, autovacuum switched off, " +
		"n_distinct of state_groups_state lost, invalid indexes, prepared transactions older than an hour, unused replication slots that hold back {slotLog}: warnings. A transaction open and idle for {idle}: a warning, " +
		"for {forgotten} critical, except pg_dump's. A statement that runs for {longStatement}, or an index being built: an info. Oldest transaction more than {oldTransaction} transactions ago, and {freezeMargin} beyond " +
		"autovacuum_freeze_max_age: a warning; {stopAge}: critical. Also a warning: PostgreSQL does not finish these small statements within the statement timeout.",
	CannotKnow: "Sessions of other roles without pg_read_all_stats: open transactions are not judged then. On a replica nothing is known of the primary's sessions, prepared transactions, slots, analyzes and vacuums. " +
		"Damage that only reading all data would show.",
	Thresholds:  limits.Thresholds{Check: "postgres-hygiene", Unit: "none", Source: "Synapse's schema and PostgreSQL's documentation of routine vacuuming"},
	Limits:      []limits.Limit{hygieneSmall, tables.Large, hygieneStale, hygieneIdle, hygieneForgotten, hygieneStatement, hygieneSlot, hygieneOld, hygieneMargin, hygieneStop},
	CriticalToo: true,
	Steps: []string{
		"Run `vacuumdb --analyze-in-stages` if statistics are missing, above all after pg_upgrade: harmless while Synapse runs.",
		"End sessions that stay idle in a transaction where they run, unless it is a backup.",
		"Leave an invalid index alone while a background update of Synapse builds it. Otherwise rebuild it at a quiet time (`reindexdb --concurrently`).",
	},
	Panel: "tables",
	Read:  readHygiene,
	Judge: func(in Input) []Finding {
		h, ok := in.Rows.(hygiene)
		if !ok {
			return hygieneMissing(in)
		}
		return h.judge()
	},
}

// hygieneMissing tells a database that does not finish these small statements from one that is not there.
func hygieneMissing(in Input) []Finding {
	if !in.RowsLate {
		return UnknownFinding(in.RowsMissing)
	}
	return []Finding{{
		Subject: Subject{Name: "this data source"}, Severity: Warning, Title: "PostgreSQL too slow for this data source", Confidence: 0.6, Explains: []string{"metric-coverage"},
		Evidence: in.RowsMissing,
		Steps: []string{
			"Look for what loads PostgreSQL: the findings about locks and about the database's time, and `vmstat 1 5` on its host.",
			"If Synapse is fine, check the network between Grafana and PostgreSQL, and the limits of the data source's role.",
			"Until then, checks that read PostgreSQL are unknown.",
		},
	}}
}

func (h hygiene) judge() []Finding {
	var found []Finding
	for _, rule := range []func() (Finding, bool){
		h.wraparound, h.neverAnalyzed, h.openTransactions, h.distinct, h.stale, h.invalid, h.prepared, h.slots, h.autovacuumOff,
	} {
		if f, bad := rule(); bad {
			if !slices.Contains(slowing, f.Subject.Name) {
				f.Explains = []string{"table-growth"}
			}
			found = append(found, f)
		}
	}
	if len(found) == 0 {
		text := fmt.Sprintf("%d tables are analyzed, no index is invalid, the oldest transaction that is not frozen is %s transactions old.", len(h.tables.Tables), words.Number(float64(h.facts.Age)))
		if !h.facts.AllStats && !h.facts.Replica { // on a replica the grant would show the replica's own sessions only
			text += " Open transactions of others are not visible: to watch them, GRANT pg_read_all_stats to the role."
		}
		found = okFinding(text)
	}
	if h.facts.Replica {
		found = append(found, partlyUnknown("primary", "PostgreSQL is a replica: open and prepared transactions, replication slots, autovacuum and the age of statistics can be seen on the primary only."))
	}
	return found
}

// slowing are the subjects that make statements slow; the others only hold space or will stop writes one day.
var slowing = []string{"never analyzed", "stale statistics", "state_groups_state", "open transactions"}

// counted is a warning about a number of things.
func counted[N int | int64](subject, title string, n N, evidence string, steps ...string) Finding {
	return Finding{Subject: Subject{Name: subject}, Severity: Warning, Title: title, Value: limits.At(float64(n)), Evidence: evidence, Steps: steps}
}

func (h hygiene) wraparound() (Finding, bool) {
	age, old := float64(h.facts.Age), max(hygieneOld.Value, float64(h.facts.FreezeAge)+hygieneMargin.Value)
	f := counted("transaction age", "Old transactions not frozen in time", h.facts.Age,
		words.Number(age/1e6)+" million transactions since the oldest one that is not frozen; PostgreSQL stops all writes shortly before 2,147 million.",
		"Find out what holds vacuum up: an open or prepared transaction, an unused replication slot, or a table that vacuum can't finish (PostgreSQL's log names it).",
		"Let vacuum run; it takes time and disk reads. Don't stop an autovacuum that runs \"to prevent wraparound\".")
	f.Threshold = limits.At(old)
	if age >= hygieneStop.Value {
		f.Severity, f.Threshold, f.Title = Critical, limits.At(hygieneStop.Value), "PostgreSQL stops all writes soon"
	}
	return f, age >= min(old, hygieneStop.Value)
}

func (h hygiene) neverAnalyzed() (Finding, bool) {
	var names []string
	largest := 0.0
	for _, t := range h.tables.Tables {
		if (t.Rows == nil || slices.Contains(h.blind, t.Name)) && float64(t.TableBytes) >= hygieneSmall.Value && !t.Locked {
			names = append(names, t.Name)
			largest = max(largest, float64(t.TableBytes))
		}
	}
	f := counted("never analyzed", "Statistics of large tables missing", len(names),
		fmt.Sprintf("%s of %s or more without statistics since the database was created or upgraded: %s. The largest has %s.", words.Count(len(names), "table", "tables"), hygieneSmall, words.List(names), words.Bytes(largest)),
		"Run `vacuumdb --analyze-in-stages`: harmless while Synapse runs, it reads samples of the tables. Upgrades to PostgreSQL before 18 lose the statistics, and without them it reads whole tables.",
		"Then find out why autovacuum did not analyze them.")
	if largest >= tables.Large.Value {
		f.Severity = Critical
	}
	return f, len(names) > 0
}

func (h hygiene) stale() (Finding, bool) {
	var names []string
	for _, t := range h.tables.Tables {
		if t.Changed != nil && t.Rows != nil && float64(t.TableBytes) >= hygieneSmall.Value && float64(*t.Changed) >= hygieneStale.Value*max(1, float64(*t.Rows)) {
			names = append(names, t.Name)
		}
	}
	return counted("stale statistics", "Statistics of large tables outdated", len(names),
		fmt.Sprintf("%s of %s or more with at least %s of the rows changed since the last analyze: %s.", words.Count(len(names), "table", "tables"), hygieneSmall, hygieneStale, words.List(names)),
		"Run `vacuumdb --analyze-only`: harmless while Synapse runs.",
		"Then find out why autovacuum is behind: is it on, has it enough workers, does something hold it up?"), len(names) > 0
}

func (h hygiene) distinct() (Finding, bool) {
	return counted("state_groups_state", "n_distinct of state_groups_state lost", 1,
		fmt.Sprintf("%s in state_groups_state, and n_distinct of its column state_group is not set; Synapse's schema sets it to %s.", words.Bytes(float64(h.facts.StateBytes)), stateDistinct),
		"Set it again as in Synapse's schema (synapse/storage/schema/state/delta/61/02state_groups_state_n_distinct.sql.postgres). Without it PostgreSQL reads the whole table instead of an index.",
		"Then run `vacuumdb --analyze-only --table=state_groups_state`.",
	), h.facts.Distinct == nil && float64(h.facts.StateBytes) >= hygieneSmall.Value
}

func (h hygiene) invalid() (Finding, bool) {
	var names []string
	for _, i := range h.indexes {
		names = append(names, i.Name+" on "+i.Table)
	}
	f := counted("invalid indexes", "Invalid database indexes", len(names),
		fmt.Sprintf("%s: %s. PostgreSQL updates them with each write, but no query uses them.", words.Count(len(names), "invalid index", "invalid indexes"), words.List(names)),
		"If a background update of Synapse builds it, leave it alone: Synapse starts again.",
		"Otherwise rebuild it at a quiet time (`reindexdb --concurrently`). If that fails on a unique index, rows are duplicated: look into that damage first.")
	switch {
	case h.facts.Replica:
		f = partlyUnknown("invalid indexes", f.Evidence+" A replica does not show whether they are being built: see pg_stat_progress_create_index on the primary.")
	case h.building > 0:
		f.Severity, f.Title, f.Steps = Info, "Database index being built", []string{"Wait until it is done: on a large table that takes hours."}
		f.Evidence = fmt.Sprintf("%s: %s. Being built now: %d.", words.Count(len(names), "invalid index", "invalid indexes"), words.List(names), h.building)
	}
	return f, len(names) > 0
}

func (h hygiene) openTransactions() (Finding, bool) {
	if h.facts.Replica && !h.facts.Feedback {
		return Finding{}, false
	}
	var idle, backups, running []openSession
	for _, s := range h.sessions {
		switch {
		case s.Application == backupProgram:
			backups = append(backups, s)
		case s.Idle:
			idle = append(idle, s)
		default:
			running = append(running, s)
		}
	}
	var f Finding
	switch {
	case len(idle) > 0:
		f = counted("open transactions", "Transactions open and idle", len(idle),
			fmt.Sprintf("%s idle in a transaction for %s or more; %s.", words.Count(len(idle), "session", "sessions"), hygieneIdle, idle[0].text()),
			"End that session where it runs: a psql window, a script, a tool. While it is open, vacuum can't remove rows that died since. If it is a backup, leave it.",
			fmt.Sprintf("To see whose it is: `SELECT usename, client_addr, query FROM pg_stat_activity WHERE pid = %d`.", idle[0].PID),
			"Set idle_in_transaction_session_timeout for that role. Don't set it for the role of the backup: it would end the next one.")
		if idle[0].Open >= hygieneForgotten.Value {
			f.Severity = Critical
		}
	case len(backups) > 0 || len(running) > 0:
		oldest := slices.Concat(backups, running)[0]
		f = counted("open transactions", "Statement runs for hours", len(backups)+len(running),
			fmt.Sprintf("%s at work; %s.", words.Count(len(backups)+len(running), "long transaction", "long transactions"), oldest.text()),
			"Wait: an index or an export may take that long. While it runs, vacuum can't remove rows that died since.")
		f.Severity = Info
		if len(backups) > 0 {
			f.Title, f.Steps = "Backup in progress", []string{"Wait until pg_dump is done. While it runs, vacuum can't remove rows that died since."}
		}
	default:
		return f, false
	}
	if h.facts.Replica {
		f.Severity = min(f.Severity, Info)
		f.Evidence += " This is on the replica with hot_standby_feedback: vacuum on the primary waits for it."
	}
	return f, true
}

func (s openSession) text() string {
	return fmt.Sprintf("the oldest: pid %d (%s), open for %s", s.PID, cmp.Or(s.Application, "no application name"), words.Seconds(s.Open))
}

func (h hygiene) prepared() (Finding, bool) {
	return counted("prepared transactions", "Prepared transactions left over", h.facts.Prepared,
		words.Count(h.facts.Prepared, "prepared transaction", "prepared transactions")+" older than 1 h in pg_prepared_xacts.",
		"Find the program that made them and let it finish them: Synapse never prepares transactions. They survive restarts and hold vacuum up."), h.facts.Prepared > 0
}

func (h hygiene) slots() (Finding, bool) {
	return counted("replication slots", "Unused replication slot holds back log", h.facts.Slots,
		fmt.Sprintf("%s unused, holding back up to %s of log.", words.Count(h.facts.Slots, "replication slot", "replication slots"), words.Bytes(float64(h.facts.SlotBytes))),
		"Find the replica or backup that the slot belongs to (pg_replication_slots) and start it again: the log grows until the disk is full, and then PostgreSQL stops.",
		"Only if that replica is gone for good, remove the slot."), h.facts.Slots > 0
}

func (h hygiene) autovacuumOff() (Finding, bool) {
	return counted("autovacuum", "Autovacuum switched off", 1,
		fmt.Sprintf("autovacuum = off: none of the %d largest tables is vacuumed or analyzed automatically, except to prevent wraparound.", len(h.tables.Tables)),
		"Set `autovacuum = on` in postgresql.conf and reload PostgreSQL. If it loads the disk too much, raise autovacuum_vacuum_cost_delay."), !h.facts.Autovacuum && !h.facts.Replica
}
