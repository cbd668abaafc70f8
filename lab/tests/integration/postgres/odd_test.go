package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/lab/database"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/tables"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// TestFormatsOfTheRole: what is set for the role or the database changes no answer.
func TestFormatsOfTheRole(t *testing.T) {
	since(t, 15) // pg_stat_force_next_flush
	c := own(t, "odd")
	room := plantedRoom(t, "Town Square")
	admin(t, "odd", `UPDATE room_stats_state SET name = '日本 Straße' WHERE room_id = '`+room.ID+`'`)
	for name, value := range map[string]string{
		"datestyle": "German", "client_encoding": "LATIN1", "timezone": "Asia/Kathmandu", "intervalstyle": "iso_8601",
		"extra_float_digits": "-15", "standard_conforming_strings": "off", "search_path": `public`,
	} {
		of := "ROLE odd"
		if name == "datestyle" || name == "search_path" {
			of = "DATABASE odd"
		}
		admin(t, "odd", fmt.Sprintf("ALTER %s SET %s = '%s'", of, name, value))
	}
	before := time.Now().Add(-time.Second)
	admin(t, "odd", `VACUUM ANALYZE rooms`)
	admin(t, "odd", `SELECT pg_stat_force_next_flush()`)
	db := client(t, c)
	askEverything(t, db)
	var all tables.Database
	if err := db.Read(t.Context(), 0, func(ctx context.Context, tx query.Tx) (err error) {
		all, err = tables.Read(ctx, tx, 500)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, table := range all.Tables {
		if at := table.LastVacuum; table.Name == "rooms" && (at == nil || at.Before(before) || at.After(time.Now())) {
			t.Errorf("vacuumed at %v, want after %s", at, before)
		}
	}
	if got := *values[*string](t, ask(t, db, `{}`, query.View{ShowRooms: true}), "name")[0]; got != "日本 Straße" {
		t.Errorf("the room is called %q", got)
	}
}

// TestNamesOfOthers: a name as long as an event, and one that is not UTF-8, which only a database without an encoding keeps.
func TestNamesOfOthers(t *testing.T) {
	ctx := context.Background()
	admin(t, synapse, `CREATE DATABASE bytes ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`)
	conn, err := pgx.Connect(ctx, server.DSN("bytes"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx) //nolint:errcheck // the server goes away with the tests
	if err := database.Fill(ctx, conn, homeserver); err != nil {
		t.Fatal(err)
	}
	if err := database.Role(ctx, conn, "bytes", password); err != nil {
		t.Fatal(err)
	}
	room := plantedRoom(t, "Town Square")
	admin(t, "bytes", `UPDATE room_stats_state SET name = E'\xff\xfe odd', canonical_alias = repeat('x', 60000) WHERE room_id = '`+room.ID+`'`)
	c := config()
	c.Database, c.User = "bytes", "bytes"
	frame := ask(t, client(t, c), `{}`, query.View{ShowRooms: true})
	name, alias := *values[*string](t, frame, "name")[0], *values[*string](t, frame, "canonical_alias")[0]
	if !utf8.ValidString(name) || !strings.HasSuffix(name, " odd") {
		t.Errorf("name %q", name)
	}
	if len(alias) != 200 {
		t.Errorf("an alias of %d bytes", len(alias))
	}
}

// TestHiddenRows: a policy that hides rows must not look like missing events.
func TestHiddenRows(t *testing.T) {
	c := own(t, "hidden")
	admin(t, "hidden", `ALTER TABLE events ENABLE ROW LEVEL SECURITY`)
	_, err := try(client(t, c), `{}`, query.View{})
	fault := wantFault(t, err, upstream.MissingGrant, upstream.Downstream)
	if !strings.Contains(fault.Error(), "row-level security") {
		t.Error(fault)
	}
}
