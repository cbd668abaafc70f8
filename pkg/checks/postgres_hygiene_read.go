package checks

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/tables"
)

// hygieneTables bounds the tables that are looked at; the largest matter.
const hygieneTables = 100

// hygiene is what PostgreSQL tells about itself.
type hygiene struct {
	tables   tables.Database
	facts    hygieneFacts
	indexes  []invalidIndex
	building int64
	sessions []openSession // the oldest first; empty where the role may not see them
	blind    []string      // tables without statistics of their columns, of those that the role may read
}

type hygieneFacts struct {
	Version    int64
	Replica    bool
	Feedback   bool // a replica's readers hold up vacuum on its primary
	AllStats   bool `db:"all_stats"`
	Autovacuum bool
	Age        int64 // of the oldest transaction, in transactions
	FreezeAge  int64 `db:"freeze_age"` // from which PostgreSQL freezes by force
	Prepared   int64 // prepared transactions older than an hour
	Slots      int64 // unused replication slots that hold back log
	SlotBytes  int64 `db:"slot_bytes"` // the most that one of them holds back
	StateBytes int64 `db:"state_bytes"`
	// Distinct is n_distinct of state_groups_state.state_group; nil where it is not set.
	Distinct *string
}

type invalidIndex struct{ Name, Table string }

// openSession is a session whose transaction is open and idle, or runs for hours.
type openSession struct {
	PID         int64
	Application string
	Idle        bool
	Open        float64 // seconds
}

const hygieneSQL = `SELECT current_setting('server_version_num')::bigint AS version, pg_catalog.pg_is_in_recovery() AS replica,
  current_setting('hot_standby_feedback')::boolean AS feedback,
  pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS all_stats,
  current_setting('autovacuum')::boolean AS autovacuum,
  (SELECT greatest(max(age(datfrozenxid)), max(mxid_age(datminmxid))) FROM pg_catalog.pg_database)::bigint AS age,
  greatest(current_setting('autovacuum_freeze_max_age')::bigint, current_setting('autovacuum_multixact_freeze_max_age')::bigint) AS freeze_age,
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

// blindSQL are tables of which the planner knows the size and nothing else: a VACUUM after an upgrade of PostgreSQL brings back the numbers of
// rows, and hides that the statistics of columns are lost. pg_stats shows only columns that the role may read.
const blindSQL = `SELECT c.relname::text AS name FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relnamespace = (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = to_regclass('events'))
  AND c.relpages::bigint * current_setting('block_size')::bigint >= $1 AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT')
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_stats s WHERE s.schemaname = n.nspname AND s.tablename = c.relname)
ORDER BY 1 LIMIT 100`

// buildingSQL: rows of other roles hide everything but the database, which is enough.
const buildingSQL = `SELECT count(*) AS n FROM pg_catalog.pg_stat_progress_create_index WHERE datname = current_database()`

const sessionsSQL = `SELECT pid::bigint AS pid, coalesce(application_name, '') AS application, state <> 'active' AS idle,
  extract(epoch FROM now() - xact_start)::float8 AS open
FROM pg_catalog.pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_catalog.pg_backend_pid() AND (
  state LIKE 'idle in transaction%' AND state_change < now() - $1::bigint * interval '1 second'
  OR state = 'active' AND xact_start < now() - $2::bigint * interval '1 second')
ORDER BY xact_start LIMIT 100`

// progressSince is the version of PostgreSQL that shows indexes being built.
const progressSince = 120000

func readHygiene(ctx context.Context, tx query.Tx, _ ReadInput) (any, error) {
	var h hygiene
	about, err := query.Rows[hygieneFacts](ctx, tx, hygieneSQL, int64(hygieneSlot.Value))
	if err != nil || len(about) == 0 {
		return nil, err
	}
	h.facts = about[0]
	if h.tables, err = tables.Read(ctx, tx, hygieneTables); err != nil {
		return nil, err
	}
	if h.indexes, err = query.Rows[invalidIndex](ctx, tx, invalidIndexSQL); err != nil {
		return nil, err
	}
	blind, err := query.Rows[struct{ Name string }](ctx, tx, blindSQL, int64(hygieneSmall.Value))
	if err != nil {
		return nil, err
	}
	for _, t := range blind {
		h.blind = append(h.blind, t.Name)
	}
	if len(h.indexes) > 0 && h.facts.Version >= progressSince {
		count, err := query.Rows[struct{ N int64 }](ctx, tx, buildingSQL)
		if err != nil {
			return nil, err
		}
		h.building = count[0].N
	}
	if h.facts.AllStats {
		h.sessions, err = query.Rows[openSession](ctx, tx, sessionsSQL, int64(hygieneIdle.Value), int64(hygieneStatement.Value))
	}
	return h, err
}
