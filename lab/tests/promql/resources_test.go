package promql

import (
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/changes"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/garbagecollection"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/graph"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/resources"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// Two homeservers of which b.example shares process 3 with c.example, an exporter in the same job, a process that
// restarts, and one with jemalloc.
const fourProcesses = `load 15s
  synapse_storage_schedule_time_count{server_name="a.example",job="synapse",index="1",instance="h:1"} 0+150x1920
  synapse_storage_schedule_time_sum{server_name="a.example",job="synapse",index="1",instance="h:1"} 0+3x1920
  synapse_build_info{job="synapse",index="1",instance="h:1",version="1.160.0"} 1+0x1920
  process_start_time_seconds{job="synapse",index="1",instance="h:1"} 0+0x1920
  process_cpu_seconds_total{job="synapse",index="1",instance="h:1"} 0+13.5x1920
  process_resident_memory_bytes{job="synapse",index="1",instance="h:1"} 2000000000+0x1920
  jemalloc_stats_app_memory_bytes{job="synapse",index="1",instance="h:1",type="allocated"} 1200000000+0x1920
  jemalloc_stats_app_memory_bytes{job="synapse",index="1",instance="h:1",type="resident"} 1900000000+0x1920
  process_open_fds{job="synapse",index="1",instance="h:1"} 900+0x1920
  process_max_fds{job="synapse",index="1",instance="h:1"} 1000+0x1920
  python_twisted_reactor_tick_time_sum{job="synapse",index="1",instance="h:1"} 0+12x1920
  python_twisted_reactor_tick_time_count{job="synapse",index="1",instance="h:1"} 0+1000x1920
  python_twisted_reactor_tick_time_bucket{job="synapse",index="1",instance="h:1",le="0.1"} 0+999.5x1920
  python_twisted_reactor_tick_time_bucket{job="synapse",index="1",instance="h:1",le="1.0"} 0+999.9x1920
  python_twisted_reactor_tick_time_bucket{job="synapse",index="1",instance="h:1",le="+Inf"} 0+1000x1920
  python_gc_time_sum{job="synapse",index="1",instance="h:1",gen="0"} 0+0.15x1920
  python_gc_time_sum{job="synapse",index="1",instance="h:1",gen="2"} 0+0.45x1920
  synapse_background_process_start_count_total{server_name="a.example",job="synapse",index="1",instance="h:1",name="background_updates"} 1+0x1920
  synapse_http_server_requests_received_total{server_name="a.example",job="synapse",index="1",instance="h:1",servlet="SyncRestServlet"} 0+1x1920
  synapse_replication_tcp_resource_stream_updates_total{server_name="a.example",job="synapse",index="1",instance="h:1",stream_name="typing"} 0+1x1920
  synapse_storage_schedule_time_count{server_name="a.example",job="synapse",index="2",instance="h:2"} 0+150x1920
  process_start_time_seconds{job="synapse",index="2",instance="h:2"} 0+0x1880 28200+0x39
  process_cpu_seconds_total{job="synapse",index="2",instance="h:2"} 0+3x1880 0+3x39
  python_twisted_reactor_tick_time_sum{job="synapse",index="2",instance="h:2"} 0+3x1880 0+3x39
  synapse_replication_tcp_resource_stream_updates_total{server_name="a.example",job="synapse",index="2",instance="h:2",stream_name="caches"} 0+1x1920
  synapse_storage_schedule_time_count{server_name="b.example",job="synapse",index="3",instance="h:3"} 0+150x1920
  synapse_replication_tcp_resource_stream_updates_total{server_name="b.example",job="synapse",index="3",instance="h:3",stream_name="typing"} 0+1x1920
  synapse_storage_schedule_time_count{server_name="c.example",job="synapse",index="3",instance="h:3"} 0+150x1920
  process_cpu_seconds_total{job="synapse",index="3",instance="h:3"} 0+6x1920
  process_cpu_seconds_total{job="synapse",instance="exporter:9100"} 0+15x1920
  process_start_time_seconds{job="synapse",instance="exporter:9100"} 0+0x1920
`

// table reads a table by its first two columns.
func table(frame *data.Frame) map[string]map[string]any {
	rows := map[string]map[string]any{}
	for i := range frame.Rows() {
		row := map[string]any{}
		for _, field := range frame.Fields {
			row[field.Name] = field.At(i)
			if v, ok := row[field.Name].(*float64); ok {
				if row[field.Name] = nil; v != nil {
					row[field.Name] = *v
				}
			}
		}
		rows[frame.At(0, i).(string)+" "+frame.At(1, i).(string)] = row
	}
	return rows
}

func wantCells(t *testing.T, rows map[string]map[string]any, want map[string]map[string]any) {
	t.Helper()
	for key, cells := range want {
		row, there := rows[key]
		if !there {
			t.Errorf("no row %q in %v", key, rows)
			continue
		}
		for name, value := range cells {
			number, is := value.(float64)
			if got := row[name]; got != value && (!is || !close2(got, number)) {
				t.Errorf("%s: %s is %v, want %v", key, name, got, value)
			}
		}
	}
	if len(rows) != len(want) {
		t.Errorf("%d rows, want %d: %v", len(rows), len(want), rows)
	}
}

func TestResourcesProcesses(t *testing.T) {
	engine := Load(t, fourProcesses)
	main := map[string]any{"instance": "h:1", "role": "main, sync", "cpu_cores": 0.9, "reactor_busy": 0.8, "stalls_per_hour": 24.0, "memory": 2e9,
		"database_pool_wait": 0.02, "gc_share": 0.04, "open_fds_share": 0.9, "uptime": 28800.0, "version": "1.160.0", "verdict": "files"}
	second := map[string]any{"role": "", "cpu_cores": 0.2, "uptime": 600.0, "verdict": "starting", "memory": nil, "version": ""}
	writer := map[string]any{"role": "stream writer", "cpu_cores": 0.4}
	shared := map[string]any{"cpu_cores": 0.4, "reactor_busy": nil}
	wantCells(t, table(askLastSixHours(t, engine, resources.Type(), nil, `{}`)[0]), map[string]map[string]any{
		"synapse/1 a.example": main, "synapse/2 a.example": second, "synapse/3 b.example": writer, "synapse/3 c.example": shared,
	})
	wantCells(t, table(askLastSixHours(t, engine, resources.Type(), nil, `{"serverName": "c.example"}`)[0]), map[string]map[string]any{"synapse/3 c.example": shared})
	// The limit is for each homeserver; the busiest processes stay.
	cut := askLastSixHours(t, engine, resources.Type(), nil, `{"limit": 1}`)
	wantCells(t, table(cut[0]), map[string]map[string]any{"synapse/1 a.example": main, "synapse/3 b.example": shared, "synapse/3 c.example": shared})
	if got := notices(cut); got == "" {
		t.Error("nothing says that a process is missing")
	}
	if got := notices(askLastSixHours(t, engine, resources.Type(), nil, `{"serverName": "a.example", "index": "1"}`)); got != "" {
		t.Errorf("everything is known of process 1: %s", got)
	}
	part := notices(askLastSixHours(t, engine, resources.Type(), nil, `{"serverName": "a.example"}`))
	if want := `"Memory" is empty for 1 of 2 processes: Prometheus has no process_resident_memory_bytes of them, or one value only.`; !strings.Contains(part, want) || strings.Contains(part, "CPU") {
		t.Errorf("notices %q, want %q", part, want)
	}
	if got := notices(askLastSixHours(t, engine, resources.Type(), nil, `{"serverName": "d.example"}`)); got == "" {
		t.Error("nothing says that there is no such homeserver")
	}
}

func TestResourcesOverTime(t *testing.T) {
	engine := Load(t, fourProcesses)
	for _, c := range []struct {
		raw  string
		want map[string]float64
	}{
		{`{"format": "cpu"}`, map[string]float64{"synapse/1 · a.example": 0.9, "synapse/2 · a.example": 0.2, "synapse/3 · b.example": 0.4, "synapse/3 · c.example": 0.4}},
		{`{"format": "reactor"}`, map[string]float64{"synapse/1": 0.8, "synapse/2": 0.2}},
		{`{"format": "memory"}`, map[string]float64{"synapse/1": 2e9, "synapse/1 in use": 1.2e9, "synapse/1 held by jemalloc": 1.9e9}},
		{`{"format": "databasePool"}`, map[string]float64{"synapse/1": 0.02}},
		{`{"format": "cpu", "limit": 1, "serverName": "a.example"}`, map[string]float64{"synapse/1": 0.9}},
	} {
		t.Run(c.raw, func(t *testing.T) {
			wantValues(t, legends(t, askLastSixHours(t, engine, resources.Type(), nil, c.raw)), c.want)
		})
	}
}

// Labels that the admin names tell processes apart, though the metrics of the process are joined by others.
func TestResourcesByOwnLabels(t *testing.T) {
	engine := Load(t, `load 15s
  synapse_storage_schedule_time_count{server_name="k.example",job="s",instance="10.0.0.1:9000",pod="main-0"} 0+1x1920
  synapse_storage_schedule_time_count{server_name="k.example",job="s",instance="10.0.0.2:9000",pod="worker-0"} 0+1x1920
  process_cpu_seconds_total{job="s",instance="10.0.0.1:9000",pod="main-0"} 0+3x1920
  process_cpu_seconds_total{job="s",instance="10.0.0.2:9000",pod="worker-0"} 0+6x1920
`)
	pods := func(o *settings.Settings) { o.ProcessLabels = []string{"pod"} }
	wantCells(t, table(askLastSixHours(t, engine, resources.Type(), pods, `{}`)[0]), map[string]map[string]any{
		"main-0 k.example": {"cpu_cores": 0.2}, "worker-0 k.example": {"cpu_cores": 0.4},
	})
	wantValues(t, legends(t, askLastSixHours(t, engine, resources.Type(), pods, `{"format": "cpu"}`)), map[string]float64{"main-0": 0.2, "worker-0": 0.4})
}

// Pods behind one address have nothing but the label that the admin names.
func TestPodsBehindOneAddress(t *testing.T) {
	engine := Load(t, `load 15s
  synapse_storage_schedule_time_count{server_name="k.example",job="s",instance="synapse:9000",pod="main-0"} 0+1x1920
  synapse_storage_schedule_time_count{server_name="k.example",job="s",instance="synapse:9000",pod="worker-0"} 0+1x1920
  process_start_time_seconds{job="s",instance="synapse:9000",pod="main-0"} 10+0x1920
  process_start_time_seconds{job="s",instance="synapse:9000",pod="worker-0"} 10+0x1680 25200+0x240
  synapse_build_info{job="s",instance="synapse:9000",pod="main-0",version="1.160.0"} 1+0x1920
  synapse_build_info{job="s",instance="synapse:9000",pod="worker-0",version="1.159.0"} 1+0x1920
  synapse_storage_events_persisted_events_total{server_name="k.example",job="s",instance="synapse:9000",pod="worker-0"} 0+1x1920
  process_cpu_seconds_total{job="s",instance="synapse:9000",pod="main-0"} 0+3x1920
  process_cpu_seconds_total{job="s",instance="synapse:9000",pod="worker-0"} 0+6x1920
  python_gc_time_count{job="s",instance="synapse:9000",gen="2",pod="main-0"} 0+0.5x1920
  python_gc_time_sum{job="s",instance="synapse:9000",gen="2",pod="main-0"} 0+0.15x1920
  python_gc_time_count{job="s",instance="synapse:9000",gen="2",pod="worker-0"} 0+0.5x1920
  python_gc_time_sum{job="s",instance="synapse:9000",gen="2",pod="worker-0"} 0+0.75x1920
`)
	pods := func(o *settings.Settings) { o.ProcessLabels = []string{"server_name", "pod"} }
	wantCells(t, table(askLastSixHours(t, engine, resources.Type(), pods, `{}`)[0]), map[string]map[string]any{
		"k.example/main-0 k.example":   {"cpu_cores": 0.2, "gc_share": 0.01, "uptime": 28790.0, "version": "1.160.0", "role": ""},
		"k.example/worker-0 k.example": {"cpu_cores": 0.4, "gc_share": 0.05, "uptime": 3600.0, "version": "1.159.0", "role": "event persister"},
	})
	wantCells(t, byGeneration(askLastSixHours(t, engine, garbagecollection.Type(), pods, `{"format": "summary"}`)[0]), map[string]map[string]any{
		"k.example/main-0 k.example 2":   {"mean_pause": 0.3, "share": 0.01},
		"k.example/worker-0 k.example 2": {"mean_pause": 1.5, "share": 0.05},
	})
	for _, c := range []struct {
		typ          query.Type
		raw          string
		main, worker float64
	}{
		{resources.Type(), `{"format": "cpu"}`, 0.2, 0.4},
		{graph.Type(), `{"graph": "cpu"}`, 0.2, 0.4},
		{graph.Type(), `{"graph": "gc-time"}`, 0.01, 0.05},
		{garbagecollection.Type(), `{"format": "time"}`, 0.01, 0.05},
	} {
		wantValues(t, legends(t, askLastSixHours(t, engine, c.typ, pods, c.raw)), map[string]float64{"k.example/main-0": c.main, "k.example/worker-0": c.worker})
	}
	if restarts := askLastSixHours(t, engine, changes.Type(), pods, `{"kinds": ["restart"]}`)[0]; restarts.Rows() != 1 {
		t.Errorf("one of both pods restarted once, got %d restarts", restarts.Rows())
	}
}

// replacedPod is a process that Kubernetes replaced an hour before the end: the new one is full, and collects slowly.
const replacedPod = `load 15s
  synapse_storage_schedule_time_count{server_name="k.example",job="main",instance="10.0.0.1:9000"} 0+1x1680 stale
  process_start_time_seconds{job="main",instance="10.0.0.1:9000"} 0+0x1680 stale
  python_twisted_reactor_tick_time_sum{job="main",instance="10.0.0.1:9000"} 0+3x1680 stale
  synapse_storage_schedule_time_count{server_name="k.example",job="main",instance="10.0.0.2:9000"} _x1680 0+1x240
  process_start_time_seconds{job="main",instance="10.0.0.2:9000"} _x1680 25200+0x240
  process_cpu_seconds_total{job="main",instance="10.0.0.2:9000"} _x1680 0+14.4x240
  python_twisted_reactor_tick_time_sum{job="main",instance="10.0.0.2:9000"} _x1680 0+14.25x240
  python_twisted_reactor_tick_time_count{job="main",instance="10.0.0.2:9000"} _x1680 0+1000x240
  python_twisted_reactor_tick_time_bucket{job="main",instance="10.0.0.2:9000",le="1.0"} _x1680 0+999.9x240
  python_twisted_reactor_tick_time_bucket{job="main",instance="10.0.0.2:9000",le="+Inf"} _x1680 0+1000x240
  python_gc_time_count{job="main",instance="10.0.0.2:9000",gen="2"} _x1680 0+0.5x240
  python_gc_time_sum{job="main",instance="10.0.0.2:9000",gen="2"} _x1680 0+0.9x240
  python_gc_time_bucket{job="main",instance="10.0.0.2:9000",gen="2",le="2.5"} _x1680 0+0.5x240
  python_gc_time_bucket{job="main",instance="10.0.0.2:9000",gen="2",le="+Inf"} _x1680 0+0.5x240
`

// What a process does is measured over the part of the range in which it ran, not watered down by what was before it.
func TestProcessThatAppears(t *testing.T) {
	engine := Load(t, replacedPod)
	wantCells(t, table(askLastSixHours(t, engine, resources.Type(), nil, `{}`)[0]), map[string]map[string]any{
		"main k.example": {"instance": "10.0.0.2:9000", "cpu_cores": 0.96, "reactor_busy": 0.95, "stalls_per_hour": 24.0, "gc_share": 0.06, "uptime": 3600.0, "verdict": "full"},
	})
	wantCells(t, byGeneration(askLastSixHours(t, engine, garbagecollection.Type(), nil, `{"format": "summary"}`)[0]), map[string]map[string]any{
		"main k.example 2": {"collections_per_hour": 120.0, "mean_pause": 1.8, "share": 0.06, "verdict": "slow"},
	})
}
