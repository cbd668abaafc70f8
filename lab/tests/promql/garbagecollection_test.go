package promql

import (
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/garbagecollection"
)

// Process 1 collects slowly; process 2 serves two homeservers and never collected the last generation; an exporter in
// Python collects too.
const collecting = `load 15s
  synapse_storage_schedule_time_count{server_name="a.example",job="synapse",index="1",instance="h:1"} 0+150x1920
  python_gc_time_count{job="synapse",index="1",instance="h:1",gen="0"} 0+15x1920
  python_gc_time_sum{job="synapse",index="1",instance="h:1",gen="0"} 0+0.03x1920
  python_gc_time_bucket{job="synapse",index="1",instance="h:1",gen="0",le="0.0025"} 0+15x1920
  python_gc_time_bucket{job="synapse",index="1",instance="h:1",gen="0",le="+Inf"} 0+15x1920
  python_gc_time_count{job="synapse",index="1",instance="h:1",gen="2"} 0+0.5x1920
  python_gc_time_sum{job="synapse",index="1",instance="h:1",gen="2"} 0+0.75x1920
  python_gc_time_bucket{job="synapse",index="1",instance="h:1",gen="2",le="1.0"} 0+0x1920
  python_gc_time_bucket{job="synapse",index="1",instance="h:1",gen="2",le="2.5"} 0+0.4x1920
  python_gc_time_bucket{job="synapse",index="1",instance="h:1",gen="2",le="5.0"} 0+0.5x1920
  python_gc_time_bucket{job="synapse",index="1",instance="h:1",gen="2",le="+Inf"} 0+0.5x1920
  synapse_storage_schedule_time_count{server_name="b.example",job="synapse",index="2",instance="h:2"} 0+150x1920
  synapse_storage_schedule_time_count{server_name="c.example",job="synapse",index="2",instance="h:2"} 0+150x1920
  python_gc_time_count{job="synapse",index="2",instance="h:2",gen="0"} 0+15x1920
  python_gc_time_sum{job="synapse",index="2",instance="h:2",gen="0"} 0+0.15x1920
  python_gc_time_bucket{job="synapse",index="2",instance="h:2",gen="0",le="0.0025"} 0+0x1920
  python_gc_time_bucket{job="synapse",index="2",instance="h:2",gen="0",le="+Inf"} 0+15x1920
  python_gc_time_count{job="synapse",instance="exporter:1",gen="0"} 0+15x1920
  python_gc_time_sum{job="synapse",instance="exporter:1",gen="0"} 0+0.15x1920
`

// byGeneration reads the summary by process, homeserver and generation.
func byGeneration(frame *data.Frame) map[string]map[string]any {
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
		rows[row["process"].(string)+" "+row["server_name"].(string)+" "+row["generation"].(string)] = row
	}
	return rows
}

func TestGarbageCollectionSummary(t *testing.T) {
	frame := askLastSixHours(t, Load(t, collecting), garbagecollection.Type(), nil, `{"format": "summary"}`)[0]
	quick := map[string]any{"collections_per_hour": 3600.0, "mean_pause": 0.01, "longest_pause": 0.0025, "share": 0.01, "verdict": "fine"}
	wantCells(t, byGeneration(frame), map[string]map[string]any{
		"synapse/1 a.example 2": {"instance": "h:1", "collections_per_hour": 120.0, "mean_pause": 1.5, "longest_pause": 2.5, "share": 0.05, "verdict": "slow"},
		"synapse/1 a.example 0": {"collections_per_hour": 3600.0, "mean_pause": 0.002, "longest_pause": 0.0, "share": 0.002, "verdict": "fine"},
		"synapse/2 b.example 0": quick, "synapse/2 c.example 0": quick,
	})
}

func TestGarbageCollectionOverTime(t *testing.T) {
	engine := Load(t, collecting)
	for _, c := range []struct {
		raw  string
		want map[string]float64
	}{
		{`{"format": "time"}`, map[string]float64{"synapse/1 · a.example": 0.052, "synapse/2 · b.example": 0.01, "synapse/2 · c.example": 0.01}},
		{`{"format": "time", "serverName": "c.example"}`, map[string]float64{"synapse/2": 0.01}},
		{`{"format": "pauses", "serverName": "a.example"}`, map[string]float64{"synapse/1 generation 0": 0.002, "synapse/1 generation 2": 1.5}},
	} {
		t.Run(c.raw, func(t *testing.T) {
			wantValues(t, legends(t, askLastSixHours(t, engine, garbagecollection.Type(), nil, c.raw)), c.want)
		})
	}
	if got := notices(askLastSixHours(t, engine, garbagecollection.Type(), nil, `{"serverName": "d.example"}`)); got == "" {
		t.Error("nothing says that there is nothing")
	}
}

// A long collection before the range, of which only later, quick ones fall into it, is no spike of the range, though a
// bucket that was still empty then grows a little less in Prometheus' estimate.
func TestLongCollectionBeforeTheRange(t *testing.T) {
	frame := askLastSixHours(t, Load(t, `load 15s
  synapse_storage_schedule_time_count{server_name="a.example",job="synapse",index="1",instance="h:1"} 0+150x1920
  python_gc_time_count{job="synapse",index="1",instance="h:1",gen="2"} 1+0x480 1+0.5x1440
  python_gc_time_sum{job="synapse",index="1",instance="h:1",gen="2"} 4+0x480 4+0.05x1440
  python_gc_time_bucket{job="synapse",index="1",instance="h:1",gen="2",le="0.25"} 0+0x480 0+0.5x1440
  python_gc_time_bucket{job="synapse",index="1",instance="h:1",gen="2",le="2.5"} 0+0x480 0+0.5x1440
  python_gc_time_bucket{job="synapse",index="1",instance="h:1",gen="2",le="5.0"} 1+0x480 1+0.5x1440
  python_gc_time_bucket{job="synapse",index="1",instance="h:1",gen="2",le="+Inf"} 1+0x480 1+0.5x1440
`), garbagecollection.Type(), nil, `{"format": "summary"}`)[0]
	wantCells(t, byGeneration(frame), map[string]map[string]any{
		"synapse/1 a.example 2": {"mean_pause": 0.1, "longest_pause": 0.0, "verdict": "fine"},
	})
}
