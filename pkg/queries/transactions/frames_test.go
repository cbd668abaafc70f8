package transactions

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/transactions"
)

// Names, order and units are public API.
func TestColumns(t *testing.T) {
	type column struct {
		name, unit string
		kind       data.FieldType
	}
	want := []column{
		{"rank", "none", data.FieldTypeInt64},
		{"server_name", "", data.FieldTypeString},
		{"transaction", "", data.FieldTypeString},
		{"calls_per_second", "cps", data.FieldTypeFloat64},
		{"mean_duration", "s", data.FieldTypeFloat64},
		{"cost", "none", data.FieldTypeFloat64},
		{"share", "percentunit", data.FieldTypeFloat64},
		{"cost_change", "none", data.FieldTypeNullableFloat64},
		{"verdict", "", data.FieldTypeString},
		{"cache", "", data.FieldTypeString},
		{"cache_hit_ratio", "percentunit", data.FieldTypeNullableFloat64},
		{"cache_misses_per_second", "cps", data.FieldTypeNullableFloat64},
		{"explanation", "", data.FieldTypeString},
	}
	change := 2.0
	usage := transactions.Usage{Name: "get_user_by_id", Calls: 300, Cost: 0.3, AllCost: 10, AllCalls: 2000}
	rows := []row{
		{id: id{"a.org", "get_user_by_id"}, rank: 1, usage: usage, verdict: transactions.Chatty,
			change: &change, ago: weekAgo, guard: "get_user_by_id", cache: &guard{requests: 1000, misses: 250}},
		{id: id{"", "do_fetch"}, rank: 1, verdict: transactions.Quiet, guard: "x"},
		{id: id{"b.org", "y"}, rank: 2, verdict: transactions.Quiet, guard: "x", cache: &guard{}},
	}
	frames := query.TableResult[row]{Columns: columns, Rows: rows}.Frames(query.View{})
	if len(frames) != 1 {
		t.Fatalf("%d frames", len(frames))
	}
	var got []column
	for _, f := range frames[0].Fields {
		got = append(got, column{f.Name, f.Config.Unit, f.Type()})
		if f.Config.DisplayName == "" || f.Config.Description == "" {
			t.Errorf("%s has no display name or no description", f.Name)
		}
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(column{})); diff != "" {
		t.Error(diff)
	}
	value := func(name string, row int) any {
		for _, f := range frames[0].Fields {
			if f.Name == name {
				v, ok := f.ConcreteAt(row)
				if !ok {
					return nil
				}
				return v
			}
		}
		t.Fatalf("no column %s", name)
		return nil
	}
	for _, c := range []struct {
		name string
		row  int
		want any
	}{
		{"rank", 0, int64(1)}, {"server_name", 0, "a.org"}, {"transaction", 0, "get_user_by_id"}, {"calls_per_second", 0, 300.0},
		{"mean_duration", 0, 0.001}, {"cost", 0, 0.3}, {"share", 0, 0.03}, {"cost_change", 0, 2.0}, {"verdict", 0, "chatty"},
		{"cache", 0, "get_user_by_id"}, {"cache_hit_ratio", 0, 0.75}, {"cache_misses_per_second", 0, 250.0},
		// Not measured and measured as nothing are two answers.
		{"server_name", 1, ""}, {"cost_change", 1, nil}, {"cache", 1, "x"}, {"cache_hit_ratio", 1, nil}, {"cache_misses_per_second", 1, nil},
		{"cache_hit_ratio", 2, nil}, {"cache_misses_per_second", 2, 0.0},
	} {
		if got := value(c.name, c.row); got != c.want {
			t.Errorf("%s of row %d is %v, want %v", c.name, c.row, got, c.want)
		}
	}
	colours := map[string]string{}
	for _, f := range frames[0].Fields {
		if f.Name == "verdict" {
			for value, result := range f.Config.Mappings[0].(data.ValueMapper) {
				colours[value] = result.Color
			}
		}
	}
	if diff := cmp.Diff(map[string]string{"hot": "red", "slow": "orange", "chatty": "blue", "maintenance": "purple", "quiet": "green"}, colours); diff != "" {
		t.Error(diff)
	}
}

func TestGuardsAreOfTheirOwnHomeserver(t *testing.T) {
	guards := map[id]guard{{"a.org", "get_user_by_id"}: {requests: 1, misses: 1}}
	here := row{id: id{"a.org", "get_user_by_id"}}.withGuard(guards)
	there := row{id: id{"b.org", "get_user_by_id"}}.withGuard(guards)
	none := row{id: id{"a.org", "persist_events"}}.withGuard(guards)
	if here.guard != "get_user_by_id" || here.cache == nil {
		t.Errorf("%+v", here)
	}
	if there.guard != "get_user_by_id" || there.cache != nil {
		t.Errorf("another homeserver's cache was taken: %+v", there)
	}
	if none.guard != "" || none.cache != nil {
		t.Errorf("a transaction without a cache has one: %+v", none)
	}
}
