package promql

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// The series of these checks last five days, one sample a minute.
const fiveDays = 5 * 24 * 60

const processChecks = `"cpu-saturation", "memory", "restarts", "reactor-lag", "gc-pauses", "workers", "replication-lag", "scrape-health"`

// livingProcess is what a process exports; each series may be replaced, or left out with "".
type livingProcess struct {
	server, job, index, instance string
	series                       map[string]string
}

// always has one value all the time; grows adds so much every minute.
func always(v float64) string { return fmt.Sprintf("%g+0x%d", v, fiveDays) }
func grows(v float64) string  { return fmt.Sprintf("0+%gx%d", v, fiveDays) }

// usual is what a process exports that nothing is wrong with.
func (p livingProcess) usual() map[string]string {
	return map[string]string{
		"process_start_time_seconds": always(-400_000), "process_cpu_seconds_total": grows(18), "process_resident_memory_bytes": always(1e9),
		"python_twisted_reactor_tick_time_sum": grows(18), "python_twisted_reactor_tick_time_count": grows(6000),
		`python_twisted_reactor_tick_time_bucket{le="1.0"}`: grows(6000), `python_twisted_reactor_tick_time_bucket{le="+Inf"}`: grows(6000), "python_twisted_reactor_last_seen": always(0.01),
		`python_gc_time_sum{gen="2"}`: grows(0.02), `python_gc_time_count{gen="2"}`: grows(0.1), `python_gc_time_bucket{gen="2",le="2.5"}`: grows(0.1),
		"up": always(1), "scrape_duration_seconds": always(0.1),
		"server synapse_storage_schedule_time_count":                                                grows(100),
		"server synapse_util_caches_cache_size{name=\"x\"}":                                         always(5000),
		"server synapse_replication_tcp_command_queue{stream_name=\"caches\"}":                      always(0),
		"server synapse_replication_tcp_protocol_inbound_rdata_count_total{stream_name=\"caches\"}": grows(1200),
		"server synapse_replication_tcp_resource_total_connections":                                 always(1),
	}
}

// load writes its series, with those that are replaced.
func (p livingProcess) load() string {
	usual := p.usual()
	for name, expression := range p.series {
		usual[name] = expression
	}
	var text strings.Builder
	for name, expression := range usual {
		if expression == "" {
			continue
		}
		name, ofServer := strings.CutPrefix(name, "server ")
		metric, more, _ := strings.Cut(strings.TrimSuffix(name, "}"), "{")
		labels := fmt.Sprintf("job=%q,index=%q,instance=%q", p.job, p.index, p.instance)
		if ofServer {
			labels += fmt.Sprintf(",server_name=%q", p.server)
		}
		fmt.Fprintf(&text, "  %s{%s} %s\n", metric, strings.Trim(labels+","+more, ","), expression)
	}
	return text.String()
}

// jobStarts is what the main process has started.
const jobStarts = `server synapse_background_process_start_count_total{name="background_updates"}`

func one(server, job, index string, series map[string]string) string {
	return livingProcess{server, job, index, server + "-" + job + ":" + index, series}.load()
}

// diagnoseDays runs checks at the end of the five days.
func diagnoseDays(t *testing.T, series, checks string) findings {
	t.Helper()
	return diagnose(t, "load 1m\n"+series, fiveDays*time.Minute, settings.Settings{ScrapeInterval: 30 * time.Second}, checks)
}

// sawTeeth is memory that grows to the same height and falls, every 6 hours, and the start times that go with it.
func sawTeeth() (memory, starts string) {
	for i := range fiveDays / 360 {
		memory += "500000000+5000000x359 "
		starts += fmt.Sprintf("%d+0x359 ", i*360*60)
	}
	return memory, starts
}

// loop is a process that starts every half hour within the last six.
func loop() string {
	starts := fmt.Sprintf("0+0x%d ", fiveDays-360)
	for i := range 12 {
		starts += fmt.Sprintf("%d+0x29 ", (fiveDays-360+30*i)*60)
	}
	return starts
}

