// Package tables reads what PostgreSQL's catalogue and statistics say about Synapse's tables, and knows which tables are
// known to grow. It reads no row of any table of Synapse; every role may ask this. The checks of the database and the table
// of tables judge by the same limits.
package tables

import (
	"context"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Table is one table of Synapse.
type Table struct {
	Name       string
	TableBytes int64 `db:"table_bytes"` // with its long values (TOAST)
	IndexBytes int64 `db:"index_bytes"`
	// Rows is PostgreSQL's estimate; nil where the table was never analysed.
	Rows *int64
	// Locked: another program holds the table exclusively (VACUUM FULL, an upgrade), so its sizes are those of its last
	// vacuum.
	Locked bool
	// The rest is counted since the statistics began, on a primary only; nil on a replica, which counts its own reads.
	Live, Dead, Inserted, Deleted *int64
	Changed                       *int64     // rows since the last analyse
	LastVacuum                    *time.Time `db:"last_vacuum"`
	LastAutovacuum                *time.Time `db:"last_autovacuum"`
	LastAnalyze                   *time.Time `db:"last_analyze"`
	LastAutoanalyze               *time.Time `db:"last_autoanalyze"`
}

// Bytes is the whole size on disk.
func (t Table) Bytes() int64 { return t.TableBytes + t.IndexBytes }

// Database is the whole answer.
type Database struct {
	Tables []Table // the largest first
	Bytes  int64   // of the database: all its tables
	// Replica: a standby, on which PostgreSQL keeps no counts of rows and vacuums.
	Replica bool
	// Since is when the counting of rows began; nil where PostgreSQL does not tell: then nothing was reset since the
	// database was made, or since a crash.
	Since *time.Time
}

type facts struct {
	Replica bool
	Bytes   int64
	Since   *time.Time
}

const factsSQL = `SELECT pg_catalog.pg_is_in_recovery() AS replica, pg_catalog.pg_database_size(d.oid) AS bytes,
  pg_catalog.pg_stat_get_db_stat_reset_time(d.oid) AS since
FROM pg_catalog.pg_database d WHERE d.datname = current_database()`

// tablesSQL lists the tables of Synapse's schema, the one that holds events. The functions of sizes wait for whoever
// holds a table exclusively, so such tables are measured by what the catalogue remembers. Where a table was never
// analysed, reltuples is -1, before PostgreSQL 14 0 with 0 pages.
const tablesSQL = `WITH locked AS (
  SELECT DISTINCT coalesce(i.indrelid, l.relation) AS oid
  FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = l.relation
  WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.granted
    AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
), sized AS (
  SELECT c.oid, c.relname, c.reltuples, c.relpages, k.oid IS NOT NULL AS locked,
    CASE WHEN k.oid IS NULL THEN pg_catalog.pg_table_size(c.oid)
      ELSE (c.relpages + coalesce((SELECT t.relpages FROM pg_catalog.pg_class t WHERE t.oid = c.reltoastrelid), 0))::bigint
        * current_setting('block_size')::bigint END AS table_bytes,
    CASE WHEN k.oid IS NULL THEN pg_catalog.pg_indexes_size(c.oid)
      ELSE (SELECT coalesce(sum(x.relpages), 0)::bigint FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid)
        * current_setting('block_size')::bigint END AS index_bytes
  FROM pg_catalog.pg_class c LEFT JOIN locked k ON k.oid = c.oid
  WHERE c.relkind = 'r' AND c.relpersistence <> 't'
    AND c.relnamespace = (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = to_regclass('events'))
)
SELECT z.relname::text AS name, coalesce(z.table_bytes, 0) AS table_bytes, coalesce(z.index_bytes, 0) AS index_bytes,
  CASE WHEN z.reltuples > 0 OR z.reltuples = 0 AND z.relpages > 0 OR z.table_bytes = 0 THEN greatest(z.reltuples, 0)::bigint END AS rows,
  z.locked, s.n_live_tup AS live, s.n_dead_tup AS dead, s.n_tup_ins AS inserted, s.n_tup_del AS deleted,
  s.n_mod_since_analyze AS changed, s.last_vacuum, s.last_autovacuum, s.last_analyze, s.last_autoanalyze
FROM sized z LEFT JOIN pg_catalog.pg_stat_user_tables s ON s.relid = z.oid
ORDER BY z.table_bytes + z.index_bytes DESC, z.relname LIMIT $1`

// Read gives the largest tables.
func Read(ctx context.Context, tx query.Tx, limit int) (Database, error) {
	about, err := query.Rows[facts](ctx, tx, factsSQL)
	if err != nil || len(about) == 0 {
		return Database{}, err
	}
	d := Database{Bytes: about[0].Bytes, Replica: about[0].Replica, Since: about[0].Since}
	if d.Tables, err = query.Rows[Table](ctx, tx, tablesSQL, int64(limit)); err != nil {
		return Database{}, err
	}
	if !d.Replica {
		return d, nil
	}
	d.Since = nil
	for i, t := range d.Tables {
		d.Tables[i] = Table{Name: t.Name, TableBytes: t.TableBytes, IndexBytes: t.IndexBytes, Rows: t.Rows, Locked: t.Locked}
	}
	return d, nil
}
