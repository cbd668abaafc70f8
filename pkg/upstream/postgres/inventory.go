package postgres

import (
	"context"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// The catalogue is readable by every role, so it tells what a role may not read. Only columns that we need matter. $2 is
// the schema that the role's search_path leads to.
const inventorySQL = `SELECT n.nspname AS schema, c.relname AS "table", a.attname AS "column",
  has_schema_privilege(n.oid, 'USAGE') AS usable, coalesce(n.nspname = $2, false) AS in_path,
  has_column_privilege(c.oid, a.attnum, 'SELECT') AS readable
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p', 'v', 'm') AND c.relname = ANY($1)
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_temp%'`

const identitySQL = `SELECT current_user::text AS role, current_database()::text AS database,
  current_setting('server_version') AS version, pg_is_in_recovery() AS replica,
  (SELECT datcollate::text FROM pg_catalog.pg_database WHERE datname = current_database()) AS collation`

const (
	versionSQL = `SELECT version FROM schema_version`
	compatSQL  = `SELECT compat_version AS version FROM schema_compat_version`
)

type identity struct {
	Role      string
	Database  string
	Version   string
	Replica   bool
	Collation string
}

type catalogued struct {
	Schema, Table, Column    string
	Usable, InPath, Readable bool
}

// inventory is what this role sees of Synapse's tables.
type inventory struct {
	identity
	schema         string // where Synapse's tables are; "" where there are none
	usable, inPath bool
	denied         []need   // there, but not readable
	absent         []string // tables and columns that this database does not have
	version        int      // schema version; 0 where not readable
	compat         int
}

func (i inventory) isSynapse() bool { return i.schema != "" }

// grants are the statements that would make everything readable; empty where everything is.
func (i inventory) grants() []string {
	return grants(i.schema, i.Role, i.isSynapse() && !i.usable, i.denied)
}

// takeInventory reads the catalogue, and the schema's version where that is granted.
func takeInventory(ctx context.Context, tx guestTx) (inventory, error) {
	who, err := query.Rows[identity](ctx, tx, identitySQL)
	if err != nil {
		return inventory{}, err
	}
	columns, err := query.Rows[catalogued](ctx, tx, inventorySQL, tables(), tx.schema)
	if err != nil {
		return inventory{}, err
	}
	i := sortOut(who[0], columns)
	if i.version, err = i.number(ctx, tx, "schema_version", versionSQL); err != nil {
		return inventory{}, err
	}
	i.forgiveOlder()
	i.compat, err = i.number(ctx, tx, "schema_compat_version", compatSQL)
	return i, err
}

// number reads one of the version tables, 0 where it can't be read: an error would end the transaction.
func (i inventory) number(ctx context.Context, tx query.Tx, table, sql string) (int, error) {
	denied := slices.ContainsFunc(i.denied, func(n need) bool { return n.table == table })
	if !i.isSynapse() || !i.usable || !i.inPath || denied || slices.Contains(i.absent, table) {
		return 0, nil
	}
	rows, err := query.Rows[struct{ Version int }](ctx, tx, sql)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	return rows[0].Version, nil
}

// forgiveOlder takes what the database's schema is too old for from what is missing.
func (i *inventory) forgiveOlder() {
	i.absent = slices.DeleteFunc(i.absent, func(name string) bool { return i.version > 0 && i.version < newer[name] })
}

// sortOut compares what is there with what is needed. Synapse's schema is the one that holds forward extremities.
func sortOut(who identity, columns []catalogued) inventory {
	i := inventory{identity: who}
	seen := map[string]map[string]bool{}
	for _, c := range columns {
		if c.Table == "event_forward_extremities" && (i.schema == "" || c.InPath || c.Schema == "public" && !i.inPath) {
			i.schema, i.usable, i.inPath = c.Schema, c.Usable, c.InPath
		}
	}
	for _, c := range columns {
		if c.Schema == i.schema {
			if seen[c.Table] == nil {
				seen[c.Table] = map[string]bool{}
			}
			seen[c.Table][c.Column] = c.Readable
		}
	}
	for _, n := range needs {
		i.compare(n, seen[n.table])
	}
	return i
}

func (i *inventory) compare(n need, there map[string]bool) {
	if there == nil {
		i.absent = append(i.absent, n.table)
		return
	}
	denied := false
	present := n
	present.columns = nil
	for _, column := range n.columns {
		readable, ok := there[column]
		if !ok {
			i.absent = append(i.absent, n.table+"."+column)
			continue
		}
		present.columns = append(present.columns, column)
		denied = denied || !readable
	}
	if denied {
		i.denied = append(i.denied, present)
	}
}
