package database

import (
	"context"
	_ "embed" // for the schema
	"fmt"
	"math/rand/v2"

	"github.com/jackc/pgx/v5"
)

//go:embed schema.sql
var schema string

// tables in an order in which foreign keys hold, with the columns that are filled.
var tables = []struct {
	name    string
	columns []string
}{
	{"schema_version", []string{"lock", "version", "upgraded"}},
	{"schema_compat_version", []string{"lock", "compat_version"}},
	{"applied_schema_deltas", []string{"version", "file"}},
	{"users", []string{"name", "password_hash", "creation_ts"}},
	{"rooms", []string{"room_id", "is_public", "creator", "room_version", "has_auth_chain_index"}},
	{"room_aliases", []string{"room_alias", "room_id", "creator"}},
	{"room_stats_state", []string{"room_id", "name", "canonical_alias", "join_rules", "history_visibility", "room_type", "topic"}},
	{"room_stats_current", []string{"room_id", "current_state_events", "joined_members", "invited_members", "left_members",
		"banned_members", "local_users_in_room", "completed_delta_stream_id", "knocked_members"}},
	{"events", []string{"topological_ordering", "event_id", "type", "room_id", "processed", "outlier", "depth",
		"origin_server_ts", "received_ts", "sender", "contains_url", "instance_name", "stream_ordering", "state_key",
		"rejection_reason"}},
	{"event_json", []string{"event_id", "room_id", "internal_metadata", "json", "format_version"}},
	{"state_groups", []string{"id", "room_id", "event_id"}},
	{"state_groups_state", []string{"state_group", "room_id", "type", "state_key", "event_id"}},
	{"event_to_state_groups", []string{"event_id", "state_group"}},
	{"event_forward_extremities", []string{"event_id", "room_id"}},
	{"stream_ordering_to_exterm", []string{"stream_ordering", "room_id", "event_id"}},
	{"current_state_events", []string{"event_id", "room_id", "type", "state_key", "membership", "event_stream_ordering"}},
	{"local_current_membership", []string{"room_id", "user_id", "event_id", "membership", "event_stream_ordering"}},
	{"partial_state_rooms", []string{"room_id", "device_lists_stream_id", "join_event_id", "joined_via"}},
	{"destinations", []string{"destination", "retry_last_ts", "retry_interval", "failure_ts", "last_successful_stream_ordering"}},
	{"destination_rooms", []string{"destination", "room_id", "stream_ordering"}},
	{"federation_inbound_events_staging", []string{"origin", "room_id", "event_id", "received_ts", "event_json", "internal_metadata"}},
}

// Fill creates the tables in an empty database and fills them, in one transaction, then lets PostgreSQL analyse them.
func Fill(ctx context.Context, conn *pgx.Conn, o Options) error {
	o = o.withDefaults()
	if err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, schema); err != nil {
			return fmt.Errorf("creating Synapse's tables: %w", err)
		}
		return copyRows(ctx, tx, rowsOf(o))
	}); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "ANALYZE"); err != nil {
		return fmt.Errorf("analysing the filled tables: %w", err)
	}
	return nil
}

func rowsOf(o Options) map[string][][]any {
	random := rand.New(rand.NewPCG(o.Seed, 0x526f7773))
	r := &rowWriter{options: o, random: random, rows: map[string][][]any{}, nextStream: 4_900_000}
	rooms := Rooms(o)
	r.schema()
	r.users()
	for _, room := range rooms {
		r.room(room)
	}
	r.destinations(rooms, random)
	for i := range 4 {
		r.add("federation_inbound_events_staging", "server-2.example.net", rooms[i].ID, r.eventID(), r.ago(day/8640),
			`{"content": {"body": "`+Canary+`"}}`, "{}")
	}
	return r.rows
}

func copyRows(ctx context.Context, tx pgx.Tx, rows map[string][][]any) error {
	for _, table := range tables {
		_, err := tx.CopyFrom(ctx, pgx.Identifier{table.name}, table.columns, pgx.CopyFromRows(rows[table.name]))
		if err != nil {
			return fmt.Errorf("filling %s: %w", table.name, err)
		}
	}
	return nil
}