func TestProcessChecks(t *testing.T) {
	memory, starts := sawTeeth()
	sync := func(perMinute, busyPerMinute float64) map[string]string {
		return map[string]string{
			`server synapse_http_server_requests_received_total{servlet="SyncRestServlet"}`: grows(perMinute),
			"process_cpu_seconds_total": grows(busyPerMinute), "python_twisted_reactor_tick_time_sum": grows(busyPerMinute),
		}
	}
	series := one("a.example", "synapse", "1", map[string]string{ // full, mostly of garbage collection, and growing
		"process_cpu_seconds_total": fmt.Sprintf("0+18x%d %d+58.2x59", fiveDays-60, 18*(fiveDays-60)), "python_twisted_reactor_tick_time_sum": grows(57),
		"python_twisted_reactor_tick_time_count": grows(6000), `python_twisted_reactor_tick_time_bucket{le="1.0"}`: grows(5999.8),
		`python_gc_time_sum{gen="2"}`: grows(12), `python_gc_time_count{gen="2"}`: grows(3), `python_gc_time_bucket{gen="2",le="2.5"}`: grows(1),
		"process_resident_memory_bytes": fmt.Sprintf("2e9+138889x%d", fiveDays),
		`server synapse_http_server_response_ru_utime_seconds_total{servlet="SyncRestServlet"}`: grows(24),
		`server synapse_http_server_response_ru_stime_seconds_total{servlet="SyncRestServlet"}`: grows(3),
		jobStarts: always(1),
		`server synapse_event_persisted_position`:                    grows(60),
		`server synapse_event_processing_positions{name="stats"}`:    fmt.Sprintf("0+60x%d %d+0x59", fiveDays-60, 60*(fiveDays-60)),
		`server synapse_event_processing_positions{name="presence"}`: grows(60),
	}) +
		one("a.example", "worker", "1", sync(600, 54.6)) + one("a.example", "worker", "2", sync(60, 6)) + one("a.example", "worker", "3", sync(60, 12)) +
		one("a.example", "worker", "4", map[string]string{"process_resident_memory_bytes": memory, "process_start_time_seconds": starts}) +
		one("a.example", "worker", "5", map[string]string{"process_start_time_seconds": loop()}) +
		one("a.example", "worker", "6", map[string]string{ // down for ten minutes
			"up":                         fmt.Sprintf("1+0x%d 0+0x9", fiveDays-10),
			"process_start_time_seconds": fmt.Sprintf("0+0x%d stale", fiveDays-10), "process_cpu_seconds_total": fmt.Sprintf("0+18x%d stale", fiveDays-10),
			"server synapse_storage_schedule_time_count": fmt.Sprintf("0+100x%d stale", fiveDays-10),
		}) +
		one("a.example", "worker", "7", map[string]string{"up": strings.Repeat("1+0x18 0 ", fiveDays/20) + "1"}) +
		one("a.example", "worker", "8", map[string]string{"scrape_duration_seconds": always(8)}) +
		one("a.example", "worker", "9", map[string]string{`server synapse_replication_tcp_command_queue{stream_name="caches"}`: always(60)}) +
		one("a.example", "worker", "11", map[string]string{ // one jump, 27 hours ago
			"process_resident_memory_bytes": fmt.Sprintf("2e9+0x%d 2.6e9+0x%d", fiveDays-27*60-1, 27*60),
		}) +
		one("a.example", "worker", "10", map[string]string{"server synapse_replication_tcp_resource_total_connections": always(0)}) +
		// a stranger in the job, never seen as Synapse
		fmt.Sprintf("  up{job=\"worker\",instance=\"gone:1\"} %s\n", always(0))
	diagnoseDays(t, series, processChecks).wantOnly(t, map[string]expected{
		"a.example cpu-saturation synapse/1":  {"critical", 0.97, "gc-pauses"},
		"a.example cpu-saturation worker/1":   {"warning", 0.91, "workers"},
		"a.example reactor-lag synapse/1":     {"critical", 0.95, "gc-pauses"},
		"a.example reactor-lag worker/1":      {"critical", 0.91, "cpu-saturation"},
		"a.example gc-pauses synapse/1":       {"critical", 4, "memory"},
		"a.example memory synapse/1":          {"warning", 0.0625, ""},
		"a.example memory worker/4":           {"critical", 3, ""},
		"a.example restarts worker/5":         {"critical", 11, ""},
		"a.example workers worker/1":          {"warning", 0.91, ""},
		"a.example workers synapse/1":         {"warning", 0.95, ""}, // it serves syncs, and idle workers do too
		"a.example replication-lag worker/9":  {"warning", 3, ""},
		"a.example replication-lag worker/10": {"critical", 0, ""},
		"a.example replication-lag stats":     {"warning", 0, ""},
		"a.example scrape-health worker/6":    {"critical", 1, ""},
		"a.example scrape-health worker/7":    {"warning", 0.05, ""},
		"a.example scrape-health worker/8":    {"warning", 0.8, ""},
		"a.example scrape-health worker":      {"info", 0, ""},
	})
}

