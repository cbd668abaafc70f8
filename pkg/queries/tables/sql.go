package tables

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/tables"
)

func fetchTables(ctx context.Context, s *query.Session) (query.Result, error) {
	owner, asked, err := process.DatabaseOwner(ctx, s)
	if err != nil {
		return nil, err
	}
	var rows []row
	if asked {
		found, err := query.Once(ctx, s, query.Postgres, "tables", func(ctx context.Context, s *query.Session) (found tables.Database, err error) {
			err = s.Read(ctx, 0, func(ctx context.Context, tx query.Tx) (err error) {
				found, err = tables.Read(ctx, tx, limit.Max+1)
				return err
			})
			return found, err
		})
		if err != nil {
			return nil, err
		}
		shown := found.Tables[:min(len(found.Tables), s.Limit)]
		tell(s, found, shown)
		rows = rowsOf(owner, found, shown, tables.GrowthThresholds.In(s.Settings.Thresholds))
	}
	return query.TableResult[row]{Name: "tables", Columns: columns, Rows: rows}, nil
}
