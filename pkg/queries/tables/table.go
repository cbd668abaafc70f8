package tables

import (
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/tablestats"
)

// row is one table of one homeserver's database.
type row struct {
	tablestats.Table
	server string
	since  *time.Time
	share  float64 // of the whole database
}

func rows(server string, d tablestats.Database) table {
	all := make(table, len(d.Tables))
	for i, t := range d.Tables {
		all[i] = row{Table: t, server: server, share: float64(t.Bytes()) / float64(max(1, d.Bytes))}
		if !d.Replica {
			all[i].since = d.Since
		}
	}
	return all
}

var columns = []query.Column[row]{
	query.TextColumn("table", "Table", "The table's name in Synapse's schema.", func(r row) string { return r.Name }),
	query.TextColumn("server_name", "Homeserver", "The homeserver that the database belongs to.", func(r row) string { return r.server }),
	query.NumberColumn("total_bytes", "Size", "bytes", "The table with its indexes and long values, on disk.", func(r row) float64 { return float64(r.Bytes()) }),
	query.NumberColumn("table_bytes", "Rows' size", "bytes", "The rows with their long values, dead ones and free space included.", func(r row) float64 { return float64(r.TableBytes) }),
	query.NumberColumn("index_bytes", "Indexes' size", "bytes", "All indexes of the table.", func(r row) float64 { return float64(r.IndexBytes) }),
	query.CountColumn("rows_estimate", "Rows", "PostgreSQL's estimate, as of the last vacuum or analyse. Empty where the table was never analysed.", func(r row) *int64 { return r.Rows }),
	query.CountColumn("dead_rows", "Dead rows", "Rows that were deleted or replaced and that vacuum has not removed yet, an estimate. Empty on a replica.", func(r row) *int64 { return r.Dead }),
	query.CountColumn("inserted_rows", "Inserted rows", "Rows written since PostgreSQL began to count. Empty on a replica.", func(r row) *int64 { return r.Inserted }),
	query.CountColumn("deleted_rows", "Deleted rows", "Rows deleted since PostgreSQL began to count. Empty on a replica.", func(r row) *int64 { return r.Deleted }),
	query.TimeColumn("stats_since", "Counted since", "When PostgreSQL began to count. Empty on a replica, and where nothing was reset since the database was made or since a crash.", func(r row) *time.Time { return utc(r.since) }),
	query.TimeColumn("last_autovacuum", "Last autovacuum", "When PostgreSQL last removed dead rows by itself. Empty: never since it counts, or a replica.", func(r row) *time.Time { return utc(r.LastAutovacuum) }),
	query.TimeColumn("last_autoanalyze", "Last autoanalyse", "When PostgreSQL last renewed its statistics by itself. Empty: never since it counts, or a replica.", func(r row) *time.Time { return utc(r.LastAutoanalyze) }),
	query.TextColumn("known_issue", "Known issue", "Where it is discussed that this table grows without bound, or more than it should, on some servers.", row.issue),
	query.TextColumn("advice", "Advice", "What the table is and what to do where it is too large, from harmless to risky.", row.advice),
}

func utc(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	t := at.UTC()
	return &t
}

func (r row) issue() string {
	issue, _ := tablestats.KnownIssue(r.Name)
	return issue.Link
}

const (
	// large is the size below which a table needs no advice. Source: ours.
	large = 1 << 30
	// manyDead and deadShare: from here on dead rows are worth a word. Source: ours, as in the check table-growth.
	manyDead, deadShare = 1_000_000, 0.2
)

func (r row) advice() string {
	text := ""
	if issue, known := tablestats.KnownIssue(r.Name); known {
		text = issue.Meaning
		if r.Bytes() >= large {
			text += fmt.Sprintf(" It takes %.0f %% of the database. ", 100*r.share) + issue.Advice
		}
	}
	if dead := r.DeadShare(); dead != nil && *dead >= deadShare && *r.Dead >= manyDead {
		if text != "" {
			text += " "
		}
		text += fmt.Sprintf("%.0f %% of its rows are dead: see what holds vacuum up (an open transaction, a slot), then let vacuum run. VACUUM FULL locks the table and needs as much free disk as it has.", 100**dead)
	}
	return text
}

// table is the answer as a Result.
type table []row

func (t table) Frames(view query.View) data.Frames {
	frame := query.TableFrame("tables", columns, t, view)
	for _, field := range frame.Fields {
		if field.Name == "known_issue" {
			field.Config.Links = []data.DataLink{{Title: "The issue", TargetBlank: true, URL: "${__value.raw}"}}
		}
	}
	return data.Frames{frame}
}

func bytes(n int64) string {
	switch v := float64(n); {
	case v >= 1<<40:
		return fmt.Sprintf("%.1f TiB", v/(1<<40))
	case v >= 1<<30:
		return fmt.Sprintf("%.1f GiB", v/(1<<30))
	default:
		return fmt.Sprintf("%.0f MiB", v/(1<<20))
	}
}
