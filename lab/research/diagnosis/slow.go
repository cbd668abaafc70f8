package main

import (
	"math"
	"time"
)

// slowServers are slow for one reason.
var slowServers = []scenario{
	{name: "one transaction costs", class: "slow", shape: shape{recording: newest}, expect: []string{"database-cost"}, after: slowTimes, happens: oneTransaction("get_rooms_paginate", 4, 0.4)},
	{name: "a known transaction costs more", class: "slow", shape: shape{recording: newest, size: 3}, expect: []string{"database-cost", "database-slow"}, after: slowTimes,
		happens: func(s *server, _ *process) {
			s.slower(nil, "synapse_storage_transaction_time", `desc="persist_events"`, 60)
		}},
	{name: "everything in the database is slow", class: "slow", shape: shape{recording: newest, size: 4}, expect: []string{"database-slow", "database-settings", "postgres-hygiene"}, after: slowTimes,
		happens: func(s *server, _ *process) {
			s.slower(nil, "synapse_storage_transaction_time", `desc!=""`, 10)
			s.slower(nil, "synapse_storage_query_time", `verb!=""`, 10)
			s.slower(nil, "synapse_http_server_response_time_seconds", `servlet!~"Sync.*"`, 6)
		}},
	{name: "the pool is too small", class: "slow", shape: shape{recording: newest, size: 5}, expect: []string{"database-pool"}, after: slowTimes,
		happens: func(s *server, _ *process) {
			s.slower(nil, "synapse_storage_schedule_time", `__name__!=""`, 2000)
			s.becomes(nil, `synapse_threadpool_working_threads{name=~"database-.*"}`, s.selected(`synapse_threadpool_max_threads{name=~"database-.*"}`, nil)[0].level)
		}},
	{name: "a worker pauses", class: "slow", shape: shape{recording: workers}, expect: []string{"gc-pauses"}, sick: "generic_worker1", after: slowTimes, happens: longPauses},
	{name: "a worker needs its whole core", class: "slow", shape: shape{recording: workers}, expect: []string{"cpu-saturation", "starvation"}, sick: "generic_worker1", after: slowTimes, happens: fullCore},
	{name: "the loop stands still", class: "slow", shape: shape{recording: newest}, expect: []string{"reactor-lag", "starvation"}, after: slowTimes, happens: func(s *server, p *process) {
		for _, l := range s.selected(`{__name__=~"python_twisted_reactor_tick_time_.*"}`, p) {
			s.gains(l, pauseShare(l, 3+4*0.5)/60)
		}
	}},
	{name: "memory grows", class: "slow", shape: shape{recording: newest}, expect: []string{"memory"}, after: []time.Duration{5 * time.Hour}, happens: leaks(600e6 / 3600)},
	{name: "a crash loop", class: "slow", shape: shape{recording: workers}, expect: []string{"restarts"}, sick: "generic_worker1", after: slowTimes, happens: crashes(8 * time.Minute)},
	{name: "a client in a loop", class: "slow", shape: shape{recording: newest}, expect: []string{"request-surge"}, after: slowTimes,
		happens: func(s *server, p *process) {
			s.requests(p, "KeyUploadServlet", "POST", "400", 15+40*s.random.Float64())
		}},
	{name: "nobody comes through", class: "slow", shape: shape{recording: newest, size: 5}, expect: []string{"traffic-drop"}, after: []time.Duration{40 * time.Minute, 3 * time.Hour},
		happens: func(s *server, _ *process) {
			s.times(nil, `{__name__=~"synapse_http_server_(requests_received|response).*",servlet!="HealthResource"}`, 0.01)
			s.times(nil, `{__name__=~"synapse_storage_events_persisted.*"}`, 0.01)
		}},
	{name: "a bridge gets nothing", class: "slow", shape: shape{recording: newest}, expect: []string{"appservice-lag"}, after: []time.Duration{3 * time.Hour}, happens: bridgeStuck},
	{name: "federation is not told", class: "slow", shape: shape{recording: newest}, expect: []string{"federation-lag", "federation-sending"}, after: []time.Duration{3 * time.Hour},
		happens: func(s *server, _ *process) {
			s.times(nil, `synapse_event_processing_positions{name="federation_sender"}`, 0)
			s.times(nil, `{__name__=~"synapse_event_processing_lag_by_event.*",name="federation_sender"}`, 0)
		}},
	{name: "state is resolved again and again", class: "slow", shape: shape{recording: newest}, expect: []string{"state-resolution"}, after: slowTimes, happens: resolves(0.72, 1.36)},
	{name: "sends are slow", class: "slow", shape: shape{recording: newest}, expect: []string{"event-send-time"}, after: slowTimes,
		happens: func(s *server, _ *process) {
			s.slower(nil, "synapse_http_server_response_time_seconds", `servlet="RoomSendEventRestServlet"`, 80)
		}},
	{name: "what other homeservers send waits", class: "slow", shape: shape{recording: "1.120.0 pair"}, expect: []string{"federation-inbound"}, after: slowTimes,
		happens: func(s *server, _ *process) {
			s.becomes(nil, "synapse_federation_server_number_inbound_pdu_in_staging", 4000)
			s.becomes(nil, "synapse_federation_server_oldest_inbound_pdu_in_staging", 1)
			s.rises(nil, "synapse_federation_server_oldest_inbound_pdu_in_staging", 1000)
		}},
	{name: "open files run out", class: "slow", shape: shape{recording: newest}, expect: []string{"open-files"}, after: slowTimes,
		happens: func(s *server, p *process) { s.becomes(p, "process_open_fds", 19800) }},
}