// Nothing of this wakes anybody: a single process that restarted twenty minutes ago and works hard since, a rollout in
// Kubernetes that gives every pod another address, replicas behind one index, an upgrade of all processes at once.
func TestProcessChecksStaySilent(t *testing.T) {
	ends := fiveDays - 30
	old := func(v float64, perMinute float64) string { return fmt.Sprintf("%g+%gx%d stale", v, perMinute, ends) }
	young := func(v float64, perMinute float64) string { return fmt.Sprintf("_x%d %g+%gx29", ends, v, perMinute) }
	pod := func(index, address string, at func(v, perMinute float64) string, started float64) string {
		series := map[string]string{
			"process_start_time_seconds": at(started, 0), "process_cpu_seconds_total": at(0, 48), "process_resident_memory_bytes": at(4e8, 2e6),
			"python_twisted_reactor_tick_time_sum": at(0, 36), "python_twisted_reactor_tick_time_count": at(0, 6000),
			`python_twisted_reactor_tick_time_bucket{le="1.0"}`: at(0, 6000), `python_twisted_reactor_tick_time_bucket{le="+Inf"}`: at(0, 6000), "python_twisted_reactor_last_seen": at(0.01, 0),
			`python_gc_time_sum{gen="2"}`: "", `python_gc_time_count{gen="2"}`: "", `python_gc_time_bucket{gen="2",le="2.5"}`: "",
			`python_gc_time_sum{gen="0"}`: at(0, 0.1), `python_gc_time_count{gen="0"}`: at(0, 20), `python_gc_time_bucket{gen="0",le="2.5"}`: at(0, 20),
			"up": at(1, 0), "scrape_duration_seconds": at(0.1, 0), "server synapse_storage_schedule_time_count": at(0, 100),
			`server synapse_util_caches_cache_size{name="x"}`: at(100, 10), `server synapse_replication_tcp_command_queue{stream_name="caches"}`: at(0, 0),
			`server synapse_replication_tcp_protocol_inbound_rdata_count_total{stream_name="caches"}`: at(0, 60), "server synapse_replication_tcp_resource_total_connections": at(1, 0),
		}
		if index == "main" {
			series[jobStarts] = at(1, 0)
		}
		return livingProcess{"k.example", "synapse", index, address, series}.load()
	}
	restarted := func(v float64) string {
		return fmt.Sprintf("0+%gx%d %g+0x2 0+%gx17", v, fiveDays-20, v*(fiveDays-20), v)
	}
	const started = (fiveDays - 17) * 60
	series := one("m.example", "synapse", "1", map[string]string{
		jobStarts:                    always(1),
		"process_start_time_seconds": fmt.Sprintf("0+0x%d _x2 %d+0x17", fiveDays-20, started), "up": fmt.Sprintf("1+0x%d 0 0 1+0x17", fiveDays-20),
		"process_cpu_seconds_total": restarted(45), "python_twisted_reactor_tick_time_sum": restarted(38),
		"process_resident_memory_bytes": fmt.Sprintf("2e9+0x%d 2e8+2e7x19", fiveDays-20), `python_gc_time_sum{gen="2"}`: restarted(0.1),
		"server synapse_replication_tcp_resource_total_connections": always(0), `server synapse_replication_tcp_protocol_inbound_rdata_count_total{stream_name="caches"}`: "",
	}) + pod("main", "10.0.0.1:9000", old, 0) + pod("main", "10.0.0.2:9000", young, float64(ends*60)) +
		pod("worker", "10.0.0.3:9000", old, 0) + pod("worker", "10.0.0.4:9000", young, float64(ends*60)) +
		pod("worker", "10.0.0.5:9000", old, 0) + pod("worker", "10.0.0.6:9000", young, float64(ends*60))
	upgraded := fmt.Sprintf("0+0x%d %d+0x59 %d+0x59", fiveDays-120, (fiveDays-120)*60, (fiveDays-60)*60)
	for _, index := range []string{"1", "2", "3"} {
		series += one("u.example", "upgraded", index, map[string]string{"process_start_time_seconds": upgraded, jobStarts: always(1)})
	}
	for key, f := range diagnoseDays(t, series, processChecks) {
		if f.severity != "ok" {
			t.Errorf("%s is %s: %s", key, f.severity, f.evidence)
		}
	}
}

func TestScrapesWithoutUp(t *testing.T) {
	series := one("a.example", "synapse", "1", map[string]string{"up": "", "scrape_duration_seconds": ""})
	diagnoseDays(t, series, `"scrape-health"`).wantOnly(t, map[string]expected{"a.example scrape-health": {"unknown", 0, ""}})
}
