package tables

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/tables"
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
	d := tables.Database{Bytes: 100 << 30, Since: &since, Tables: []tables.Table{
		{Name: "stream_ordering_to_exterm", TableBytes: 50 << 30, IndexBytes: 10 << 30, Rows: n(9e8), Live: n(5e8), Dead: n(5e8), LastAutovacuum: &since},
		{Name: "push_rules_stream", TableBytes: 1 << 20},
		{Name: "events", TableBytes: 8 << 30, Rows: n(6e6), Live: n(6e6), Dead: n(10)},
	}}
	frameOf := func() *data.Frame {
		return query.TableFrame("", columns, rowsOf("a.example", d, d.Tables, tables.GrowthThresholds.In(nil)), query.View{})
	}
	frame := frameOf()
	at := func(column string, row int) any {
		field, _ := frame.FieldByName(column)
		return field.At(row)
	}
	if total := at("total_bytes", 0); total != float64(60<<30) {
		t.Errorf("total_bytes %v", total)
	}
	advice := at("advice", 0).(string)
	for _, text := range []string{"60% of the database", "one row per forward extremity", "Don't delete rows by hand", "50% of its rows are dead."} {
		if !strings.Contains(advice, text) {
			t.Errorf("advice lacks %q: %s", text, advice)
		}
	}
	if small := at("advice", 1).(string); small == "" || strings.Contains(small, "of the database") {
		t.Errorf("a small known table: %s", small)
	}
	if link := at("known_issue", 1); link != "https://github.com/element-hq/synapse/issues/19313" {
		t.Errorf("known_issue %v", link)
	}
	if at("advice", 2) != "" || at("known_issue", 2) != "" || at("rows_estimate", 1).(*int64) != nil {
		t.Error("something is said about a table of which nothing is known")
	}
	d.Replica = true
	frame = frameOf()
	if at("stats_since", 0).(*time.Time) != nil {
		t.Error("a replica counts since nothing")
	}
}

// An admin's threshold of dead rows moves the table as well.
func TestAdviceByTheAdminsThreshold(t *testing.T) {
	n := func(v int64) *int64 { return &v }
	events := tables.Table{Name: "events", TableBytes: 8 << 30, Live: n(7e6), Dead: n(3e6)}
	own := map[string]settings.Threshold{"table-growth": {Warning: limits.At(0.4)}}
	if text := adviceFor(events, 9<<30, tables.GrowthThresholds.In(nil)); !strings.HasPrefix(text, "30% of its rows are dead.\n") {
		t.Error(text)
	}
	if text := adviceFor(events, 9<<30, tables.GrowthThresholds.In(own)); text != "" {
		t.Error(text)
	}
}
