package promql

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// cacheSeries is one cache of one process, as rates per second over eight hours and sizes.
type cacheSeries struct {
	server, index, cache            string
	requests, hits, full, unused    float64
	entries, maxEntries, wasEntries float64
	restarts                        bool // in the middle of the range
}

func (c cacheSeries) load() string {
	labels := func(more string) string {
		return fmt.Sprintf(`{server_name=%q,name=%q,job="synapse",index=%q,instance="host:9000"%s}`, c.server, c.cache, c.index, more)
	}
	grows := func(rate float64) string {
		if c.restarts {
			return fmt.Sprintf("0+%gx1199 0+%gx720", rate*15, rate*15)
		}
		return fmt.Sprintf("0+%gx1920", rate*15)
	}
	sizes := fmt.Sprintf("%g+0x1920", c.maxEntries)
	if c.wasEntries > 0 {
		sizes = fmt.Sprintf("%g+0x1199 %g+0x720", c.wasEntries, c.maxEntries)
	}
	const metric = "\n  synapse_util_caches_cache"
	return metric + labels("") + " " + grows(c.requests) +
		metric + "_hits" + labels("") + " " + grows(c.hits) +
		metric + "_evicted_size" + labels(`,reason="size"`) + " " + grows(c.full) +
		metric + "_evicted_size" + labels(`,reason="time"`) + " 0+0x1920" +
		metric + "_evicted_size" + labels(`,reason="invalidation"`) + " " + grows(c.unused) +
		metric + "_size" + labels("") + fmt.Sprintf(" %g+0x1920", c.entries) +
		metric + "_max_size" + labels("") + " " + sizes
}

const roomVersion = "get_room_version_id" // 10,000 entries at factor 1

func homeservers() string {
	text := "load 15s"
	for _, c := range []cacheSeries{
		// Two processes: misses 40 and 10, drops for lack of room 30 and 20 a second.
		{server: "a.example", index: "1", cache: roomVersion, requests: 100, hits: 60, full: 30, unused: 10, entries: 5000, maxEntries: 5000},
		{server: "a.example", index: "2", cache: roomVersion, requests: 20, hits: 10, full: 20, entries: 5000, maxEntries: 5000},
		{server: "a.example", index: "1", cache: "get_user_by_id", requests: 50, hits: 45, unused: 4, entries: 200, maxEntries: 500},
		{server: "a.example", index: "1", cache: "is_guest", requests: 10, full: 10, entries: 500, maxEntries: 500},
		{server: "a.example", index: "1", cache: "get_device", requests: 10, hits: 5, full: 5, entries: 500, maxEntries: 500, wasEntries: 250},
		{server: "a.example", index: "1", cache: "did_forget", requests: 10, hits: 5, full: 5, entries: 500, maxEntries: 500, restarts: true},
		{server: "a.example", index: "3", cache: "get_tags_for_room", requests: 10, hits: 5, full: 5, entries: 500, maxEntries: 500},
		// The same cache on another homeserver: large enough, at factor 2.
		{server: "b.example", index: "1", cache: roomVersion, requests: 8, hits: 4, entries: 900, maxEntries: 20_000},
	} {
		text += c.load()
	}
	for index, start := range map[string]float64{"1": 0, "2": 0, "3": eightHours.Seconds() - 600} {
		text += fmt.Sprintf("\n  process_start_time_seconds{job=\"synapse\",index=%q,instance=\"host:9000\"} %g+0x1920", index, start)
	}
	return text + "\n"
}

type tableRow map[string]any

func (r tableRow) number(name string) float64 {
	switch v := r[name].(type) {
	case float64:
		return v
	case *float64:
		if v != nil {
			return *v
		}
	}
	return math.NaN()
}

// rowsBy reads a table into rows, named by the values of some columns.
func rowsBy(frame *data.Frame, columns ...string) map[string]tableRow {
	rows := map[string]tableRow{}
	for i := range frame.Rows() {
		row := tableRow{}
		for _, field := range frame.Fields {
			row[field.Name] = field.At(i)
		}
		var name []string
		for _, column := range columns {
			name = append(name, fmt.Sprint(row[column]))
		}
		rows[strings.Join(name, " ")] = row
	}
	return rows
}

func wantRow(t *testing.T, row tableRow, verdict string, numbers map[string]float64) {
	t.Helper()
	if row["verdict"] != verdict {
		t.Errorf("verdict %v, want %s: %v", row["verdict"], verdict, row["reason"])
	}
	for column, want := range numbers {
		if got := row.number(column); !(math.Abs(got-want) <= 0.005*math.Max(1, want)) && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("%s is %g, want %g", column, got, want)
		}
	}
}

