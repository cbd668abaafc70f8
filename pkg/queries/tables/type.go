// Package tables answers how large the tables of Synapse's database are, which hold dead rows, and which are known to
// grow without bound.
package tables

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/tablestats"
)

// Type declares the query type "tables".
func Type() query.Type {
	return query.Type{
		ID:    "tables",
		Title: "Database tables",
		Help: "The largest tables of Synapse's database: how large they and their indexes are, how many rows PostgreSQL believes them to have, what is dead in them and when they were last cleaned. " +
			"Tables that are known to grow without bound link to where that is discussed.",
		Formats: []query.Format{{
			ID: "table", Title: "Tables", Needs: query.Postgres, Visualization: query.Table, Current: true, Columns: query.ColumnInfos(columns),
			Help: "The largest first. Read from PostgreSQL's catalogue: no row of any table is counted, numbers of rows are PostgreSQL's estimates, and everything is of now, whatever time range is chosen.",
		}},
		Limit: query.Limit{Default: 20, Max: 500},
		Examples: []query.Example{
			{Title: "The 20 largest tables", Query: map[string]any{"queryType": "tables", "format": "table"}},
			{Title: "All tables", Query: map[string]any{"queryType": "tables", "format": "table", "limit": 500}},
		},
		Run: run,
	}
}

func run(ctx context.Context, s *query.Session) (query.Result, error) {
	owner, asked, err := synapse.DatabaseOwner(ctx, s)
	if err != nil {
		return nil, err
	}
	if !asked {
		return table{}, nil
	}
	var found tablestats.Database
	err = s.Read(ctx, 0, func(ctx context.Context, tx query.Tx) (err error) {
		found, err = tablestats.Read(ctx, tx, s.Limit+1)
		return err
	})
	if err != nil {
		return nil, err
	}
	tell(s, &found)
	return rows(owner, found), nil
}

// tell says what the rows can't, and cuts them to the limit.
func tell(s *query.Session, d *tablestats.Database) {
	s.Inform("The whole database has %s.", bytes(d.Bytes))
	if len(d.Tables) > s.Limit {
		d.Tables = d.Tables[:s.Limit]
		s.Inform("Only the %d largest tables are shown (limit).", s.Limit)
	}
	if d.Replica {
		s.Inform("PostgreSQL is a replica: dead, inserted and deleted rows, vacuums and analyses are counted on the primary only, so these columns are empty.")
	} else if d.Since == nil {
		s.Inform("PostgreSQL does not tell since when it counts rows: since the database was made, since its last crash, or since it was last restored.")
	}
	there := map[string]bool{}
	for _, t := range d.Tables {
		there[t.Name] = true
		if t.Locked {
			s.Inform("%s is locked by another program now (a rewrite or an upgrade), so its sizes are those of its last vacuum.", t.Name)
		}
	}
	if len(d.Tables) > 0 && len(d.Tables) < s.Limit && !there["state_groups_state"] {
		s.Inform("The states of rooms (state_groups_state) are not in this database: Synapse can keep them in another one.")
	}
}
