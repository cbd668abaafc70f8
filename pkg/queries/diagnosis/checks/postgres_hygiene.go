package checks

import (
	"fmt"
	"time"
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
	Decides: "Read from PostgreSQL's catalogue. Tables never analysed: a warning from 100 MiB, critical from 1 GiB; tables with half of their rows changed since the last analyse, or autovacuum switched off: a warning. " +
		"The setting n_distinct of state_groups_state lost: a warning. Invalid indexes: a warning, an info while an index is being built, not judged on a replica, which does not show that. A transaction open and idle for 10 minutes: a warning, for an hour critical. " +
		"Prepared transactions older than an hour, and unused replication slots that hold back 10 GiB of log: a warning. Oldest transaction more than 500 million ago: a warning, 1,500 million critical.",
	Source: "Synapse's schema (state/delta/61/02), PostgreSQL's documentation of routine vacuuming. The numbers are ours.",
	CannotKnow: "Other sessions' states are visible only to roles with pg_read_all_stats: without it, open transactions are not judged. On a replica nothing is known of the primary's sessions, prepared transactions, slots, analyses and vacuums: " +
		"that is a row of its own, \"unknown\". " +
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

func (h hygiene) judge() []Finding {
	var found []Finding
	for _, rule := range []func() (Finding, bool){
		h.wraparound, h.neverAnalysed, h.openTransactions, h.distinct, h.stale, h.invalid, h.prepared, h.slots, h.autovacuumOff,
	} {
		if f, bad := rule(); bad {
			found = append(found, f)
		}
	}
	if len(found) == 0 {
		found = Fine(fmt.Sprintf("%d tables are analysed, no index is invalid, the oldest transaction is %s ago.%s", len(h.tables.Tables), millionTransactions(h.facts.Age), h.unseen()))
	}
	if h.facts.Replica {
		found = append(found, Unseen("primary", "PostgreSQL is a replica: open and prepared transactions, replication slots, the setting autovacuum and how old the statistics are can be seen on the primary only."))
	}
	return found
}

// unseen says what the role may not see. On a replica the grant would show the replica's own sessions only.
func (h hygiene) unseen() string {
	if h.sessions == nil && !h.facts.Replica {
		return " Open transactions of others are not visible: GRANT pg_read_all_stats to the role, if you want them watched."
	}
	return ""
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
