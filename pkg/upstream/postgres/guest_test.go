package postgres

import "testing"

func TestQualify(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT room_id FROM events WHERE type = $1":       `SELECT room_id FROM "public".events WHERE type = $1`,
		"SELECT 1 FROM rooms r\nLEFT JOIN  events e ON x":  "SELECT 1 FROM \"public\".rooms r\nLEFT JOIN  \"public\".events e ON x",
		"SELECT (SELECT max(a) FROM events)":               `SELECT (SELECT max(a) FROM "public".events)`,
		"SELECT 1 FROM pg_catalog.pg_class":                "SELECT 1 FROM pg_catalog.pg_class",
		"SELECT events FROM eventsx JOIN unnest($1) AS x":  "SELECT events FROM eventsx JOIN unnest($1) AS x",
		"SELECT to_regclass('msc4242'), count(*) AS rooms": `SELECT to_regclass('"public".msc4242'), count(*) AS rooms`,
	} {
		if got := qualify(sql, ""); got != want {
			t.Errorf("%s\n got %s\nwant %s", sql, got, want)
		}
	}
	if got := qualify("SELECT to_regclass('events') FROM events", `a"b'c$1`); got != `SELECT to_regclass('"a""b''c$1".events') FROM "a""b'c$1".events` {
		t.Error(got)
	}
}
