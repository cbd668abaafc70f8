package cachefactors

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
)

// undersized is a full cache of 5,000 entries at factor 0.5 whose entries are looked up again but stay for 40 s only. It
// misses 52 times per second, 41 of them avoidable.
func undersized(cache string) *caches.Measurements {
	return &caches.Measurements{
		Key: caches.Key{Server: "example.org", Cache: cache}, Window: 6 * time.Hour,
		Requests: 4_320_000, Hits: 3_196_800, Warm: 4_320_000, EvictionsSeen: true,
		Evicted: 2_700_000, Before: 1000, Avoidable: 885_600, Fill: 1, Processes: 1,
		Entries: new(5000.0), FullEntries: 5000, MaxEntries: new(5000.0),
	}
}

const roomVersion = "get_room_version_id"

func usual() caches.Homeserver {
	return caches.Homeserver{EntryTTL: 30 * time.Minute, CommonFactor: 0.5}
}

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
	rows := []row{rowOf(undersized(roomVersion), usual())}
	for name, test := range map[string]struct {
		result query.Result
		want   string
	}{
		"table":       {table{rows, false}, tableColumns},
		"per process": {table{rows, true}, tableColumns + " job index instance process"},
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

func TestNothingIsClaimedWithoutProof(t *testing.T) {
	for name, change := range map[string]func(m *caches.Measurements, h *caches.Homeserver){
		"resized":    func(m *caches.Measurements, _ *caches.Homeserver) { m.Resized = true },
		"autotuning": func(_ *caches.Measurements, h *caches.Homeserver) { h.AutotuningStated = true },
		"not LRU":    func(m *caches.Measurements, _ *caches.Homeserver) { m.Cache = "state_cache" },
	} {
		m, h := undersized(roomVersion), usual()
		change(m, &h)
		if r := rowOf(m, h); r.atMost != nil || r.toPredict(h) {
			t.Errorf("%s: bound %v", name, query.OrZero(r.atMost))
		}
	}
}

func TestOrder(t *testing.T) {
	scan, better, idler := undersized("scan"), undersized("better"), undersized("idler")
	scan.Hits, scan.Avoidable, scan.Evicted = 0, scan.Requests, scan.Requests
	better.Avoidable++
	idler.Requests = 1
	all, servers := caches.All{}, map[string]caches.Homeserver{"example.org": usual()}
	for _, m := range []*caches.Measurements{scan, idler, undersized(roomVersion), better} {
		all[m.Key] = m
	}
	var got []string
	for _, r := range rowsOf(all, servers) {
		got = append(got, r.Cache)
	}
	if want := []string{"better", roomVersion, "scan", "idler"}; !slices.Equal(got, want) {
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
