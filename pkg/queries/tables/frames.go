package tables

import (
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

var columns = []query.Column[row]{
	query.TextColumn("table", "Table", "The table's name in Synapse's schema.",
		func(r row) string { return r.Name }),
	query.TextColumn("server_name", "Homeserver", "The homeserver that the database belongs to.",
		func(r row) string { return r.server }),
	query.NumberColumn("total_bytes", "Size", "bytes", "The table with its indexes and long values, on disk.",
		func(r row) float64 { return float64(r.Bytes()) }),
	query.NumberColumn("table_bytes", "Rows' size", "bytes", "The rows with their long values, dead ones and free space included.",
		func(r row) float64 { return float64(r.TableBytes) }),
	query.NumberColumn("index_bytes", "Indexes' size", "bytes", "All indexes of the table.",
		func(r row) float64 { return float64(r.IndexBytes) }),
	query.CountColumn("rows_estimate", "Rows", "PostgreSQL's estimate, as of the last vacuum or analyze. Empty where the table was never analyzed.",
		func(r row) *int64 { return r.Rows }),
	query.CountColumn("dead_rows", "Dead rows", "Rows that were deleted or replaced and that vacuum has not removed yet, an estimate. Empty on a replica.",
		func(r row) *int64 { return r.Dead }),
	query.CountColumn("inserted_rows", "Inserted rows", "Rows written since PostgreSQL began to count. Empty on a replica.",
		func(r row) *int64 { return r.Inserted }),
	query.CountColumn("deleted_rows", "Deleted rows", "Rows deleted since PostgreSQL began to count. Empty on a replica.",
		func(r row) *int64 { return r.Deleted }),
	query.TimeColumn("stats_since", "Counted since",
		"When PostgreSQL began to count. Empty on a replica, and where nothing was reset since the database was created or since a crash.",
		func(r row) *time.Time { return utc(r.since) }),
	query.TimeColumn("last_autovacuum", "Last autovacuum", "When PostgreSQL last removed dead rows by itself. Empty: never since it counts, or a replica.",
		func(r row) *time.Time { return utc(r.LastAutovacuum) }),
	query.TimeColumn("last_autoanalyze", "Last autoanalyze", "When PostgreSQL last renewed its statistics by itself. Empty: never since it counts, or a replica.",
		func(r row) *time.Time { return utc(r.LastAutoanalyze) }),
	query.TextColumn("known_issue", "Known issue", "Where it is discussed that this table grows without bound, or more than it should, on some servers.",
		func(r row) string { return r.issue }).WithLink("The issue"),
	query.TextColumn("advice", "Advice", "What the table is and what to do where it is too large, from harmless to risky.",
		func(r row) string { return r.advice }).AsSentence(),
}
