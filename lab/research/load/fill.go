package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/lab/database"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/postgres"
)

// busyRooms are those that events arrive in while we measure.
const busyRooms = 200

// fillSQL adds %[1]d extremities in %[2]d rooms, one in ten of them in one of 50 rooms, and 100,000 events with what belongs to them.
// The indexes are made afterwards, as a restore does.
const fillSQL = `
SET session_replication_role = replica;
SET maintenance_work_mem = '512MB';
ALTER TABLE event_forward_extremities DROP CONSTRAINT event_forward_extremities_event_id_room_id_key;
DROP INDEX ev_extrem_id, ev_extrem_room;
INSERT INTO event_forward_extremities (event_id, room_id)
  SELECT '$' || md5(n::text) || '-load', '!load' || CASE WHEN n %% 10 = 0 THEN n / 10 %% 50 ELSE n %% %[2]d END || ':example.org' FROM generate_series(1, %[1]d) n;
ALTER TABLE event_forward_extremities ADD CONSTRAINT event_forward_extremities_event_id_room_id_key UNIQUE (event_id, room_id);
CREATE INDEX ev_extrem_id ON event_forward_extremities (event_id);
CREATE INDEX ev_extrem_room ON event_forward_extremities (room_id);
INSERT INTO events (topological_ordering, event_id, type, room_id, processed, outlier, depth, origin_server_ts, received_ts, sender, stream_ordering)
  SELECT row_number() OVER (), event_id, 'm.room.message', room_id, true, false, 1, 1700000000000, 1700000000000, '@a:example.org', 1000000000 + row_number() OVER ()
  FROM event_forward_extremities WHERE event_id LIKE '%%-load' LIMIT 100000;
INSERT INTO event_to_state_groups (event_id, state_group) SELECT event_id, topological_ordering / 6 FROM events WHERE event_id LIKE '%%-load';
INSERT INTO event_edges (event_id, prev_event_id) SELECT event_id, event_id || '-before' FROM events WHERE event_id LIKE '%%-load';
INSERT INTO local_current_membership (room_id, user_id, event_id, membership, event_stream_ordering)
  SELECT '!load' || n || ':example.org', '@a' || n || ':example.org', '$join' || n, 'join', n FROM generate_series(0, least(%[2]d, 500000) - 1) n;
INSERT INTO destinations (destination, retry_last_ts, retry_interval, failure_ts, last_successful_stream_ordering)
  SELECT 'load' || n || '.example.net', 1700000000000, CASE WHEN n %% 3 = 0 THEN 86400000 ELSE 0 END, CASE WHEN n %% 3 = 0 THEN 1700000000000 END, 1001000000
  FROM generate_series(1, 30000) n;
INSERT INTO destination_rooms (destination, room_id, stream_ordering)
  SELECT 'load' || 1 + n %% 30000 || '.example.net', '!load' || n / 30000 || ':example.org', 1000000001 + n %% 100000 FROM generate_series(0, 299999) n;
SET session_replication_role = origin;
CHECKPOINT;
VACUUM ANALYZE`

func fill(ctx context.Context, conn *pgx.Conn, rows int) error {
	if err := database.Fill(ctx, conn, database.Options{Seed: 1}); err != nil {
		return err
	}
	for sql := range strings.SplitSeq(fmt.Sprintf(fillSQL, rows, rows/12), ";\n") {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%.80s: %w", strings.TrimSpace(sql), err)
		}
	}
	_, err := conn.Exec(ctx, postgres.RoleSQL(role, synapse))
	return err
}
