package extremities

import (
	"context"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// factsSQL reads what the rule needs of the shown rooms only; every join goes by an index. $2 is now in ms. Of a room with more than $3
// extremities that many are looked at: one room must not cost the table.
const factsSQL = `SELECT t.room_id, x.*, m.local_members, p.room_id IS NOT NULL AS partial
FROM unnest($1::text[]) AS t(room_id)
CROSS JOIN LATERAL (
  SELECT count(*) AS extremities, count(DISTINCT g.state_group) AS state_groups,
    count(*) FILTER (WHERE e.event_id IS NULL) AS missing,
    count(*) FILTER (WHERE e.outlier) AS outliers,
    count(*) FILTER (WHERE e.rejection_reason IS NOT NULL) AS rejected,
    count(*) FILTER (WHERE e.room_id <> f.room_id) AS elsewhere,
    count(*) FILTER (WHERE e.event_id IS NOT NULL AND NOT e.outlier AND g.event_id IS NULL) AS stateless,
    count(*) FILTER (WHERE e.event_id IS NULL OR e.outlier OR e.rejection_reason IS NOT NULL
      OR e.room_id <> f.room_id OR g.event_id IS NULL) AS bad,
    max(e.received_ts) AS newest, min(e.received_ts) AS oldest,
    coalesce(bool_or(e.type = 'org.matrix.dummy_event' AND e.received_ts > $2::bigint - 900000), false) AS dummy
  FROM (SELECT event_id, room_id FROM event_forward_extremities WHERE room_id = t.room_id LIMIT $3) f
  LEFT JOIN events e ON e.event_id = f.event_id
  LEFT JOIN event_to_state_groups g ON g.event_id = f.event_id) x
CROSS JOIN LATERAL (
  SELECT count(*) AS local_members FROM local_current_membership l
  WHERE l.room_id = t.room_id AND l.membership = 'join') m
LEFT JOIN partial_state_rooms p ON p.room_id = t.room_id`

// How many extremities are looked at: of a room, of all shown rooms together, and of each however many rooms there are. One reads about
// seven pages.
const (
	looked      = 5000
	lookedOfAll = 50_000
	lookedLeast = 200
)

func lookedAt(rooms int) int64 { return int64(max(lookedLeast, min(looked, lookedOfAll/rooms))) }

// maySQL tells whether the role may read what only decorates.
const maySQL = `SELECT has_table_privilege(to_regclass('rooms')::oid, 'SELECT') AND has_table_privilege(to_regclass('room_stats_current')::oid, 'SELECT')
  AND has_column_privilege(to_regclass('room_stats_state')::oid, 'name', 'SELECT')
  AND has_column_privilege(to_regclass('room_stats_state')::oid, 'canonical_alias', 'SELECT') AS may`

// namesSQL decorates the shown rooms. Names are what other people write, up to 64 KiB long.
const namesSQL = `SELECT t.room_id, r.room_version, left(n.name, 200) AS name, left(n.canonical_alias, 200) AS canonical_alias,
  c.joined_members, c.current_state_events AS state_events
FROM unnest($1::text[]) AS t(room_id)
LEFT JOIN rooms r ON r.room_id = t.room_id
LEFT JOIN room_stats_state n ON n.room_id = t.room_id
LEFT JOIN room_stats_current c ON c.room_id = t.room_id`

// sizeSQL reads the catalogue only. The table of rooms with a state DAG (MSC4242) is known since schema 94.
const sizeSQL = `SELECT reltuples::bigint AS memberships,
  coalesce(pg_relation_size(to_regclass('msc4242_state_dag_forward_extremities')), 0) > 0 AS state_dag
FROM pg_catalog.pg_class WHERE oid = to_regclass('local_current_membership')`

// orphanSQL finds rooms with local members and no extremity at all.
const orphanSQL = `SELECT DISTINCT l.room_id, 0::bigint AS extremities
FROM local_current_membership l
WHERE l.membership = 'join'
  AND NOT EXISTS (SELECT 1 FROM event_forward_extremities f WHERE f.room_id = l.room_id)
ORDER BY l.room_id LIMIT $1`

// Sizes are what the catalogue tells.
type Sizes struct {
	Memberships int64 // an estimate; -1: never analysed
	StateDAG    bool  `db:"state_dag"`
}

// Detail is one room as it is read. Times are in ms.
type Detail struct {
	Numbers
	Names
	// Partly: only some of its extremities were looked at, so the numbers but Extremities are at least so large.
	Partly bool
}

// Numbers are what decides.
type Numbers struct {
	RoomID                                            string `db:"room_id"`
	Extremities                                       int64
	StateGroups                                       int64 `db:"state_groups"`
	Missing, Outliers, Rejected, Elsewhere, Stateless int64
	Bad                                               int64
	Newest, Oldest                                    *int64
	Dummy                                             bool
	LocalMembers                                      int64 `db:"local_members"`
	Partial                                           bool
}

// Names are what only decorates.
type Names struct {
	RoomVersion    *string `db:"room_version"`
	Name           *string
	CanonicalAlias *string `db:"canonical_alias"`
	JoinedMembers  *int64  `db:"joined_members"`
	StateEvents    *int64  `db:"state_events"`
}

// Facts are what the rule needs of it.
func (d Detail) Facts() Facts {
	return Facts{
		Extremities: d.Extremities, StateGroups: d.StateGroups, LocalMembers: d.LocalMembers,
		Bad: d.Bad, Missing: d.Missing, Outliers: d.Outliers, Rejected: d.Rejected, Elsewhere: d.Elsewhere, Stateless: d.Stateless,
		Newest: instant(d.Newest), Oldest: instant(d.Oldest), Dummy: d.Dummy, Partial: d.Partial,
	}
}

func instant(ms *int64) *time.Time {
	if ms == nil {
		return nil
	}
	at := time.UnixMilli(*ms).UTC()
	return &at
}

// Details reads what the rule and the table need of the given rooms. Where the role may not read what only decorates, that is left out:
// named is false.
func Details(ctx context.Context, tx query.Tx, now time.Time, rooms []Counted) (all []Detail, named bool, err error) {
	if len(rooms) == 0 {
		return nil, true, nil
	}
	ids, counted := make([]string, len(rooms)), map[string]int64{}
	for i, r := range rooms {
		ids[i], counted[r.RoomID] = r.RoomID, r.Extremities
	}
	each := lookedAt(len(rooms))
	facts, err := query.Rows[Numbers](ctx, tx, factsSQL, ids, now.UnixMilli(), each)
	if err != nil {
		return nil, false, err
	}
	may, err := query.Rows[struct{ May *bool }](ctx, tx, maySQL)
	if err != nil {
		return nil, false, err
	}
	called := map[string]Names{}
	if named = len(may) == 1 && may[0].May != nil && *may[0].May; named {
		rows, err := query.Rows[struct {
			RoomID string `db:"room_id"`
			Names
		}](ctx, tx, namesSQL, ids)
		if err != nil {
			return nil, false, err
		}
		for _, row := range rows {
			called[row.RoomID] = row.Names
		}
	}
	for _, f := range facts {
		d := Detail{Numbers: f, Names: called[f.RoomID], Partly: f.Extremities == each && counted[f.RoomID] > each}
		if d.Partly {
			d.Extremities = counted[f.RoomID]
		}
		all = append(all, d)
	}
	return all, named, nil
}

// Size reads the catalogue.
func Size(ctx context.Context, tx query.Tx) (Sizes, error) {
	all, err := query.Rows[Sizes](ctx, tx, sizeSQL)
	if err != nil || len(all) == 0 {
		return Sizes{}, err
	}
	return all[0], nil
}

// OrphanMemberships is the number of memberships above which Orphans is not tried (ours).
const OrphanMemberships = 1_000_000

// Orphans are rooms with local members and no extremity. It reads all local memberships.
func Orphans(ctx context.Context, tx query.Tx, limit int64) ([]Counted, error) {
	return query.Rows[Counted](ctx, tx, orphanSQL, limit)
}
