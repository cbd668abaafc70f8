package promql

import (
	"fmt"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/graph"
)

// Every graph draws what a real process exposes, in each of its formats, one line per value of the labels that it says.
func TestGraphsOfARealProcess(t *testing.T) {
	series := storedScrape(t)
	engine := Load(t, series)
	quiet := map[string]string{
		"requests-errors": "needs requests that fail", "bridge-lag": "needs a bridge", "outgoing-failures": "needs requests that fail",
		"event-age": "needs a part that is behind", "event-catch-up": "needs a part that is behind",
	}
	for _, g := range graph.All {
		exposed := quiet[g.ID] == ""
		for _, m := range g.Metrics() {
			exposed = exposed && strings.Contains(series, "  "+m.Marker().Name+"{")
		}
		for _, format := range g.Formats() {
			frames := askLastSixHours(t, engine, graph.Type(), nil, fmt.Sprintf(`{"graph": %q, "format": %q, "limit": 200}`, g.ID, format))
			if rows(frames) == 0 {
				if exposed || notices(frames) == "" {
					t.Errorf("%s as %s draws nothing: %s\n%s", g.ID, format, notices(frames), frames[0].Meta.ExecutedQueryString)
				}
				continue
			}
			for _, frame := range frames {
				labels := frame.Fields[1].Labels
				for _, label := range append([]string{"server_name"}, g.By...) {
					if labels[label] == "" && format == "series" && labels["part"] != "rest" && frame.Fields[1].Config.DisplayNameFromDS != "limit" {
						t.Errorf("%s has a line without %s: %v", g.ID, label, labels)
					}
				}
			}
		}
	}
}

func rows(frames data.Frames) int {
	count := 0
	for _, frame := range frames {
		count += frame.Rows()
	}
	return count
}

// Two homeservers: on a.example a busy third process beside two idle ones, requests of a kind that nobody made, an event
// persister that is scraped a moment before the user directory, and a sender that is 40 events behind.
const graphed = `load 15s
  synapse_storage_schedule_time_count{server_name="a.example",job="s",index="1",instance="h:1"} 0+1x1920
  synapse_storage_schedule_time_count{server_name="a.example",job="s",index="2",instance="h:2"} 0+1x1920
  synapse_storage_schedule_time_count{server_name="a.example",job="s",index="3",instance="h:3"} 0+1x1920
  synapse_storage_schedule_time_count{server_name="b.example",job="s",index="1",instance="b:1"} 0+1x1920
  process_cpu_seconds_total{job="s",index="1",instance="h:1"} 0+1.5x1920
  process_cpu_seconds_total{job="s",index="2",instance="h:2"} 0+3x1920
  process_cpu_seconds_total{job="s",index="3",instance="h:3"} 0+13.5x1920
  process_cpu_seconds_total{job="s",index="1",instance="b:1"} 0+6x1920
  synapse_http_server_response_time_seconds_sum{server_name="a.example",servlet="LoginRestServlet",instance="h:1"} 0+30x1920
  synapse_http_server_response_time_seconds_count{server_name="a.example",servlet="LoginRestServlet",instance="h:1"} 0+15x1920
  synapse_http_server_response_time_seconds_sum{server_name="a.example",servlet="VersionsRestServlet",instance="h:1"} 0+1.5x1920
  synapse_http_server_response_time_seconds_count{server_name="a.example",servlet="VersionsRestServlet",instance="h:1"} 0+15x1920
  synapse_http_server_response_time_seconds_sum{server_name="a.example",servlet="PurgeRestServlet",instance="h:1"} 100+0x1920
  synapse_http_server_response_time_seconds_count{server_name="a.example",servlet="PurgeRestServlet",instance="h:1"} 1+0x1920
  synapse_http_server_response_time_seconds_sum{server_name="a.example",servlet="SyncRestServlet",instance="h:1"} 0+450x1920
  synapse_http_server_response_time_seconds_count{server_name="a.example",servlet="SyncRestServlet",instance="h:1"} 0+15x1920
  python_gc_time_sum{job="s",index="1",instance="h:1",gen="0"} 0+1.5x1920
  python_gc_time_sum{job="s",index="1",instance="h:1",gen="2"} 0+3x1920
  python_gc_time_sum{job="s",index="2",instance="h:2",gen="0"} 0+0.75x1920
  synapse_event_persisted_position{server_name="a.example",instance="h:1"} 1000+0x1920
  synapse_event_processing_positions{server_name="a.example",name="user_dir",instance="h:2"} 1003+0x1920
  synapse_event_processing_positions{server_name="a.example",name="federation_sender",instance="h:3"} 960+0x1920
`

func TestGraphs(t *testing.T) {
	engine := Load(t, graphed)
	for _, c := range []struct {
		query  string
		want   map[string]float64
		notice string
	}{
		{`{"graph": "cpu"}`, map[string]float64{"s/1 · a.example": 0.1, "s/2 · a.example": 0.2, "s/3 · a.example": 0.9, "s/1 · b.example": 0.4}, ""},
		{`{"graph": "gc-time"}`, map[string]float64{"s/1": 0.3, "s/2": 0.05}, ""}, // all generations of a process
		{`{"graph": "gc-share"}`, map[string]float64{"generation 0 · s/1": 0.1, "generation 2 · s/1": 0.2, "generation 0 · s/2": 0.05}, ""},
		{`{"graph": "cpu", "limit": 1}`, map[string]float64{"s/3 · a.example": 0.9, "s/1 · b.example": 0.4}, "Only the top 1 lines of each homeserver"},
		{`{"graph": "requests-time"}`, map[string]float64{"LoginRestServlet": 2, "VersionsRestServlet": 0.1}, ""},
		{`{"graph": "cpu", "perProcess": true, "serverName": "b.example"}`, map[string]float64{"s/1": 0.4}, ""},
		{`{"graph": "requests-time", "limit": 1}`, map[string]float64{"LoginRestServlet": 2}, "Only the top 1 lines"},
		{`{"graph": "requests-time", "instance": "h:9"}`, map[string]float64{}, "nothing of the kind happened"},
		{`{"graph": "event-lag"}`, map[string]float64{"user_dir": 0, "federation_sender": 40}, ""},
		{`{"graph": "event-lag", "instance": "h:3"}`, map[string]float64{"federation_sender": 40}, ""},
	} {
		t.Run(c.query, func(t *testing.T) {
			frames := askLastSixHours(t, engine, graph.Type(), nil, c.query)
			wantValues(t, legends(t, frames), c.want)
			if told := notices(frames); !strings.Contains(told, c.notice) || c.notice == "" && told != "" {
				t.Errorf("notices %q, want %q", told, c.notice)
			}
		})
	}
}
