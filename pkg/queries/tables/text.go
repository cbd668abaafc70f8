package tables

import (
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/tables"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// adviceFor says what a table is and what to do where it is large or full of dead rows, one step per line.
func adviceFor(t tables.Table, database int64, growth limits.Levels) string {
	var lines []string
	if issue, known := tables.KnownIssue(t.Name); known {
		lines = append(lines, issue.Meaning)
		if float64(t.Bytes()) >= tables.Large.Value {
			lines[0] += " It takes " + words.Percent(float64(t.Bytes())/float64(max(1, database))) + " of the database."
			lines = append(lines, issue.Steps...)
		}
	}
	if t.FullOfDeadRows(growth) {
		lines = append(lines, words.Percent(*t.DeadShare())+" of its rows are dead.")
		lines = append(lines, tables.DeadRowSteps...)
	}
	return strings.Join(lines, "\n")
}

// tell says what the rows can't.
func tell(s *query.Session, d tables.Database, shown []tables.Table) {
	s.Inform("The whole database has %s.", words.Bytes(float64(d.Bytes)))
	if len(d.Tables) > len(shown) {
		s.Inform("Only the %d largest tables are shown (limit).", s.Limit)
	}
	if d.Replica {
		s.Inform("PostgreSQL is a replica: dead, inserted and deleted rows, vacuums and analyzes are counted on the primary only, so these columns are empty.")
	} else if d.Since == nil {
		s.Inform("PostgreSQL does not tell since when it counts rows: since the database was created, since its last crash, or since it was last restored.")
	}
	hasStates := false
	for _, t := range shown {
		hasStates = hasStates || t.Name == "state_groups_state"
		if t.Locked {
			s.Inform("Another program locks %s now (a rewrite or an upgrade), so its sizes are those of its last vacuum.", t.Name)
		}
	}
	if len(shown) > 0 && len(shown) < s.Limit && !hasStates {
		s.Inform("The states of rooms (state_groups_state) are not in this database: Synapse can keep them in another one.")
	}
}