// wantPrediction checks a predicted row's numbers against each other and the bound.
func wantPrediction(t *testing.T, row tableRow) {
	t.Helper()
	low, hit, high := row.number("predicted_hit_ratio_low"), row.number("predicted_hit_ratio"), row.number("predicted_hit_ratio_high")
	if !(row.number("hit_ratio") <= low && low <= hit && hit <= high && high <= 1) {
		t.Errorf("hit ratio %g, predicted %g (%g to %g)", row.number("hit_ratio"), hit, low, high)
	}
	if avoided := row.number("avoided_misses_per_second"); !(avoided > 0 && avoided <= row.number("avoided_misses_limit")) {
		t.Errorf("%g avoided, %g at most", avoided, row.number("avoided_misses_limit"))
	}
	if sure := row.number("confidence"); !(sure > 0 && sure < 1) {
		t.Errorf("confidence %g", sure)
	}
}

func TestCacheFactors(t *testing.T) {
	engine, null := Load(t, homeservers()), math.NaN()
	rows := rowsBy(askLastSixHours(t, engine, cachefactors.Type(), nil, `{}`)[0], "cache", "server_name")

	// Avoidable, process by process: 30 + 30 × 1830 s / 21600 s of 40 misses, and all 10 of 10.
	const first = 30 + 30*1830.0/21600
	// Entries are reused, and leave after a fraction of the 30 minutes.
	wantRow(t, rows[roomVersion+" a.example"], "raise", map[string]float64{
		"requests_per_second": 120, "misses_per_second": 50, "hit_ratio": 70.0 / 120, "size_evictions_per_second": 50,
		"avoided_misses_limit": first + 10, "current_factor": 0.5, "recommended_factor": 1, "entries": 5000, "max_entries": 5000,
		"residence_time": 10_000.0 / 60, "database_time_saved": null, "memory_cost": null,
	})
	wantPrediction(t, rows[roomVersion+" a.example"])
	// 5000 entries and what 30 drops a second add up to in 30.5 minutes and one step of 450 s, at 10,000 per factor.
	wantRow(t, rows[roomVersion+" a.example"], "raise", map[string]float64{"max_useful_factor": (5000 + 30*(1830+450)) / 10_000.0})
	wantRow(t, rows[roomVersion+" b.example"], "not-size-bound", map[string]float64{
		"misses_per_second": 4, "current_factor": 2, "recommended_factor": null, "max_useful_factor": null, "avoided_misses_limit": 0,
		"predicted_hit_ratio": null, "avoided_misses_per_second": null,
	})
	wantRow(t, rows["get_user_by_id a.example"], "not-size-bound", map[string]float64{"avoided_misses_limit": 0, "recommended_factor": null})
	wantRow(t, rows["is_guest a.example"], "probe", map[string]float64{"hit_ratio": 0, "avoided_misses_limit": 10, "confidence": 0.2})
	wantRow(t, rows["get_device a.example"], "cannot-tell", map[string]float64{"avoided_misses_limit": null, "max_useful_factor": null})
	wantRow(t, rows["get_tags_for_room a.example"], "cannot-tell", map[string]float64{"recommended_factor": null})
	// A restart loses nothing of what counters counted.
	wantRow(t, rows["did_forget a.example"], "raise", map[string]float64{"requests_per_second": 10, "avoided_misses_limit": 5})
	if len(rows) != 7 {
		t.Errorf("%d rows, want 7", len(rows))
	}
}

func TestCacheFactorsPerProcess(t *testing.T) {
	engine := Load(t, homeservers())
	rows := rowsBy(askLastSixHours(t, engine, cachefactors.Type(), nil, `{"perProcess":true,"cache":"`+roomVersion+`"}`)[0], "server_name", "index")
	wantRow(t, rows["a.example 1"], "raise", map[string]float64{"misses_per_second": 40, "residence_time": 5000.0 / 40})
	wantRow(t, rows["a.example 2"], "probe", map[string]float64{"misses_per_second": 10, "avoided_misses_limit": 10, "residence_time": 250})
	if len(rows) != 3 {
		t.Errorf("%d rows, want 3", len(rows))
	}
}

