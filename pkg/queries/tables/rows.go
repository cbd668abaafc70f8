package tables

import (
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/tables"
)

// row is one table of one homeserver's database.
type row struct {
	tables.Table
	server, issue, advice string
	since                 *time.Time
}

// rowsOf are the shown tables; growth are the thresholds of the check table-growth in force.
func rowsOf(server string, d tables.Database, shown []tables.Table, growth limits.Levels) []row {
	rows := make([]row, len(shown))
	for i, t := range shown {
		issue, _ := tables.KnownIssue(t.Name)
		rows[i] = row{Table: t, server: server, issue: issue.Link, advice: adviceFor(t, d.Bytes, growth)}
		if !d.Replica {
			rows[i].since = d.Since
		}
	}
	return rows
}

func utc(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	t := at.UTC()
	return &t
}
