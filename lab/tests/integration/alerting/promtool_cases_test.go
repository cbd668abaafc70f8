package alerting

// twin is one metric of two homeservers: a.org has the problem, quiet.org has not, or does too little to be judged.
type twin struct{ metric, labels, a, quiet string }

// twins are their series, once a minute for an hour and a half. Both homeservers' processes started a day ago; the metrics of
// whole processes carry no server_name.
func twins(ofHomeservers, ofProcesses []twin) map[string]string {
	series := map[string]string{}
	for _, server := range []string{"a.org", "quiet.org"} {
		series[of("synapse_storage_schedule_time_count", "", server)] = "1x90"
		series[process("process_start_time_seconds", server)] = "-86400x90"
	}
	for _, m := range ofHomeservers {
		series[of(m.metric, m.labels, "a.org")] = m.a
		series[of(m.metric, m.labels, "quiet.org")] = m.quiet
	}
	for _, m := range ofProcesses {
		series[processWith(m.metric, m.labels, "a.org")] = m.a
		series[processWith(m.metric, m.labels, "quiet.org")] = m.quiet
	}
	return series
}

func processWith(metric, labels, server string) string {
	if labels == "" {
		return process(metric, server)
	}
	return metric + "{" + labels + `,job="synapse",index="1",instance="` + server + `:9000"}`
}

// firesAs is silence while the rule's delay lasts, then an alert.
func firesAs(severity string, number float64) []expectation {
	return []expectation{{at: "3m"}, {"40m", severity, number}}
}

