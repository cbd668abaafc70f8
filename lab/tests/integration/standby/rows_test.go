package standby_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/queries"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/tables"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

var options = settings.Settings{DatasourceUID: "uid", ScrapeInterval: 15 * time.Second, QueryTimeout: 25 * time.Second, Postgres: settings.Postgres{FullPassTimeout: time.Minute}, Homeserver: settings.Homeserver{DummyEventsThreshold: 10}}

// answer runs a query of a type in one of its formats.
func answer(t *testing.T, db query.Database, typ query.Type, format string) *data.Frame {
	t.Helper()
	request, err := typ.Decode([]byte(`{"format": "` + format + `"}`))
	if err != nil {
		t.Fatal(err)
	}
	frames, err := query.NewRunner(options, nil, db).Run(t.Context(), typ, request, query.TimeRange{}, query.Asker{View: query.View{ShowRooms: true}})
	if err != nil {
		t.Fatal(err)
	}
	frames[0].Meta.ExecutedQueryString = "" // statements that run at once come in any order
	return frames[0]
}

// TestSameRows: what is replicated is answered alike, whatever type asks for it.
func TestSameRows(t *testing.T) {
	onPrimary, onStandby := both(t)
	asked := 0
	for _, typ := range queries.All {
		for _, format := range typ.Formats {
			if format.Needs != query.Postgres || typ.ID == tables.Type().ID {
				continue
			}
			asked++
			want, got := answer(t, onPrimary, typ, format.ID), answer(t, onStandby, typ, format.ID)
			if want.Rows() == 0 {
				t.Errorf("%s %s: no rows", typ.ID, format.ID)
			}
			if diff := cmp.Diff(want, got, data.FrameTestCompareOptions()...); diff != "" {
				t.Errorf("%s %s on the standby: %s", typ.ID, format.ID, diff)
			}
		}
	}
	if asked < 2 {
		t.Errorf("%d formats were asked", asked)
	}
}

// TestTables: sizes and estimates are there; what is counted on the primary only is empty, and that is said.
func TestTables(t *testing.T) {
	onPrimary, onStandby := both(t)
	want, got := answer(t, onPrimary, tables.Type(), "table"), answer(t, onStandby, tables.Type(), "table")
	for _, name := range []string{"table", "server_name", "rows_estimate", "known_issue", "advice"} {
		if diff := cmp.Diff(column[any](t, want, name), column[any](t, got, name)); diff != "" {
			t.Errorf("%s on the standby: %s", name, diff)
		}
	}
	for _, name := range []string{"total_bytes", "table_bytes", "index_bytes"} {
		sizes := column[float64](t, got, name)
		for i, size := range column[float64](t, want, name) {
			if sizes[i] < 0.9*size || sizes[i] > 1.1*size || size == 0 {
				t.Errorf("%s of row %d: %.0f on the primary, %.0f on the standby", name, i, size, sizes[i])
			}
		}
	}
	for _, name := range []string{"dead_rows", "inserted_rows", "deleted_rows", "stats_since", "last_autovacuum", "last_autoanalyze"} {
		field, _ := got.FieldByName(name)
		for i := range field.Len() {
			if value, there := field.ConcreteAt(i); there {
				t.Errorf("%s of row %d is %v on a replica", name, i, value)
			}
		}
	}
	if dead := column[*int64](t, want, "inserted_rows")[0]; dead == nil {
		t.Error("the primary does not count either")
	}
	text := told(got)
	if !strings.Contains(text, "PostgreSQL is a replica: dead, inserted and deleted rows") || strings.Contains(text, "does not tell since when") {
		t.Errorf("notices: %s", text)
	}
}

func told(frame *data.Frame) string {
	text := ""
	for _, notice := range frame.Meta.Notices {
		text += notice.Text + "\n"
	}
	return text
}

func column[T any](t *testing.T, frame *data.Frame, name string) []T {
	t.Helper()
	field, _ := frame.FieldByName(name)
	if field == nil {
		t.Fatalf("no column %s", name)
	}
	all := make([]T, field.Len())
	for i := range all {
		all[i] = field.At(i).(T)
	}
	return all
}
