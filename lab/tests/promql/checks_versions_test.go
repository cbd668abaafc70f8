package promql

import (
	"fmt"
	"strings"
	"testing"
)

// nameless is a process of a Synapse that is older than the label server_name.
func nameless(p livingProcess) string {
	return strings.ReplaceAll(p.load(), `,server_name=""`, "")
}

// A homeserver without a name is judged as any other, by all checks.
func TestChecksOfNamelessHomeserver(t *testing.T) {
	series := nameless(livingProcess{"", "synapse", "1", "host:1", map[string]string{jobStarts: always(1)}}) +
		nameless(livingProcess{"", "synapse", "2", "host:2", map[string]string{"python_twisted_reactor_tick_time_sum": grows(58), "process_cpu_seconds_total": grows(58)}})
	all := diagnoseDays(t, series, "")
	if f := all["cpu-saturation synapse/2"]; f.severity != "critical" {
		t.Errorf("the full process: %+v", f)
	}
	for key, f := range all {
		if f.subject != "synapse/2" && (f.severity == "critical" || f.severity == "warning") && f.check != "metric-coverage" {
			t.Errorf("%s is %s: %s", key, f.severity, f.evidence)
		}
	}
}

// An upgrade gives a homeserver its name. That it had none before is no second homeserver that is gone, also where the
// process came back at another address; one that still has none is.
func TestChecksAfterTheUpgradeThatNames(t *testing.T) {
	const upgraded = fiveDays - 120
	before := map[string]string{
		"server synapse_storage_schedule_time_count": fmt.Sprintf("0+100x%d stale", upgraded),
		"up": fmt.Sprintf("1+0x%d stale", upgraded), "process_start_time_seconds": fmt.Sprintf("0+0x%d stale", upgraded),
	}
	after := map[string]string{
		"server synapse_storage_schedule_time_count": fmt.Sprintf("_x%d 0+100x119", upgraded),
		"up": fmt.Sprintf("_x%d 1+0x119", upgraded), "process_start_time_seconds": fmt.Sprintf("_x%d %d+0x119", upgraded, upgraded*60),
	}
	moved := nameless(livingProcess{"", "synapse", "main", "10.0.0.1:9000", before}) + livingProcess{"a.example", "synapse", "main", "10.0.0.2:9000", after}.load()
	for key, f := range diagnoseDays(t, moved, `"metric-coverage", "cpu-saturation"`) {
		if !strings.HasPrefix(key, "a.example ") {
			t.Errorf("a homeserver that is none: %s is %s: %s", key, f.severity, f.evidence)
		}
	}
	all := diagnoseDays(t, moved+nameless(livingProcess{"", "older", "main", "10.0.0.9:9000", nil}), `"metric-coverage", "cpu-saturation"`)
	if f := all["cpu-saturation"]; f.severity != "ok" {
		t.Errorf("the one without a name: %v", all)
	}
}

