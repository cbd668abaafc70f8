package postgres

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// need is one table that the plugin reads, and the columns that it reads of it. byColumn tables hold more than an
// observer should see, so only those columns are granted.
type need struct {
	table    string
	columns  []string
	byColumn bool
	purpose  string
}

// needs is the single list of what the plugin reads; the role's SQL, the health check and the error texts follow it.
var needs = []need{
	{"event_forward_extremities", []string{"event_id", "room_id"}, false, "forward extremities"},
	{"events", []string{
		"event_id", "room_id", "type", "stream_ordering", "origin_server_ts", "received_ts", "outlier", "rejection_reason",
	}, true, "age and state of forward extremities"},
	{"event_to_state_groups", []string{"event_id", "state_group"}, false, "whether there is state to resolve"},
	{"rooms", []string{"room_id", "room_version"}, false, "room versions"},
	{"room_stats_state", []string{"room_id", "name", "canonical_alias"}, true, "room names"},
	{"room_stats_current", []string{"room_id", "joined_members", "current_state_events"}, false, "room sizes"},
	{"local_current_membership", []string{"room_id", "user_id", "membership"}, false, "local members, the homeserver's name"},
	{"partial_state_rooms", []string{"room_id", "join_event_id"}, false, "rooms that are still being joined"},
	{"destinations", []string{
		"destination", "retry_last_ts", "retry_interval", "failure_ts", "last_successful_stream_ordering",
	}, false, "federation destinations"},
	{"destination_rooms", []string{"destination", "room_id", "stream_ordering"}, false, "federation catch-up"},
	{"background_updates", []string{"update_name", "depends_on", "ordering"}, false, "background updates"},
	{"federation_inbound_events_staging", []string{"origin", "room_id", "event_id", "received_ts"}, true, "waiting federation events"},
	{"worker_locks", []string{"lock_name", "instance_name", "token", "last_renewed_ts"}, true, "Synapse's worker locks"},
	{"worker_read_write_locks", []string{"lock_name", "instance_name", "token", "last_renewed_ts"}, true, "Synapse's worker locks"},
	{"schema_version", []string{"version"}, false, "the schema's version"},
	{"schema_compat_version", []string{"compat_version"}, false, "the schema's version"},
}

// newer are the columns and tables that came with a later schema than the oldest that is supported; answers do without them
// before it.
var newer = map[string]int{"partial_state_rooms.join_event_id": 73, "worker_read_write_locks": 78}

// tables are the names of all needed tables.
func tables() []string {
	names := make([]string, len(needs))
	for i, n := range needs {
		names[i] = n.table
	}
	return names
}

// RoleSQL is the block that an admin pastes into psql, as the database's owner, to make the read-only role that the
// plugin signs in with.
func RoleSQL(role, database string) string {
	name := quote(role)
	return fmt.Sprintf(`CREATE ROLE %s LOGIN PASSWORD 'choose-a-password' CONNECTION LIMIT 5;
ALTER ROLE %s SET default_transaction_read_only = on;
GRANT CONNECT ON DATABASE %s TO %s;
%s
`, name, name, quote(database), name, strings.Join(grants("public", role, true, needs), "\n"))
}

// grants are the statements that let role read what is needed.
func grants(schema, role string, usage bool, missing []need) []string {
	var statements, whole []string
	if usage {
		statements = append(statements, fmt.Sprintf("GRANT USAGE ON SCHEMA %s TO %s;", plain(schema), quote(role)))
	}
	prefix := ""
	if schema != "public" {
		prefix = plain(schema) + "."
	}
	for _, n := range missing {
		if !n.byColumn {
			whole = append(whole, prefix+n.table)
		}
	}
	if len(whole) > 0 {
		statements = append(statements, fmt.Sprintf("GRANT SELECT ON %s TO %s;", strings.Join(whole, ", "), quote(role)))
	}
	for _, n := range missing {
		if n.byColumn {
			statements = append(statements, fmt.Sprintf("GRANT SELECT (%s) ON %s%s TO %s;",
				strings.Join(n.columns, ", "), prefix, n.table, quote(role)))
		}
	}
	return statements
}

// purposes are what can't be answered without these tables.
func purposes(missing []need) string {
	var all []string
	for _, n := range missing {
		if !slices.Contains(all, n.purpose) {
			all = append(all, n.purpose)
		}
	}
	return strings.Join(all, ", ")
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

// plain leaves the usual name of the schema as people write it.
func plain(schema string) string {
	if schema == "public" {
		return schema
	}
	return quote(schema)
}
