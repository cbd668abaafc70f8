// Package tables answers how large the tables of Synapse's database are, which hold dead rows, and which are known to
// grow without bound.
package tables

import "github.com/matrix-insight/synapse-datasource/pkg/query"

// limit is of the tables shown. All are read: they are some 170, and each viewer may ask for another number.
var limit = query.Limit{Default: 20, Max: 500}

// Type declares the query type "tables".
func Type() query.Type {
	return query.Type{
		ID:    "tables",
		Title: "Database tables",
		Help: "The largest tables of Synapse's database: their size and that of their indexes, PostgreSQL's estimate of their rows, their dead " +
			"rows, and their last " +
			"vacuum. Tables that are known to grow without bound link to where that is discussed.",
		Formats: []query.Format{{
			ID: "table", Title: "Tables", Needs: query.Postgres, Visualization: query.Table, Current: true, Columns: query.ColumnInfos(columns),
			Help: "The largest first. Read from PostgreSQL's catalogue: no row of any table is counted, numbers of rows are PostgreSQL's estimates, and everything is " +
				"the present state, whatever time range is chosen.",
		}},
		Limit: limit,
		Examples: []query.Example{
			{Title: "Which tables are largest?", Query: map[string]any{"queryType": "tables", "format": "table"}},
			{Title: "How large are all tables?", Query: map[string]any{"queryType": "tables", "format": "table", "limit": 500}},
		},
		Run: fetchTables,
	}
}
