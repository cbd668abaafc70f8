package database

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/matrix-insight/synapse-datasource/lab/servers/postgres"
)

func TestRoomsAreTheSameForTheSameSeed(t *testing.T) {
	first := Rooms(Options{Seed: 7, Now: time.Unix(1_800_000_000, 0)})
	if again := Rooms(Options{Seed: 7, Now: time.Unix(1_900_000_000, 0)}); !reflect.DeepEqual(first, again) {
		t.Error("the same seed gave other rooms")
	}
	if reflect.DeepEqual(first, Rooms(Options{Seed: 8})) {
		t.Error("another seed gave the same rooms")
	}
	planted := PlantedRooms(Options{Seed: 7})
	for i, room := range planted {
		if first[i].ID != room.ID {
			t.Errorf("room %d is %s, want the planted %s", i, first[i].ID, room.Name)
		}
		if i > 0 && room.Extremities > planted[i-1].Extremities {
			t.Errorf("%s is not in the order of extremities", room.Name)
		}
	}
	for _, room := range Rooms(Options{Seed: 7, Healthy: true}) {
		if room.Extremities > 2 {
			t.Errorf("a healthy server has a room with %d extremities", room.Extremities)
		}
	}
}

// verdictQuery is the rule for rooms with many extremities up to the verdict, by the columns that decide.
const verdictQuery = `
WITH top AS (SELECT room_id, count(*) n FROM event_forward_extremities GROUP BY 1 HAVING count(*) > 10)
SELECT t.room_id, t.n, x.bad, x.groups, x.newest, x.oldest, x.dummy,
  (SELECT count(*) FROM local_current_membership l WHERE l.room_id = t.room_id AND l.membership = 'join') AS local_members,
  (p.room_id IS NOT NULL) AS partial
FROM top t
CROSS JOIN LATERAL (SELECT
    count(*) FILTER (WHERE e.event_id IS NULL OR e.outlier OR e.rejection_reason IS NOT NULL OR e.room_id <> f.room_id
      OR g.event_id IS NULL) AS bad,
    count(DISTINCT g.state_group) AS groups, max(e.received_ts) AS newest, min(e.received_ts) AS oldest,
    bool_or(e.type = 'org.matrix.dummy_event' AND e.received_ts > $1::bigint - 900000) AS dummy
  FROM event_forward_extremities f LEFT JOIN events e USING (event_id)
  LEFT JOIN event_to_state_groups g ON g.event_id = f.event_id WHERE f.room_id = t.room_id) x
LEFT JOIN partial_state_rooms p ON p.room_id = t.room_id
ORDER BY t.n DESC, t.room_id`

type measuredRoom struct {
	ID           string
	N, Bad       int
	Groups       int
	Newest       int64
	Oldest       int64
	Dummy        bool
	LocalMembers int
	Partial      bool
}

func verdicts(rooms []measuredRoom, now int64) map[string]string {
	const day = 24 * 60 * 60 * 1000
	found := map[string]string{}
	rank, blocked := 0, false
	for _, r := range rooms {
		if r.LocalMembers > 0 {
			rank++
		}
		switch {
		case r.Bad > 0:
			found[r.ID] = "corrupt"
			blocked = blocked || r.LocalMembers > 0
		case r.Partial:
			found[r.ID] = "watch"
		case r.LocalMembers == 0 && r.Newest >= now-day:
			found[r.ID] = "act"
		case r.LocalMembers == 0:
			found[r.ID] = "harmless"
		case r.Groups == 1 && r.Dummy:
			found[r.ID] = "heals-itself"
		case r.Groups == 1:
			found[r.ID] = "harmless"
		case blocked:
			found[r.ID] = "watch"
		case r.Dummy || rank <= 5 && r.Oldest >= now-day:
			found[r.ID] = "heals-itself"
		case r.N >= 50:
			found[r.ID] = "act"
		default:
			found[r.ID] = "watch"
		}
	}
	return found
}

func TestFilledDatabase(t *testing.T) {
	ctx := context.Background()
	server := startPostgres(t)
	conn := connect(t, server.DSN("synapse"))
	o := Options{Seed: 1, Now: time.Now()}
	began := time.Now()
	if err := Fill(ctx, conn, o); err != nil {
		t.Fatal(err)
	}
	t.Logf("filled in %s", time.Since(began).Round(time.Millisecond))

	rows, err := conn.Query(ctx, verdictQuery, o.Now.UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	measured, err := pgx.CollectRows(rows, pgx.RowToStructByPos[measuredRoom])
	if err != nil {
		t.Fatal(err)
	}
	found := verdicts(measured, o.Now.UnixMilli())
	for i, room := range PlantedRooms(o) {
		if room.Extremities == 0 {
			continue
		}
		if i >= len(measured) || measured[i].ID != room.ID || measured[i].N != room.Extremities {
			t.Fatalf("row %d is not %s", i, room.Name)
		}
		if found[room.ID] != room.Verdict {
			t.Errorf("%s: verdict %q, want %q (%+v)", room.Name, found[room.ID], room.Verdict, measured[i])
		}
		if measured[i].LocalMembers != room.LocalMembers || measured[i].Groups != room.StateGroups {
			t.Errorf("%s: %+v", room.Name, measured[i])
		}
	}
	testRole(t, server, conn)
}

func testRole(t *testing.T, server *postgres.Server, conn *pgx.Conn) {
	ctx := context.Background()
	const name, password = `grafana "reader"`, `it's \ secret`
	if err := Role(ctx, conn, name, password); err != nil {
		t.Fatal(err)
	}
	reader := connect(t, server.UserDSN(name, password, "synapse"))
	if _, err := reader.Exec(ctx, verdictQuery, int64(0)); err != nil {
		t.Errorf("the role cannot judge the rooms: %v", err)
	}
	// A session may undo the role's read-only default: its rights alone must refuse.
	if _, err := reader.Exec(ctx, "SET default_transaction_read_only = off"); err != nil {
		t.Fatal(err)
	}
	for _, forbidden := range []string{
		"SELECT json FROM event_json", "SELECT password_hash FROM users", "SELECT content FROM events", "SELECT sender FROM events",
		"SELECT event_json FROM federation_inbound_events_staging", "SELECT topic FROM room_stats_state",
		"DELETE FROM event_forward_extremities", "SELECT * FROM state_groups_state",
	} {
		_, err := reader.Exec(ctx, forbidden)
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != "42501" {
			t.Errorf("%s: %v, want it refused", forbidden, err)
		}
	}
}
