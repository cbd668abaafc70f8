package tables

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/tablestats"
)

func TestColumns(t *testing.T) {
	var names []string
	for _, c := range Type().Formats[0].Columns {
		names = append(names, c.Name)
		if c.Title == "" || c.Help == "" {
			t.Errorf("%s is not documented", c.Name)
		}
	}
	want := strings.Fields("table server_name total_bytes table_bytes index_bytes rows_estimate dead_rows inserted_rows deleted_rows stats_since last_autovacuum last_autoanalyze known_issue advice")
	if !slices.Equal(names, want) {
		t.Errorf("columns %v", names)
	}
}

func TestRows(t *testing.T) {
	n := func(v int64) *int64 { return &v }
	since := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	d := tablestats.Database{Bytes: 100 << 30, Since: &since, Tables: []tablestats.Table{
		{Name: "stream_ordering_to_exterm", TableBytes: 50 << 30, IndexBytes: 10 << 30, Rows: n(9e8), Live: n(5e8), Dead: n(5e8), LastAutovacuum: &since},
		{Name: "push_rules_stream", TableBytes: 1 << 20},
		{Name: "events", TableBytes: 8 << 30, Rows: n(6e6), Live: n(6e6), Dead: n(10)},
	}}
	frame := rows("a.example", d).Frames(query.View{})[0]
	at := func(column string, row int) any {
		field, _ := frame.FieldByName(column)
		return field.At(row)
	}
	if total := at("total_bytes", 0); total != float64(60<<30) {
		t.Errorf("total_bytes %v", total)
	}
	advice := at("advice", 0).(string)
	for _, text := range []string{"60 % of the database", "one row per forward extremity", "Don't delete rows by hand", "50 % of its rows are dead"} {
		if !strings.Contains(advice, text) {
			t.Errorf("advice lacks %q: %s", text, advice)
		}
	}
	if small := at("advice", 1).(string); small == "" || strings.Contains(small, "% of the database") {
		t.Errorf("a small known table: %s", small)
	}
	if link := at("known_issue", 1); link != "https://github.com/element-hq/synapse/issues/19313" {
		t.Errorf("known_issue %v", link)
	}
	if at("advice", 2) != "" || at("known_issue", 2) != "" || at("rows_estimate", 1).(*int64) != nil {
		t.Error("something is said about a table of which nothing is known")
	}
	d.Replica = true
	frame = rows("a.example", d).Frames(query.View{})[0]
	if at("stats_since", 0).(*time.Time) != nil {
		t.Error("a replica counts since nothing")
	}
}

// TestKnownIssues: a link and advice that changes nothing by itself.
func TestKnownIssues(t *testing.T) {
	for _, name := range []string{"stream_ordering_to_exterm", "device_lists_changes_in_room", "push_rules_stream", "received_transactions", "device_federation_outbox", "current_state_delta_stream", "state_groups_state"} {
		issue, ok := tablestats.KnownIssue(name)
		if !ok || !strings.HasPrefix(issue.Link, "https://github.com/") || issue.Meaning == "" || !strings.HasSuffix(issue.Advice, "Don't delete rows by hand.") {
			t.Errorf("%s: %+v", name, issue)
		}
	}
}