// The processes of matrix-docker-ansible-deploy share job and instance, and have no index.
func TestCacheFactorsOfWorkerIDs(t *testing.T) {
	series := strings.ReplaceAll(homeservers(), ",index=", ",worker_id=")
	for worker, server := range map[string]string{"1": "a.example", "2": "a.example", "3": "b.example"} {
		series += fmt.Sprintf("\n  synapse_storage_schedule_time_count{server_name=%q,job=\"synapse\",worker_id=%q,instance=\"host:9000\"} 0+1x1920", server, worker)
	}
	rows := rowsBy(askLastSixHours(t, Load(t, series), cachefactors.Type(), nil, `{"perProcess":true,"cache":"`+roomVersion+`"}`)[0], "server_name", "process")
	wantRow(t, rows["a.example 1"], "raise", map[string]float64{"misses_per_second": 40, "residence_time": 5000.0 / 40})
	wantRow(t, rows["a.example 2"], "probe", map[string]float64{"misses_per_second": 10, "avoided_misses_limit": 10, "residence_time": 250})
	if len(rows) != 3 {
		t.Errorf("%d rows, want 3", len(rows))
	}
}

func TestCacheFactorsWithoutExpiry(t *testing.T) {
	never := func(o *settings.Settings) { o.Homeserver.CacheEntryTTL = 0 }
	rows := rowsBy(askLastSixHours(t, Load(t, homeservers()), cachefactors.Type(), never, `{}`)[0], "cache", "server_name")
	// What was dropped at any time before counts: 30 × 2 h.
	wantRow(t, rows[roomVersion+" a.example"], "raise", map[string]float64{"avoided_misses_limit": 40 + 10, "max_useful_factor": math.NaN()})
}

func TestCacheFactorsWithAutotuning(t *testing.T) {
	on := func(o *settings.Settings) { o.Homeserver.CacheAutotuning = true }
	rows := rowsBy(askLastSixHours(t, Load(t, homeservers()), cachefactors.Type(), on, `{}`)[0], "cache", "server_name")
	wantRow(t, rows[roomVersion+" a.example"], "probe", map[string]float64{"avoided_misses_limit": math.NaN(), "max_useful_factor": math.NaN()})
}

func TestCacheFactorsCurve(t *testing.T) {
	frame := askLastSixHours(t, Load(t, homeservers()), cachefactors.Type(), nil, `{"format":"curve","multipliers":[1,2,20]}`)[0]
	rows := rowsBy(frame, "server_name", "multiplier")
	// Twice the size holds at most 5000 of what the first process dropped before the range; twenty times, all of it.
	for multiplier, want := range map[string]float64{"1": 40, "2": 30 + 5000.0/21600 + 10, "20": 30 + 30*1830.0/21600 + 10} {
		row := rows["a.example "+multiplier]
		if got := row.number("avoided_misses_limit"); !(math.Abs(got-want) <= 0.01*want) {
			t.Errorf("at %s times: avoided_misses_limit is %g, want %g", multiplier, got, want)
		}
		low, hit, high := row.number("low"), row.number("hit_ratio"), row.number("high")
		if !(70.0/120-0.001 <= low && low <= hit && hit <= high && high <= (70+want)/120+0.001) {
			t.Errorf("at %s times: hit ratio %g (%g to %g), proved %g at most", multiplier, hit, low, high, (70+want)/120)
		}
		if avoided := row.number("avoided_misses_per_second"); !(math.Abs(avoided-(hit-70.0/120)*120) <= 0.1) {
			t.Errorf("at %s times: %g avoided at a hit ratio of %g", multiplier, avoided, hit)
		}
	}
	if rows["a.example 20"].number("hit_ratio") <= rows["a.example 2"].number("hit_ratio") {
		t.Error("twenty times the size hits no more than twice")
	}
	if frame.Rows() != 3 {
		t.Errorf("%d points, want 3 of the first advised cache of the one homeserver that has any", frame.Rows())
	}
}

func TestCacheFactorsConfig(t *testing.T) {
	rows := rowsBy(askLastSixHours(t, Load(t, homeservers()), cachefactors.Type(), nil, `{"format":"config"}`)[0], "server_name")
	if got := fmt.Sprint(rows["a.example"]["yaml"]); !strings.Contains(got, roomVersion+": 1.0 # raise, now 0.5") {
		t.Errorf("no step for %s in\n%s", roomVersion, got)
	}
	if got := fmt.Sprint(rows["b.example"]["yaml"]); got != "" || len(rows) != 2 {
		t.Errorf("b.example needs nothing, got %d rows and\n%s", len(rows), got)
	}
}

func TestCacheFactorsOfNothing(t *testing.T) {
	frames := askLastSixHours(t, Load(t, "load 15s\n  up 1x10\n"), cachefactors.Type(), nil, `{}`)
	if got := notices(frames); frames[0].Rows() != 0 || !strings.Contains(got, "Prometheus has no synapse_util_caches_cache") {
		t.Errorf("%d rows, notices %q", frames[0].Rows(), got)
	}
}
