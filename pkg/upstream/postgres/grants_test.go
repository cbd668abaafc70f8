package postgres

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestRoleSQL(t *testing.T) {
	sql := RoleSQL(`a "b"`, "synapse")
	for _, want := range []string{
		`CREATE ROLE "a ""b""" LOGIN`, `GRANT CONNECT ON DATABASE "synapse" TO "a ""b""";`, `GRANT USAGE ON SCHEMA public TO "a ""b""";`,
		"GRANT SELECT (event_id, room_id, type,", ") ON events TO ",
	} {
		if !strings.Contains(sql, want) {
			t.Errorf("no %s in\n%s", want, sql)
		}
	}
	for _, never := range []string{"event_json", "content", "sender", "users", "access_tokens", "state_groups_state", "GRANT SELECT ON events"} {
		if strings.Contains(sql, never) {
			t.Errorf("%s in\n%s", never, sql)
		}
	}
}

// TestREADME: the block that admins paste is the one that the plugin needs.
func TestREADME(t *testing.T) {
	text, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if sql := RoleSQL("grafana_synapse", "synapse"); !strings.Contains(string(text), sql) {
		t.Errorf("README.md does not have this block:\n%s", sql)
	}
}

func TestInventory(t *testing.T) {
	var columns []catalogued
	for _, n := range needs {
		for _, c := range n.columns {
			columns = append(columns, catalogued{Schema: "public", Table: n.table, Column: c, Usable: true, InPath: true, Readable: true})
		}
	}
	i := sortOut(identity{Role: "grafana"}, columns)
	if !i.isSynapse() || len(i.grants()) > 0 || len(i.absent) > 0 {
		t.Errorf("%+v", i)
	}
	// The same names in a schema beside it don't count.
	i = sortOut(identity{Role: "grafana"}, append(columns, catalogued{Schema: "archive", Table: "event_forward_extremities", Column: "room_id"}))
	if i.schema != "public" || len(i.grants()) > 0 {
		t.Errorf("another schema counts: %+v", i)
	}
	without := slices.DeleteFunc(slices.Clone(columns), func(c catalogued) bool { return c.Column == "join_event_id" })
	without[0].Readable = false
	i = sortOut(identity{Role: "grafana"}, without)
	if got := i.grants(); len(got) != 1 || got[0] != `GRANT SELECT ON event_forward_extremities TO "grafana";` {
		t.Errorf("grants %q", got)
	}
	if !slices.Equal(i.absent, []string{"partial_state_rooms.join_event_id"}) {
		t.Errorf("absent %q", i.absent)
	}
	if i := sortOut(identity{}, nil); i.isSynapse() {
		t.Error("an empty database passes for Synapse's")
	}
	moved := slices.Clone(columns)
	for j := range moved {
		moved[j].Schema, moved[j].Usable, moved[j].InPath, moved[j].Readable = "Matrix", false, false, false
	}
	got := strings.Join(sortOut(identity{Role: "grafana"}, moved).grants(), "\n")
	if !strings.Contains(got, `GRANT USAGE ON SCHEMA "Matrix"`) || !strings.Contains(got, `ON "Matrix".events TO`) {
		t.Error(got)
	}
}
