package checks

import (
	"context"
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/tablestats"
)

const (
	// hygieneTables bounds the tables that are looked at; the largest matter.
	hygieneTables = 100
	// hygieneSmall and hygieneLarge are the sizes from which lost statistics of a table hurt, and hurt much. Ours.
	hygieneSmall, hygieneLarge = 100 << 20, 1 << 30
	// hygieneStale is the part of a table's rows that changed since its last analyse; PostgreSQL analyses at a tenth
	// by default (autovacuum_analyze_scale_factor). The half is ours.
	hygieneStale = 0.5
	// hygieneIdle and hygieneForgotten are how long a transaction may stay open and idle. Source: ours.
	hygieneIdle, hygieneForgotten = 10 * time.Minute, time.Hour
	// hygieneOpen is how long a statement may run before its effect on vacuum is worth a word. Source: ours.
	hygieneOpen = 6 * time.Hour
	// hygieneSlot is the log that an unused replication slot may hold back. Source: ours.
	hygieneSlot = 10 << 30
	// hygieneAge and hygieneStop are ages in transactions: PostgreSQL begins to freeze by force at 200 million and
	// stops all writes shortly before 2,147 million. 500 and 1,500 are ours.
	hygieneAge, hygieneStop = 500e6, 1500e6
	// stateDistinct is what Synapse's schema sets on state_groups_state.state_group (state/delta/61/02), for
	// PostgreSQL's own guess is far off there.
	stateDistinct = "-0.02"
)

var postgresHygiene = Check{
	ID:      "postgres-hygiene",
	Title:   "PostgreSQL needs care",
	Meaning: "Statistics lost in an upgrade of PostgreSQL, an invalid index, a forgotten open transaction: the commonest reasons why a database that did well is suddenly slow.",
	Decides: "Read from PostgreSQL's catalogue. Tables never analysed: a warning from 100 MB, critical from 1 GB; tables with half of their rows changed since the last analyse, or autovacuum switched off: a warning. " +
		"The setting n_distinct of state_groups_state lost: a warning. Invalid indexes: a warning, an info while an index is being built. A transaction open and idle for 10 minutes: a warning, for an hour critical. " +
		"Prepared transactions older than an hour, and unused replication slots that hold back 10 GB of log: a warning. Oldest transaction more than 500 million ago: a warning, 1,500 million critical.",
	Source: "Synapse's schema (state/delta/61/02), PostgreSQL's documentation of routine vacuuming. The numbers are ours.",
	CannotKnow: "Other sessions' states are visible only to roles with pg_read_all_stats: without it, open transactions are not judged. On a replica nothing is known of the primary's sessions, analyses and vacuums. " +
		"Damage that only reading all data would show.",
	Unit: "none",
	Read: readHygiene,
	Judge: func(in Input) []Finding {
		h, ok := in.Rows.(hygiene)
		if !ok {
			return Blind("Only PostgreSQL can tell: " + in.RowsMissing)
		}
		return h.judge()
	},
}

// hygiene is what PostgreSQL tells about itself.
type hygiene struct {
	tables   tablestats.Database
	facts    hygieneFacts
	indexes  []invalidIndex
	building int64
	sessions *openSessions // nil: the role may not see them
}

type hygieneFacts struct {
	Version    int64
	Replica    bool
	AllStats   bool `db:"all_stats"`
	Autovacuum bool
	Age        int64 // of the oldest transaction, in transactions
	Prepared   int64 // prepared transactions older than an hour
	Slots      int64 // unused replication slots that hold back log
	SlotBytes  int64 `db:"slot_bytes"` // the most that one of them holds back
	StateBytes int64 `db:"state_bytes"`
	// Distinct is n_distinct of state_groups_state.state_group; nil where it is not set.
	Distinct *string
}

type invalidIndex struct{ Name, Table string }

type openSessions struct {
	Idle      int64   // transactions open and idle
	Longest   float64 // seconds, of these
	Statement float64 // seconds, the longest running statement's transaction
}

const hygieneSQL = `SELECT current_setting('server_version_num')::bigint AS version, pg_catalog.pg_is_in_recovery() AS replica,
  pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS all_stats,
  current_setting('autovacuum')::boolean AS autovacuum,
  (SELECT greatest(max(age(datfrozenxid)), max(mxid_age(datminmxid))) FROM pg_catalog.pg_database)::bigint AS age,
  (SELECT count(*) FROM pg_catalog.pg_prepared_xacts WHERE prepared < now() - interval '1 hour') AS prepared,
  r.slots, r.slot_bytes,
  coalesce((SELECT relpages FROM pg_catalog.pg_class WHERE oid = to_regclass('state_groups_state')), 0)::bigint
    * current_setting('block_size')::bigint AS state_bytes,
  (SELECT split_part(o, '=', 2) FROM pg_catalog.pg_attribute a, unnest(a.attoptions) AS o
    WHERE a.attrelid = to_regclass('state_groups_state') AND a.attname = 'state_group' AND o LIKE 'n_distinct=%') AS distinct
FROM (SELECT count(*) AS slots, coalesce(max(held), 0)::bigint AS slot_bytes FROM (
  SELECT CASE WHEN NOT pg_catalog.pg_is_in_recovery()
    THEN pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), restart_lsn) END AS held
  FROM pg_catalog.pg_replication_slots WHERE NOT active AND NOT temporary) s WHERE held >= $1) r`

const invalidIndexSQL = `SELECT x.relname::text AS name, c.relname::text AS table
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
WHERE NOT i.indisvalid AND c.relnamespace = (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = to_regclass('events'))
ORDER BY 2, 1`

// buildingSQL: rows of other roles hide everything but the database, which is enough.
const buildingSQL = `SELECT count(*) AS n FROM pg_catalog.pg_stat_progress_create_index WHERE datname = current_database()`