var moreCases = []promtoolCase{
	{
		// Half of the sends fail for half an hour.
		"availability",
		twins([]twin{
			{"synapse_http_server_response_time_seconds_count", `servlet="RoomSendEventRestServlet",method="PUT",code="500"`, "0+60x30 1800x60", "0x90"},
			{"synapse_http_server_response_time_seconds_count", `servlet="RoomSendEventRestServlet",method="PUT",code="200"`, "0+60x90", "0+60x90"},
		}, nil),
		[]expectation{{"20m", critical, 1}, {at: "60m"}},
	},
	{
		"availability",
		twins(nil, []twin{{"python_twisted_reactor_last_seen", "", "15x30 0.1x60", "0.1x90"}}),
		[]expectation{{"20m", warning, 1}, {at: "60m"}},
	},
	{
		// The authentication service fails half of the token checks.
		"authentication",
		twins([]twin{
			{"synapse_api_auth_delegated_introspection_response_sum", `code="200"`, "0+0.3x90", "0+0.3x90"},
			{"synapse_api_auth_delegated_introspection_response_count", `code="200"`, "0+30x90", "0+30x90"},
			{"synapse_api_auth_delegated_introspection_response_count", `code="503"`, "0x10 0+30x80", "0+1x90"},
		}, nil),
		firesAs(critical, 0.5),
	},
	{
		// It takes a second and a half.
		"authentication",
		twins([]twin{
			{"synapse_api_auth_delegated_introspection_response_sum", `code="200"`, "0+45x90", "0+3x90"},
			{"synapse_api_auth_delegated_introspection_response_count", `code="200"`, "0+30x90", "0+30x90"},
		}, nil),
		firesAs(warning, 1.5),
	},
	{
		// Half of two sends per second are over the limit; on quiet.org it is one bot.
		"rate-limited",
		twins([]twin{
			{"synapse_http_server_response_time_seconds_count", `servlet="RoomSendEventRestServlet",method="PUT",code="429"`, "0+120x90", "0+20x90"},
			{"synapse_http_server_response_time_seconds_count", `servlet="RoomSendEventRestServlet",method="PUT",code="200"`, "0+120x90", "0+20x90"},
		}, nil),
		firesAs(warning, 0.5),
	},
	{
		// A sliding sync takes a second.
		"sync-time",
		twins([]twin{
			{"synapse_sliding_sync_processing_time_sum", `initial="True"`, "0+10x90", "0+3x90"},
			{"synapse_sliding_sync_processing_time_count", `initial="True"`, "0+10x90", "0+1x90"},
		}, nil),
		firesAs(warning, 1),
	},
	{
		"sync-time",
		twins([]twin{
			{"synapse_sliding_sync_processing_time_sum", `initial="True"`, "0+25x90", "0+3x90"},
			{"synapse_sliding_sync_processing_time_count", `initial="True"`, "0+10x90", "0+10x90"},
		}, nil),
		firesAs(critical, 2.5),
	},
	{
		// One round a minute takes more than a second.
		"reactor-lag",
		twins(nil, []twin{
			{"python_twisted_reactor_tick_time_sum", "", "0+6x90", "0+6x90"},
			{"python_twisted_reactor_tick_time_count", "", "0+6000x90", "0+6000x90"},
			{"python_twisted_reactor_tick_time_bucket", `le="1.0"`, "0+5999x90", "0+6000x90"},
		}),
		firesAs(warning, 40),
	},
	{
		// It is busy nearly all the time.
		"reactor-lag",
		twins(nil, []twin{
			{"python_twisted_reactor_tick_time_sum", "", "0+57x90", "0+36x90"},
			{"python_twisted_reactor_tick_time_count", "", "0+6000x90", "0+6000x90"},
		}),
		firesAs(critical, 0.95),
	},
	{
		// One transaction in ten waits. quiet.org's wait as well, but its connections are not all busy.
		"database-pool",
		twins([]twin{
			{"synapse_storage_schedule_time_count", "", "0+100x90", "0+100x90"},
			{"synapse_storage_schedule_time_bucket", `le="0.1"`, "0+90x90", "0+90x90"},
			{"synapse_threadpool_working_threads", `name="database-master"`, "10x90", "5x90"},
			{"synapse_threadpool_max_threads", `name="database-master"`, "10x90", "10x90"},
		}, []twin{{"python_twisted_reactor_tick_time_sum", "", "0+6x90", "0+6x90"}}),
		firesAs(critical, 0.1),
	},
	{
		// One connection is free. quiet.org's transactions wait for a process that is saturated.
		"database-pool",
		twins([]twin{
			{"synapse_storage_schedule_time_count", "", "0+100x90", "0+100x90"},
			{"synapse_storage_schedule_time_bucket", `le="0.1"`, "0+90x90", "0+90x90"},
			{"synapse_threadpool_working_threads", `name="database-master"`, "9x90", "9x90"},
			{"synapse_threadpool_max_threads", `name="database-master"`, "10x90", "10x90"},
		}, []twin{{"python_twisted_reactor_tick_time_sum", "", "0+6x90", "0+57x90"}}),
		firesAs(warning, 0.1),
	},
	{
		// A fifth of the time, in the last quarter of an hour as in the whole hour.
		"state-resolution",
		twins([]twin{
			{"synapse_state_res_cpu_for_all_rooms_seconds_sum", "", "0+12x90", "0+12x90"},
			{"synapse_state_res_cpu_for_all_rooms_seconds_count", "", "0+10x90", "0+0.2x90"},
			{"synapse_state_res_db_for_all_rooms_seconds_sum", "", "0+3x90", "0+3x90"},
		}, nil),
		[]expectation{{at: "3m"}, {"70m", warning, 0.2}},
	},
	{
		// It waits for the database meanwhile.
		"state-resolution",
		twins([]twin{
			{"synapse_state_res_cpu_for_all_rooms_seconds_sum", "", "0+3x90", "0+3x90"},
			{"synapse_state_res_cpu_for_all_rooms_seconds_count", "", "0+10x90", "0+0.2x90"},
			{"synapse_state_res_db_for_all_rooms_seconds_sum", "", "0+24x90", "0+24x90"},
		}, nil),
		[]expectation{{at: "3m"}, {"70m", critical, 0.4}},
	},
	{
		// Half of a full process. quiet.org is as full, of something else.
		"federation-presence",
		twins([]twin{
			{"synapse_background_process_ru_utime_seconds_total", `name="presence.notify_new_event"`, "0+27x90", "0+1x90"},
			{"synapse_handler_presence_presence_updates_total", "", "0+600x90", "0+600x90"},
		}, []twin{
			{"process_cpu_seconds_total", "", "0+54x90", "0+54x90"},
			{"python_twisted_reactor_tick_time_sum", "", "0+57x90", "0+57x90"},
		}),
		firesAs(critical, 0.5),
	},
	{
		// A fifth. quiet.org's process has CPU left.
		"federation-presence",
		twins([]twin{
			{"synapse_background_process_ru_utime_seconds_total", `name="presence.notify_new_event"`, "0+10.8x90", "0+10.8x90"},
			{"synapse_handler_presence_presence_updates_total", "", "0+600x90", "0+600x90"},
		}, []twin{
			{"process_cpu_seconds_total", "", "0+54x90", "0+36x90"},
			{"python_twisted_reactor_tick_time_sum", "", "0+57x90", "0+57x90"},
		}),
		firesAs(warning, 0.2),
	},
	{
		// Half of the events are late.
		"federation-lag",
		twins([]twin{
			{"synapse_event_processing_lag_by_event_count", `name="federation_sender"`, "0+10x90", "0+1x90"},
			{"synapse_event_processing_lag_by_event_bucket", `le="10.0",name="federation_sender"`, "0+5x90", "0x90"},
			{"synapse_event_processing_positions", `name="federation_sender"`, "0+10x90", "0+1x90"},
		}, nil),
		firesAs(warning, 0.5),
	},
	{
		// It falls behind. quiet.org's is as far behind as ever.
		"federation-lag",
		twins([]twin{
			{"synapse_event_persisted_position", "", "0+100x90", "2000+100x90"},
			{"synapse_event_processing_positions", `name="federation_sender"`, "0+10x90", "0+100x90"},
		}, nil),
		[]expectation{{at: "15m"}, {"40m", critical, 3600}},
	},
	{
		"device-lists",
		twins([]twin{{"synapse_device_lists_changes_conversion_lag_seconds", "", "600x90", "100x90"}}, nil),
		firesAs(warning, 600),
	},
	{
		"device-lists",
		twins([]twin{{"synapse_device_lists_changes_conversion_lag_seconds", "", "4000x90", "100x90"}}, nil),
		firesAs(critical, 4000),
	},
	{
		"appservice-lag",
		twins([]twin{
			{"synapse_event_processing_lag_by_event_count", `name="appservice_sender"`, "0+10x90", "0+1x90"},
			{"synapse_event_processing_lag_by_event_bucket", `le="10.0",name="appservice_sender"`, "0+5x90", "0x90"},
			{"synapse_event_processing_positions", `name="appservice_sender"`, "0+10x90", "0+1x90"},
		}, nil),
		firesAs(warning, 0.5),
	},
	{
		// It falls behind.
		"appservice-lag",
		twins([]twin{
			{"synapse_event_persisted_position", "", "0+100x90", "2000+100x90"},
			{"synapse_event_processing_positions", `name="appservice_sender"`, "0+10x90", "0+100x90"},
		}, nil),
		[]expectation{{at: "15m"}, {"40m", critical, 3600}},
	},
	{
		// A bridge accepts nothing. quiet.org's does now and then.
		"appservice-lag",
		twins([]twin{
			{"synapse_appservice_api_failed_transactions_total", `service="irc"`, "0+1x90", "0+1x90"},
			{"synapse_appservice_api_sent_transactions_total", `service="irc"`, "7x90", "0+0.2x90"},
		}, nil),
		firesAs(warning, 0),
	},
	{
		// Fifty wait where less than two a second are handled. On quiet.org there are hardly any.
		"replication-lag",
		twins([]twin{
			{"synapse_replication_tcp_command_queue", "", "50x90", "50x90"},
			{"synapse_replication_tcp_protocol_inbound_rdata_count_total", `stream_name="events"`, "0+100x90", "0+1x90"},
		}, nil),
		firesAs(critical, 30),
	},
	{
		// Five wait. On quiet.org they are handled within a moment.
		"replication-lag",
		twins([]twin{
			{"synapse_replication_tcp_command_queue", "", "5x90", "5x90"},
			{"synapse_replication_tcp_protocol_inbound_rdata_count_total", `stream_name="events"`, "0+100x90", "0+1000x90"},
		}, nil),
		firesAs(warning, 3),
	},
	{
		// Two seconds each.
		"gc-pauses",
		twins(nil, []twin{
			{"python_gc_time_sum", `gen="2"`, "0+2x90", "0+0.2x90"},
			{"python_gc_time_count", `gen="2"`, "0+1x90", "0+1x90"},
			{"python_gc_time_bucket", `gen="2",le="2.5"`, "0+1x90", "0+1x90"},
		}),
		firesAs(warning, 2),
	},
	{
		// Five.
		"gc-pauses",
		twins(nil, []twin{
			{"python_gc_time_sum", `gen="2"`, "0+5x90", "0+0.2x90"},
			{"python_gc_time_count", `gen="2"`, "0+1x90", "0+1x90"},
		}),
		firesAs(critical, 5),
	},
	{
		// Switched off with updates left; on quiet.org they are done.
		"background-updates",
		twins([]twin{{"synapse_background_update_status", `database_name="master"`, "0x90", "3x90"}}, nil),
		firesAs(warning, 1),
	},
	{
		// Given up.
		"background-updates",
		twins([]twin{{"synapse_background_update_status", `database_name="master"`, "-1x90", "2x90"}}, nil),
		firesAs(critical, 1),
	},
}
