package promql

import (
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/graph"
)

// Three streams: typing's queue stood at 5,000 for an hour and has emptied, the others have a little all the time. One slow
// request in hours beside a quick kind that takes much time in all.
const ranked = `load 15s
  synapse_storage_schedule_time_count{server_name="a.example",job="s",index="1",instance="h:1"} 0+1x1920
  synapse_replication_tcp_command_queue{server_name="a.example",job="s",index="1",instance="h:1",stream_name="typing"} 0+0x1200 5000+0x240 0+0x480
  synapse_replication_tcp_command_queue{server_name="a.example",job="s",index="1",instance="h:1",stream_name="caches"} 2+0x1920
  synapse_replication_tcp_command_queue{server_name="a.example",job="s",index="1",instance="h:1",stream_name="events"} 1+0x1920
  synapse_http_server_in_flight_requests_count{server_name="a.example",instance="h:1",servlet="FederationSendServlet"} 0+0x600 300+0x240
  synapse_http_server_in_flight_requests_count{server_name="a.example",instance="h:1",servlet="LoginRestServlet"} 3+0x1920
  synapse_http_server_response_time_seconds_sum{server_name="a.example",servlet="PurgeRestServlet",instance="h:1"} 0+0x1200 100+0x720
  synapse_http_server_response_time_seconds_count{server_name="a.example",servlet="PurgeRestServlet",instance="h:1"} 0+0x1200 1+0x720
  synapse_http_server_response_time_seconds_sum{server_name="a.example",servlet="LoginRestServlet",instance="h:1"} 0+30x1920
  synapse_http_server_response_time_seconds_count{server_name="a.example",servlet="LoginRestServlet",instance="h:1"} 0+15x1920
`

// What was highest within the range leads: levels by their maximum, ratios by their numerator.
func TestGraphsRankOverTheRange(t *testing.T) {
	engine := Load(t, ranked)
	for id, leads := range map[string]string{
		"replication-queue":  "typing",
		"requests-in-flight": "FederationSendServlet",
		"requests-time":      "LoginRestServlet",
	} {
		frames := askLastSixHours(t, engine, graph.Type(), nil, `{"graph": "`+id+`", "limit": 1}`)
		if frames[0].Rows() == 0 || frames[0].Fields[1].Config.DisplayNameFromDS != leads {
			t.Errorf("%s draws %v, want %s", id, legends(t, frames), leads)
		}
	}
}