const sessionsSQL = `SELECT
  count(*) FILTER (WHERE state LIKE 'idle in transaction%' AND state_change < now() - $1::bigint * interval '1 second') AS idle,
  coalesce(max(extract(epoch FROM now() - xact_start)) FILTER (WHERE state LIKE 'idle in transaction%'
    AND state_change < now() - $1::bigint * interval '1 second'), 0)::float8 AS longest,
  coalesce(max(extract(epoch FROM now() - xact_start)) FILTER (WHERE state = 'active'), 0)::float8 AS statement
FROM pg_catalog.pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_catalog.pg_backend_pid()`

// progressSince is the version of PostgreSQL that shows indexes being built.
const progressSince = 120000

func readHygiene(ctx context.Context, tx query.Tx, _ ReadInput) (any, error) {
	var h hygiene
	about, err := query.Rows[hygieneFacts](ctx, tx, hygieneSQL, int64(hygieneSlot))
	if err != nil || len(about) == 0 {
		return nil, err
	}
	h.facts = about[0]
	if h.tables, err = tablestats.Read(ctx, tx, hygieneTables); err != nil {
		return nil, err
	}
	if h.indexes, err = query.Rows[invalidIndex](ctx, tx, invalidIndexSQL); err != nil {
		return nil, err
	}
	if len(h.indexes) > 0 && h.facts.Version >= progressSince {
		count, err := query.Rows[struct{ N int64 }](ctx, tx, buildingSQL)
		if err != nil {
			return nil, err
		}
		h.building = count[0].N
	}
	if h.facts.AllStats {
		seen, err := query.Rows[openSessions](ctx, tx, sessionsSQL, int64(hygieneIdle.Seconds()))
		if err != nil {
			return nil, err
		}
		h.sessions = &seen[0]
	}
	return h, nil
}

func (h hygiene) judge() []Finding {
	var found []Finding
	for _, rule := range []func() (Finding, bool){
		h.wraparound, h.neverAnalysed, h.openTransactions, h.distinct, h.stale, h.invalid, h.prepared, h.slots, h.autovacuumOff,
	} {
		if f, bad := rule(); bad {
			found = append(found, f)
		}
	}
	if len(found) > 0 {
		return found
	}
	return Fine(fmt.Sprintf("%d tables are analysed, no index is invalid, the oldest transaction is %s ago.%s", len(h.tables.Tables), millionTransactions(h.facts.Age), h.unseen()))
}

// unseen says what this role or this server can't show.
func (h hygiene) unseen() string {
	text := ""
	if h.sessions == nil {
		text += " Open transactions of others are not visible: GRANT pg_read_all_stats to the role, if you want them watched."
	}
	if h.facts.Replica {
		text += " This is a replica: the primary's sessions, slots, analyses and vacuums are not visible here."
	}
	return text
}

func millionTransactions(n int64) string {
	if n < 1e6 {
		return "less than a million transactions"
	}
	return fmt.Sprintf("%s million transactions", number(float64(n)/1e6))
}

func countedUp(n int) *float64 {
	v := float64(n)
	return &v
}

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
		Evidence: fmt.Sprintf("%d tables of 100 MiB or more were never analysed since the database was made or upgraded: %s. The largest has %s.", len(names), list(names), bytes(float64(largest))),
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
		Evidence: fmt.Sprintf("In %d tables of 100 MiB or more at least half of the rows changed since the last analyse: %s. PostgreSQL analyses at a tenth by default.", len(names), list(names)),
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
		Evidence: fmt.Sprintf("%d indexes are invalid: %s. PostgreSQL keeps them up to date with each write, but no query uses them.", len(names), list(names)),
		Advice: "Such an index is left over where building it failed (see PostgreSQL's and Synapse's logs). If a background update of Synapse builds it (background-updates), leave it alone: Synapse begins anew. " +
			"Else let PostgreSQL rebuild it at a quiet time (reindexdb --concurrently); a unique one fails where rows are there twice, and that is damage to look into first.",
	}
	if h.building > 0 {
		f.Severity, f.Title = Info, "An index is being built"
		f.Evidence += fmt.Sprintf(" %d indexes are being built right now, which are invalid until that is done.", h.building)
		f.Advice = "Nothing is wrong: wait until it is done. It takes hours on a large table."
	}
	return f, len(names) > 0
}

func (h hygiene) openTransactions() (Finding, bool) {
	if h.sessions == nil {
		return Finding{}, false
	}
	longest, statement := h.sessions.Longest, h.sessions.Statement
	f := Finding{
		Subject: Subject{Name: "open transactions"}, Severity: Warning, Value: countedUp(int(h.sessions.Idle)),
		Title:    "Transactions are open and idle",
		Evidence: fmt.Sprintf("%d sessions hold a transaction open and have done nothing for 10 minutes or more; the oldest was begun %s ago.", h.sessions.Idle, openFor(longest)),
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
		f.Evidence += " This is on the replica."
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
		Evidence: fmt.Sprintf("%d prepared transactions are older than an hour (pg_prepared_xacts).", h.facts.Prepared),
		Advice:   "Synapse never prepares transactions: another program does, and they survive restarts and hold vacuum up. Find that program and let it finish them.",
	}, h.facts.Prepared > 0
}

func (h hygiene) slots() (Finding, bool) {
	return Finding{
		Subject: Subject{Name: "replication slots"}, Severity: Warning, Value: countedUp(int(h.facts.Slots)),
		Title:    "An unused replication slot holds back PostgreSQL's log",
		Evidence: fmt.Sprintf("%d replication slots that nobody reads hold back up to %s of log.", h.facts.Slots, bytes(float64(h.facts.SlotBytes))),
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
