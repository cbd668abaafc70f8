package postgres_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/lab/database"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/postgres"
)

// TestRankingIsTheFullCount changes a large table at random, and the count by steps has to be what one statement says: while events
// arrive, rooms heal and are purged, one room has more rows than a step, and the plugin restarts.
func TestRankingIsTheFullCount(t *testing.T) {
	const ranked = "ranked"
	if err := server.CreateDatabase(t.Context(), ranked); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), server.DSN(ranked))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // the server goes away with the tests
	if err := database.Fill(t.Context(), conn, homeserver); err != nil {
		t.Fatal(err)
	}
	run := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	run(postgres.RoleSQL("ranker", ranked))
	run(`SET session_replication_role = replica`) // extremities without their events
	random := rand.New(rand.NewPCG(14, 0))
	grow := func(room string, rows int) {
		run(fmt.Sprintf(`INSERT INTO event_forward_extremities (event_id, room_id) SELECT '$%d-' || n, '%s' FROM generate_series(1, %d) n`, random.Uint64(), room, rows))
	}
	grow("!huge:example.org", 70_000)
	for i := range 3000 {
		if i%100 == 0 {
			grow(fmt.Sprintf("!room%d:example.org", i), 1+random.IntN(900))
		}
	}
	run(`INSERT INTO event_forward_extremities (event_id, room_id) SELECT '$one-' || n, '!one' || n || ':example.org' FROM generate_series(1, 60000) n`)
	c := config()
	c.Database, c.User, c.FullPassTimeout = ranked, "ranker", time.Minute
	db := client(t, c)
	huge := ask(t, db, `{"limit": 3}`, query.View{ShowRooms: true})
	if ids, counts := values[string](t, huge, "room_id"), values[int64](t, huge, "extremities"); ids[0] != "!huge:example.org" || counts[0] != 70_000 || huge.Rows() != 3 {
		t.Errorf("the first room is %s with %d", ids[0], counts[0])
	}
	wantNotice(t, huge, "only some were looked at: 1")
	for round := range 6 {
		if round == 3 { // the plugin restarts
			db = client(t, c)
		}
		wantFullCount(t, conn, db, c)
		room := fmt.Sprintf("!room%d:example.org", 100*random.IntN(30))
		switch round % 3 {
		case 0:
			grow(room, 1+random.IntN(60_000))
		case 1: // it heals
			run(`DELETE FROM event_forward_extremities WHERE room_id = '` + room + `'`)
			grow(room, 1)
		case 2: // it is purged, with some of the small ones
			run(`DELETE FROM event_forward_extremities WHERE room_id = '` + room + `' OR room_id < '!one2'`)
		}
	}
}

func wantFullCount(t *testing.T, conn *pgx.Conn, db query.Database, c settings.Postgres) {
	t.Helper()
	s := query.NewSession(query.Request{}, query.TimeRange{}, time.Now(), settings.Settings{Postgres: c, QueryTimeout: time.Minute}, noMetrics{}, db)
	time.Sleep(50 * time.Millisecond)
	s.Now = time.Now().Add(time.Hour) // what was counted before is old
	got, err := extremities.Rank(t.Context(), s, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, least := range []int64{0, 1, 10, 500} {
		rows, err := conn.Query(t.Context(), `SELECT room_id, count(*) FROM event_forward_extremities GROUP BY room_id HAVING count(*) > $1 ORDER BY 2 DESC, room_id COLLATE "C"`, least)
		if err != nil {
			t.Fatal(err)
		}
		want, err := pgx.CollectRows(rows, pgx.RowToStructByPos[extremities.Counted])
		if err != nil {
			t.Fatal(err)
		}
		const limit = 15_000
		shown, beyond := got.Above(least, limit)
		if diff := cmp.Diff(want[:min(limit, len(want))], shown); diff != "" || beyond != int64(len(want)-len(shown)) {
			t.Fatalf("rooms with more than %d: %d of %d, %d beyond: %s", least, len(shown), len(want), beyond, strings.Join(strings.Split(diff, "\n")[:min(20, strings.Count(diff, "\n"))], "\n"))
		}
	}
}