// What is wrong with a process explains slow sends only where messages go through it.
func TestCausesOfSlowSends(t *testing.T) {
	full := map[string]string{"python_twisted_reactor_tick_time_sum": grows(58), "process_cpu_seconds_total": grows(58)}
	sends := func(more map[string]string) map[string]string {
		series := map[string]string{
			`server synapse_http_server_response_time_seconds_count{servlet="RoomSendEventRestServlet",code="200"}`:                         grows(10),
			`server synapse_http_server_response_time_seconds_bucket{servlet="RoomSendEventRestServlet",code="200",le="1.0"}`:               grows(8),
			`server synapse_http_server_response_time_seconds_bucket{servlet="RoomSendEventRestServlet",code="200",le="2.5"}`:               grows(9),
			`server synapse_http_server_requests_received_total{servlet="RoomSendEventRestServlet"}`:                                        grows(10),
			`server synapse_http_server_response_count_total{servlet="SyncRestServlet",tag="sync_v2:incremental_sync"}`:                     grows(60),
			`server synapse_http_server_requests_received_total{servlet="SyncRestServlet"}`:                                                 grows(60),
			`server synapse_http_server_response_ru_utime_seconds_total{servlet="SyncRestServlet",tag="sync_v2:incremental_sync"}`:          grows(60),
			`server synapse_http_server_response_ru_stime_seconds_total{servlet="SyncRestServlet",tag="sync_v2:incremental_sync"}`:          grows(1),
			`server synapse_http_server_response_db_txn_duration_seconds_total{servlet="SyncRestServlet",tag="sync_v2:incremental_sync"}`:   grows(1),
			`server synapse_http_server_response_db_sched_duration_seconds_total{servlet="SyncRestServlet",tag="sync_v2:incremental_sync"}`: grows(1),
		}
		for name, values := range more {
			series[name] = values
		}
		return series
	}
	for name, c := range map[string]struct {
		main, media map[string]string
		cause       string
	}{
		"a full process elsewhere": {sends(nil), full, ""},
		"a full process":           {sends(full), nil, "cpu-saturation"},
	} {
		t.Run(name, func(t *testing.T) {
			all := diagnoseDays(t, one("a.example", "synapse", "1", c.main)+one("a.example", "media", "1", c.media), `"event-send-time", "sync-time", "cpu-saturation"`)
			for _, key := range []string{"a.example event-send-time", "a.example sync-time sync v2"} {
				if f := all[key]; f.severity != "critical" && f.severity != "warning" || f.cause != c.cause {
					t.Errorf("%s is %q caused by %q, want %q: %s", key, f.severity, f.cause, c.cause, f.evidence)
				}
			}
		})
	}
}

// Who adds a label to his scrape configuration gives every process new series beside its old ones, which windows still
// hold: they are of the same process.
func TestChecksAfterANewLabel(t *testing.T) {
	const changed = fiveDays - 20
	gauges := map[string]float64{"process_start_time_seconds": -400_000, "process_resident_memory_bytes": 1e9, "python_twisted_reactor_last_seen": 0.01, "up": 1, "scrape_duration_seconds": 0.1}
	counters := map[string]float64{
		"process_cpu_seconds_total": 58, "python_twisted_reactor_tick_time_sum": 58, "python_twisted_reactor_tick_time_count": 6000,
		`python_twisted_reactor_tick_time_bucket{le="1.0"}`: 6000, `python_gc_time_sum{gen="2"}`: 0.02, `python_gc_time_count{gen="2"}`: 0.1, `python_gc_time_bucket{gen="2",le="2.5"}`: 0.1,
		"server synapse_storage_schedule_time_count": 100, "server synapse_replication_tcp_resource_total_connections": 0,
		`server synapse_background_process_start_count_total{name="background_updates"}`: 1,
	}
	before, after := map[string]string{}, map[string]string{}
	for name, value := range gauges {
		before[name], after[name] = fmt.Sprintf("%g+0x%d stale", value, changed), fmt.Sprintf("_x%d %g+0x19", changed, value)
	}
	for name, value := range counters {
		before[name], after[name] = fmt.Sprintf("0+%gx%d stale", value, changed), fmt.Sprintf("_x%d %g+%gx19", changed, value*changed, value)
	}
	text := func(series map[string]string) string {
		only := map[string]string{}
		for name := range (livingProcess{}).usual() {
			only[name] = series[name]
		}
		for name, values := range series {
			only[name] = values
		}
		return one("a.example", "synapse", "1", only)
	}
	series := text(before) + strings.ReplaceAll(text(after), `instance="a.example-synapse:1"`, `instance="a.example-synapse:1",env="prod"`)
	all := diagnoseDays(t, series, "")
	if f := all["a.example cpu-saturation synapse/1"]; f.severity != "critical" {
		t.Errorf("the full process: %+v", all["a.example cpu-saturation"])
	}
}
