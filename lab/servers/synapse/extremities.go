package synapse

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Extremities counts the forward extremities of each room of one homeserver directly in its database.
func Extremities(ctx context.Context, dsn string) (map[string]int64, error) {
	connection, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, fmt.Errorf("connect to the homeserver's database: %w", err)
	}
	defer connection.Close(ctx)
	rows, err := connection.Query(ctx, `SELECT room_id, count(*) FROM event_forward_extremities GROUP BY room_id`)
	if err != nil {
		return nil, fmt.Errorf("count forward extremities: %w", err)
	}
	counts := map[string]int64{}
	var room string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&room, &n}, func() error {
		counts[room] = n
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count forward extremities: %w", err)
	}
	return counts, nil
}
