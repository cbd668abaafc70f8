package database

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// readableTables may be read as a whole; of events only readableEventColumns, for old rows may hold message text.
var readableTables = []string{
	"event_forward_extremities", "event_to_state_groups", "rooms", "room_stats_state", "room_stats_current",
	"local_current_membership", "partial_state_rooms", "room_aliases", "destinations", "destination_rooms",
	"background_updates", "federation_inbound_events_staging", "schema_version", "schema_compat_version",
}

var readableEventColumns = []string{"event_id", "room_id", "type", "depth", "stream_ordering", "received_ts",
	"origin_server_ts", "outlier", "rejection_reason"}

// Role makes the read-only role that the plugin is to use, with no more than it needs.
func Role(ctx context.Context, conn *pgx.Conn, name, password string) error {
	role := pgx.Identifier{name}.Sanitize()
	statements := []string{
		"CREATE ROLE " + role + " LOGIN PASSWORD " + literal(password),
		"GRANT CONNECT ON DATABASE " + pgx.Identifier{conn.Config().Database}.Sanitize() + " TO " + role,
		"GRANT USAGE ON SCHEMA public TO " + role,
		"GRANT SELECT ON " + strings.Join(readableTables, ", ") + " TO " + role,
		"GRANT SELECT (" + strings.Join(readableEventColumns, ", ") + ") ON events TO " + role,
	}
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("making the role %s: %w", name, err)
		}
	}
	return nil
}

// literal quotes a text for SQL, where no parameter is allowed.
func literal(text string) string {
	return "E'" + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(text) + "'"
}