// smallServers have little history, or little to do.
var smallServers = []scenario{
	{name: "fresh: one transaction costs", class: "fresh and tiny", shape: shape{recording: newest, age: 5 * time.Hour}, expect: []string{"database-cost"}, after: slowTimes, happens: oneTransaction("get_rooms_paginate", 4, 0.6)},
	{name: "fresh: memory grows", class: "fresh and tiny", shape: shape{recording: newest, age: time.Hour}, expect: []string{"memory"}, after: []time.Duration{6 * time.Hour}, happens: leaks(500e6 / 3600)},
	{name: "fresh: refuses", class: "fresh and tiny", shape: shape{recording: newest, age: 2 * time.Hour}, expect: databaseAway, outage: true, after: outageTimes, happens: refuses},
	{name: "fresh: pauses", class: "fresh and tiny", shape: shape{recording: workers, age: 2 * time.Hour}, expect: []string{"gc-pauses"}, sick: "generic_worker1", after: slowTimes, happens: longPauses},
	{name: "tiny: refuses", class: "fresh and tiny", shape: shape{recording: newest, size: 0.1}, expect: databaseAway, after: []time.Duration{time.Hour, 6 * time.Hour}, happens: refuses},
	{name: "tiny: hangs", class: "fresh and tiny", shape: shape{recording: newest, size: 0.1}, expect: hanging, after: []time.Duration{time.Hour, 6 * time.Hour}, happens: freezes},
	{name: "tiny: the loop is blocked", class: "fresh and tiny", shape: shape{recording: newest, size: 0.1}, expect: []string{"availability", "reactor-lag"}, after: outageTimes, happens: blocked},
	{name: "tiny: sends are slow", class: "fresh and tiny", shape: shape{recording: newest, size: 0.1}, expect: []string{"event-send-time"}, after: []time.Duration{3 * time.Hour},
		happens: func(s *server, _ *process) {
			s.slower(nil, "synapse_http_server_response_time_seconds", `servlet="RoomSendEventRestServlet"`, 150)
		}},
}

func longPauses(s *server, p *process) {
	s.pauses(p, 45+40*s.random.Float64(), 3.2+3*s.random.Float64())
}

func fullCore(s *server, p *process) {
	s.burns(p, 0.85)
	for _, l := range s.selected(`{__name__=~"synapse_http_server_response_ru_utime_seconds_total",servlet="SyncRestServlet"}`, p) {
		s.gains(l, 0.7)
	}
}

// oneTransaction is called by sends, which take as much longer as it takes.
func oneTransaction(description string, calls, seconds float64) func(*server, *process) {
	return func(s *server, p *process) {
		cost := calls * seconds * (1 + s.random.Float64())
		s.transaction(p, description, calls, cost/calls)
		for _, l := range s.selected(`synapse_http_server_response_db_txn_duration_seconds_total{servlet="RoomSendEventRestServlet"}`, p) {
			s.gains(l, cost)
		}
		if took := s.selected(`synapse_http_server_response_time_seconds_sum{servlet="RoomSendEventRestServlet",code="200"}`, p); len(took) > 0 && took[0].level > 0 {
			s.slower(p, "synapse_http_server_response_time_seconds", `servlet="RoomSendEventRestServlet"`, 1+1.1*cost/took[0].level)
		}
	}
}

func leaks(perSecond float64) func(*server, *process) {
	return func(s *server, p *process) {
		s.rises(p, "process_resident_memory_bytes", perSecond*(1+s.random.Float64()))
	}
}

func crashes(every time.Duration) func(*server, *process) {
	return func(s *server, p *process) {
		for at := s.trouble; at < s.trouble+6*3600; at += every.Seconds() * (0.9 + 0.2*s.random.Float64()) {
			s.restarts(p, at, 20)
		}
	}
}

// bridgeStuck leaves events of the bridge where they are.
func bridgeStuck(s *server, _ *process) {
	s.times(nil, `synapse_event_processing_positions{name="appservice_sender"}`, 0)
	s.times(nil, `{__name__=~"synapse_event_processing_lag_by_event.*",name="appservice_sender"}`, 0)
	s.times(nil, `{__name__=~"synapse_appservice_api_sent_.*"}`, 0)
}

// resolves gives the biggest room so many seconds per second.
func resolves(cpu, database float64) func(*server, *process) {
	return func(s *server, p *process) {
		for part, perSecond := range map[string]float64{"cpu": cpu, "db": database} {
			for _, name := range []string{"synapse_state_res_" + part + "_for_biggest_room_seconds_total", "synapse_state_res_" + part + "_for_all_rooms_seconds_sum"} {
				s.starting(p, name, perSecond)
			}
			for _, end := range []string{"count", "bucket"} {
				own := ""
				if end == "bucket" {
					own = `le="+Inf"`
				}
				s.starting(p, "synapse_state_res_"+part+"_for_all_rooms_seconds_"+end, 0.2, own)
			}
		}
		s.burns(p, cpu)
	}
}

// starting lets a counter run from the trouble on, whether the recording has it or not.
func (s *server) starting(p *process, name string, perSecond float64, own ...string) {
	if there := s.selected(`{__name__="`+name+`"}`, p); len(there) > 0 && len(own) == 0 {
		s.gains(there[0], perSecond)
		return
	}
	text := home(p)
	if len(own) > 0 {
		text += "," + own[0]
	}
	l := s.put(p, name, text, perSecond, true)
	l.late = true
	l.spans = append(l.spans, span{math.Inf(-1), s.trouble, 0, 0})
}
