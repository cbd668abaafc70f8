package main

import (
	"time"
)

// neighbours are homeservers whose trouble is what stands beside Synapse: the authentication service, push gateways, a bot.
var neighbours = []scenario{
	{name: "the authentication service is gone", class: "outages", shape: shape{recording: newest}, expect: []string{"authentication"}, outage: true, after: outageTimes,
		happens: func(s *server, p *process) {
			s.answers(asksDatabase+"|SyncRestServlet", "503")
			s.tokenChecks(p, "ERR", 1, 0.01)
		}},
	{name: "the authentication service is slow", class: "slow", shape: shape{recording: newest}, expect: []string{"authentication"}, after: slowTimes,
		happens: func(s *server, p *process) { s.tokenChecks(p, "200", 0.5, 2+2*s.random.Float64()) }},
	{name: "clients are logged out", class: "slow", shape: shape{recording: newest}, expect: []string{"authentication"}, after: []time.Duration{30 * time.Minute},
		happens: func(s *server, _ *process) { s.answers("SyncRestServlet|"+sends, "401") }},
	{name: "the push gateway is gone", class: "slow", shape: shape{recording: newest}, expect: []string{"push"}, after: slowTimes,
		happens: func(s *server, p *process) {
			s.times(nil, "synapse_http_httppusher_http_pushes_processed_total", 0.1)
			s.starting(p, "synapse_http_httppusher_http_pushes_failed_total", 0.5)
		}},
	{name: "a bridge is over its limit", class: "slow", shape: shape{recording: newest}, expect: []string{"rate-limited", "request-surge"}, after: slowTimes,
		happens: func(s *server, p *process) { s.requests(p, sends, "PUT", "429", 2+2*s.random.Float64()) }},
	{name: "tiny: syncs of v2 are slow", class: "fresh and tiny", shape: shape{recording: newest, size: 0.02}, expect: []string{"sync-time"}, after: []time.Duration{6 * time.Hour},
		happens: func(s *server, _ *process) {
			s.times(nil, `{__name__=~"synapse_http_server_response_(ru_utime|db_txn_duration)_seconds_total",servlet="SyncRestServlet"}`, 400)
		}},
	{name: "the proxy forgot the workers", class: "slow", shape: shape{recording: workers}, expect: []string{"workers"}, after: slowTimes,
		happens: func(s *server, p *process) {
			const servlet = "SyncRestServlet"
			s.requests(p, servlet, "GET", "200", 30)
			s.starting(p, "synapse_http_server_response_ru_utime_seconds_total", 0.7, `servlet="`+servlet+`",method="GET",tag="sync_v2:incremental_sync"`)
			s.burns(p, 0.9)
			s.times(nil, `{__name__=~"synapse_http_server_.*",index!="1",servlet=~"Sync.*"}`, 0.01)
			for _, other := range s.processes {
				if other != p {
					s.times(other, "python_twisted_reactor_tick_time_sum", 0.3)
				}
			}
		}},
	{name: "one room hangs", class: "slow", shape: shape{recording: newest}, expect: []string{"availability"}, after: slowTimes,
		happens: func(s *server, p *process) {
			const oldest = `synapse_util_metrics_block_in_flight_real_time_max{block_name="handle_new_client_event"}`
			s.becomes(p, oldest, 1)
			s.rises(p, oldest, 1)
		}},
}

// tokenChecks adds checks of tokens by an authentication service, from the trouble on.
func (s *server) tokenChecks(on *process, code string, perSecond, seconds float64) {
	own := `code="` + code + `"`
	const name = "synapse_api_auth_delegated_introspection_response"
	s.starting(on, name+"_count", perSecond, own)
	s.starting(on, name+"_sum", perSecond*seconds, own)
	s.starting(on, name+"_bucket", perSecond, own+`,le="+Inf"`)
}
