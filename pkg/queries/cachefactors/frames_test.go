package cachefactors

import (
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// The columns are public: dashboards and alert rules name them.
const (
	tableColumns = "cache server_name verdict current_factor recommended_factor max_useful_factor entries max_entries " +
		"requests_per_second misses_per_second hit_ratio size_evictions_per_second residence_time predicted_hit_ratio " +
		"predicted_hit_ratio_low predicted_hit_ratio_high avoided_misses_per_second avoided_misses_limit " +
		"database_time_saved memory_cost confidence reason"
	curveColumnNames  = "cache server_name multiplier factor max_entries hit_ratio low high avoided_misses_per_second avoided_misses_limit"
	configColumnNames = "yaml server_name environment notes"
)

func TestColumns(t *testing.T) {
	rows := []row{rowOf(undersized(), usual())}
	for name, test := range map[string]struct {
		result query.Result
		want   string
	}{
		"table":       {table{rows, false}, tableColumns},
		"per process": {table{rows, true}, tableColumns + " job index instance"},
		"curve":       {curve(rows[0].curve([]float64{2}, nil)), curveColumnNames},
		"config":      {configs{{}}, configColumnNames},
	} {
		t.Run(name, func(t *testing.T) {
			frame := test.result.Frames(query.View{})[0]
			if got := strings.Join(fieldNames(frame), " "); got != test.want {
				t.Errorf("columns\n%s\nwant\n%s", got, test.want)
			}
			for _, field := range frame.Fields {
				if field.Config.DisplayName == "" || field.Config.Description == "" {
					t.Errorf("%s lacks a title or a description", field.Name)
				}
				if field.Type().Numeric() && field.Config.Unit == "" {
					t.Errorf("%s is a number without a unit", field.Name)
				}
			}
		})
	}
}

func fieldNames(frame *data.Frame) []string {
	var names []string
	for _, field := range frame.Fields {
		names = append(names, field.Name)
	}
	return names
}

func TestRow(t *testing.T) {
	f := undersized()
	f.useful, f.bytes = known(20_000), known(3e6)
	r := rowOf(f, usual())
	for name, test := range map[string]struct {
		got  *float64
		want float64
	}{
		"current": {r.current, 0.5}, "next": {r.next, 1}, "ceiling": {r.ceiling, 2},
		"at most": {r.atMost, 41}, "memory": {r.memory, 3e6}, "hit ratio": {r.hitRatio(), 0.74},
		"residence": {r.residence(), 40},
	} {
		if test.got == nil || *test.got != test.want {
			t.Errorf("%s is %v, want %g", name, value(test.got), test.want)
		}
	}
}

func TestNothingIsClaimedWithoutProof(t *testing.T) {
	for name, change := range map[string]func(f *facts, o *options){
		"resized":    func(f *facts, _ *options) { f.resized = true },
		"autotuning": func(_ *facts, o *options) { o.autotuning = true },
		"not LRU":    func(f *facts, _ *options) { *f = named1("state_cache", *f) },
	} {
		f, o := undersized(), usual()
		f.useful = known(20_000)
		change(&f, &o)
		if r := rowOf(f, o); r.atMost != nil || r.ceiling != nil {
			t.Errorf("%s: bound %v, largest useful factor %v", name, value(r.atMost), value(r.ceiling))
		}
	}
}

func TestOrder(t *testing.T) {
	scan, better, idler := undersized(), undersized(), undersized()
	scan.cache, scan.hits, scan.bound, scan.sizeDrops = "scan", 0, scan.requests, scan.requests
	better.cache, better.bound = "better", better.bound+1
	idler.cache, idler.requests = "idler", 1
	all := map[key]*facts{}
	for _, f := range []facts{scan, idler, undersized(), better} {
		all[f.key] = &f
	}
	var got []string
	for _, r := range rowsOf(all, usual()) {
		got = append(got, r.cache)
	}
	if want := []string{"better", "get_room_version_id", "scan", "idler"}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}

// Grafana draws a curve only where it is one: of one cache, on one homeserver.
func TestACurveIsDrawn(t *testing.T) {
	one := curve{{cache: "a", multiplier: 1}, {cache: "a", multiplier: 2}}
	frame := one.Frames(query.View{})[0]
	if frame.Meta.PreferredVisualizationPluginID != "trend" {
		t.Errorf("one cache is shown as %q", frame.Meta.PreferredVisualizationPluginID)
	}
	for name := range curveStyles {
		if field, _ := frame.FieldByName(name); field == nil || field.Config.Custom == nil {
			t.Errorf("the style of %s belongs to no column", name)
		}
	}
	for _, several := range []curve{{}, append(one, point{cache: "b"}), append(one, point{server: "other", cache: "a"})} {
		if drawn := several.Frames(query.View{})[0].Meta.PreferredVisualizationPluginID; drawn != "" {
			t.Errorf("%d points of several caches are shown as %q", len(several), drawn)
		}
	}
}
