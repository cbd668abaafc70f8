package metriccatalogue

// Probes for metrics with hundreds of series per process. Source: caches and transactions that every Synapse since 1.60
// uses within its first minutes.
const (
	someCaches       = `name=~"[*]getEvent[*]|[*]stateGroupCache[*]|get_user_by_id|get_users_in_room|get_user_by_access_token|DeviceListStreamChangeCache"`
	someTransactions = `desc=~"get_user_by_id|get_user_by_access_token|persist_events|do_fetch|background_updates|get_devices_by_user|upsert_safety_check|update_client_ips|_update_client_ips_batch|get_destination_retry_timings|simple_select_one|fetch_events"`
)

// All is every metric that the plugin reads, in the order of the guide. Source: Synapse 1.160 and what it exposes.
var All = []Metric{
	// Message event send time
	{Name: "synapse_http_server_response_time_seconds", Histogram: true, Adds: Sum, Exists: OnEvent, Meaning: "How long requests took, by servlet and status.",
		UsedBy: []string{"eventSendTime", "graph"}},
	{Name: "synapse_http_server_requests_received_total", Adds: Sum, Exists: OnEvent, Meaning: "Requests received, by servlet: what a process is there for.",
		UsedBy: []string{"resources", "graph"}},
	{Name: "synapse_http_server_response_count_total", Adds: Sum, Exists: OnEvent, Meaning: "Requests answered, by servlet."},
	{Name: "synapse_http_server_response_ru_utime_seconds_total", Adds: Sum, Exists: OnEvent, Meaning: "CPU that requests took in user mode, by servlet.", UsedBy: []string{"graph"}},
	{Name: "synapse_http_server_response_ru_stime_seconds_total", Adds: Sum, Exists: OnEvent, Meaning: "CPU that requests took in the kernel, by servlet.", UsedBy: []string{"graph"}},
	{Name: "synapse_http_server_response_db_txn_duration_seconds_total", Adds: Sum, Exists: OnEvent, Meaning: "Time that requests spent in database transactions, by servlet.", UsedBy: []string{"graph"}},
	{Name: "synapse_http_server_response_db_sched_duration_seconds_total", Adds: Sum, Exists: OnEvent, Meaning: "Time that requests waited for a database connection, by servlet."},
	{Name: "synapse_http_server_in_flight_requests_count", Adds: Sum, Exists: OnEvent, Meaning: "Requests being answered, by servlet.", UsedBy: []string{"graph"}},
	{Name: "synapse_storage_events_persisted_events_total", Adds: Sum, Exists: OnEvent, Meaning: "Events stored, by the processes that store them.",
		UsedBy: []string{"eventSendTime", "resources"}},
	{Name: "synapse_storage_events_persisted_events_sep_total", Adds: Sum, Exists: OnEvent, Meaning: "Events stored, by type and origin: local, remote or a bridge.",
		UsedBy: []string{"graph"}},
	{Name: "synapse_sliding_sync_processing_time", Histogram: true, Adds: Sum, Exists: OnEvent, Meaning: "Time to answer a sliding sync, without the wait for news."},
	{Name: "synapse_api_auth_delegated_introspection_response", Histogram: true, Adds: Sum, Exists: Optional, Meaning: "Time that the authentication service took to vouch for a token; only where authentication is delegated."},

	// Processes
	{Name: "process_cpu_seconds_total", Scope: OfProcess, Adds: PerProcess, Exists: Always, Meaning: "CPU used by the process; on Linux only.", UsedBy: []string{"resources", "graph"}},
	{Name: "process_resident_memory_bytes", Scope: OfProcess, Adds: PerProcess, Exists: Always, Meaning: "Memory that the process holds; on Linux only.", UsedBy: []string{"resources", "graph"}},
	{Name: "process_start_time_seconds", Scope: OfProcess, Adds: PerProcess, Exists: Always, Meaning: "When the process started; on Linux only.",
		UsedBy: []string{"resources", "changes", "transactions", "cacheFactors", "garbageCollection"}},
	{Name: "process_open_fds", Scope: OfProcess, Adds: PerProcess, Exists: Always, Meaning: "Open files and sockets; on Linux only.", UsedBy: []string{"resources", "graph"}},
	{Name: "process_max_fds", Scope: OfProcess, Adds: PerProcess, Exists: Always, Meaning: "Files and sockets that it may open; on Linux only.", UsedBy: []string{"resources"}},
	{Name: "jemalloc_stats_app_memory_bytes", Scope: OfProcess, Adds: PerProcess, Exists: Optional, Meaning: "What the allocator jemalloc holds, and how much of it is in use; only where jemalloc is loaded.", UsedBy: []string{"resources"}},
	{Name: "python_twisted_reactor_tick_time", Scope: OfProcess, Histogram: true, Adds: PerProcess, Exists: Always, Meaning: "Length of the event loop's rounds: how much of its time the process is busy, and how long it stands still.",
		UsedBy: []string{"resources", "transactions", "graph"}},
	{Name: "python_twisted_reactor_last_seen", Scope: OfProcess, Adds: PerProcess, Exists: Always, Meaning: "Seconds since the event loop last turned, at the moment of the scrape."},
	{Name: "synapse_build_info", Scope: OfProcess, Adds: PerProcess, Exists: Always, Meaning: "Synapse's version.", UsedBy: []string{"resources", "changes"}},
	{Name: "synapse_background_process_start_count_total", Adds: Sum, Exists: Always, Meaning: "Background jobs started, by name: what a process is there for.", UsedBy: []string{"resources"}},
	{Name: "synapse_background_process_in_flight_count", Adds: Sum, Exists: Always, Meaning: "Background jobs running, by name."},
	{Name: "synapse_background_process_ru_utime_seconds_total", Adds: Sum, Exists: Always, Meaning: "CPU that background jobs took in user mode, by name.", UsedBy: []string{"graph"}},
	{Name: "synapse_background_process_ru_stime_seconds_total", Adds: Sum, Exists: Always, Meaning: "CPU that background jobs took in the kernel, by name.", UsedBy: []string{"graph"}},
	{Name: "synapse_background_process_db_txn_duration_seconds_total", Adds: Sum, Exists: Always, Meaning: "Time that background jobs spent in database transactions, by name.", UsedBy: []string{"graph"}},
	{Name: "synapse_util_metrics_block_count_total", Adds: Sum, Exists: Always, Meaning: "Runs of named pieces of code."},

	// Database
	{Name: "synapse_storage_transaction_time_count_total", Older: []string{"synapse_storage_transaction_time_count"}, Adds: Sum, Exists: Always, probe: someTransactions,
		Meaning: "Database transactions, by name; a histogram before 1.64.", UsedBy: []string{"transactions"}},
	{Name: "synapse_storage_transaction_time_sum_total", Older: []string{"synapse_storage_transaction_time_sum"}, Adds: Sum, Exists: Always, probe: someTransactions,
		Meaning: "Time spent in database transactions, by name; a histogram before 1.64.", UsedBy: []string{"transactions", "graph"}},
	{Name: "synapse_storage_schedule_time", Histogram: true, Adds: Sum, Exists: Always, Meaning: "Wait for a database connection. Every process has it, so it also tells which processes there are.",
		UsedBy: []string{"resources", "transactions", "changes", "garbageCollection", "cacheFactors", "diagnosis", "metricCoverage", "graph"}},
	{Name: "synapse_storage_query_time", Histogram: true, Adds: Sum, Exists: Always, Meaning: "Time of single SQL statements, by verb.", UsedBy: []string{"graph"}},
	{Name: "synapse_threadpool_total_threads", Adds: Sum, Exists: Always, Meaning: "Threads of a pool; those of a database pool hold a connection each."},
	{Name: "synapse_threadpool_working_threads", Adds: Sum, Exists: Always, Meaning: "Threads of a pool that work right now."},
	{Name: "synapse_threadpool_max_threads", Adds: Sum, Exists: Always, Meaning: "Threads that a pool may have: cp_max for a database pool."},
	{Name: "synapse_background_update_status", Adds: Max, Exists: Always, Meaning: "Updates of the database schema in the background: -1 aborted, 0 disabled, 1 not started, 2 running, 3 complete. 1 on workers means nothing."},

	// State and extremities
	{Name: "synapse_state_res_cpu_for_biggest_room_seconds_total", Adds: Sum, Exists: OnEvent, Meaning: "CPU of state resolution for the biggest room of each two minutes."},
	{Name: "synapse_state_res_db_for_biggest_room_seconds_total", Adds: Sum, Exists: OnEvent, Meaning: "Database time of state resolution for the biggest room of each two minutes."},
	{Name: "synapse_state_res_cpu_for_all_rooms_seconds", Histogram: true, Adds: Sum, Exists: OnEvent, Meaning: "CPU of state resolution, per two minutes.", UsedBy: []string{"graph"}},
	{Name: "synapse_state_res_db_for_all_rooms_seconds", Histogram: true, Adds: Sum, Exists: OnEvent, Meaning: "Database time of state resolution, per two minutes.", UsedBy: []string{"graph"}},
	{Name: "synapse_state_number_state_groups_in_resolution", Histogram: true, Adds: Sum, Exists: OnEvent, Meaning: "State groups that a resolution had to reconcile."},
	{Name: "synapse_storage_events_forward_extremities_persisted", Histogram: true, Adds: Sum, Exists: OnEvent, Meaning: "Forward extremities of the room at each stored event that changed them.",
		UsedBy: []string{"forwardExtremities"}},
	{Name: "synapse_forward_extremities", suffix: "_gcount", Adds: Max, Exists: Hourly, Meaning: "Rooms by their number of forward extremities, counted every hour.", UsedBy: []string{"forwardExtremities"}},

	// Federation
	{Name: "synapse_federation_server_received_pdus_total", Adds: Sum, Exists: OnEvent, Meaning: "Events received from other homeservers.", UsedBy: []string{"federation"}},
	{Name: "synapse_federation_server_received_edus_total", Adds: Sum, Exists: OnEvent, Meaning: "EDUs received: typing, receipts, presence, device lists.", UsedBy: []string{"federation"}},
	{Name: "synapse_federation_client_sent_pdu_destinations_count_total", Adds: Max, Exists: OnEvent, Meaning: "Events handed to the federation sender. With several senders each counts the events that it has a destination for.",
		UsedBy: []string{"federation"}},
	{Name: "synapse_federation_client_sent_pdu_destinations_total", Adds: Sum, Exists: OnEvent, Meaning: "Events times the homeservers that each was handed to the federation sender for.", UsedBy: []string{"graph"}},
	{Name: "synapse_federation_client_sent_edus_total", Adds: Sum, Exists: OnEvent, Meaning: "EDUs sent.", UsedBy: []string{"federation"}},
	{Name: "synapse_federation_client_sent_edus_by_type_total", Adds: Sum, Exists: OnEvent, Meaning: "EDUs sent, by type.", UsedBy: []string{"federation"}},
	{Name: "synapse_federation_client_sent_transactions_total", Adds: Sum, Exists: OnEvent, Meaning: "Transactions that another homeserver accepted.", UsedBy: []string{"graph"}},
	{Name: "synapse_federation_transaction_queue_pending_destinations", Adds: Sum, Exists: ByRole, Meaning: "Homeservers that something waits to be sent to.", UsedBy: []string{"graph"}},
	{Name: "synapse_federation_server_number_inbound_pdu_in_staging", Adds: Max, Exists: ByRole, Meaning: "Received events that wait in the database; every process tells the same.", UsedBy: []string{"graph"}},
	{Name: "synapse_federation_server_oldest_inbound_pdu_in_staging", Adds: Max, Exists: ByRole, Meaning: "Age of the oldest of them, in milliseconds; every process tells the same."},
	{Name: "synapse_event_processing_lag_by_event", Histogram: true, Adds: Sum, Exists: OnEvent, Meaning: "Time from an event's arrival until the federation sender, or the sender to bridges, took it on.", UsedBy: []string{"federation"}},
	{Name: "synapse_replication_tcp_resource_stream_updates_total", Adds: Sum, Exists: ByRole, Meaning: "News that a process wrote into a stream for the others; only where there are workers.", UsedBy: []string{"resources"}},
	{Name: "synapse_event_processing_positions", Adds: Max, Exists: OnEvent, Meaning: "How far the sender, the user directory, the statistics and others have followed the stream of events.", UsedBy: []string{"graph"}},
	{Name: "synapse_event_persisted_position", Adds: Max, Exists: OnEvent, Meaning: "How far the stream of events has come.", UsedBy: []string{"graph"}},
	{Name: "synapse_handler_presence_presence_updates_total", Adds: Sum, Exists: OnEvent, Meaning: "Changes of presence that were handled.", UsedBy: []string{"graph"}},
	{Name: "synapse_handler_presence_federation_presence_total", Adds: Sum, Exists: OnEvent, Meaning: "Changes of presence received from other homeservers."},
	{Name: "synapse_rate_limit_sleep_total", Adds: Sum, Exists: OnEvent, Meaning: "Requests of other homeservers that had to wait because there were too many."},
	{Name: "synapse_rate_limit_reject_total", Adds: Sum, Exists: OnEvent, Meaning: "Requests of other homeservers that were refused because there were too many."},
	{Name: "synapse_rate_limit_queue_wait_time_seconds", Histogram: true, Adds: Sum, Exists: OnEvent, Meaning: "Wait of other homeservers' requests for their turn."},
	{Name: "synapse_device_lists_changes_conversion_lag_seconds", Adds: Max, Exists: ByRole, Meaning: "Age of the oldest change of a device list that still has to be told to others.",
		UsedBy: []string{"graph"}},
	{Name: "synapse_device_lists_changes_conversion_stream_lag", Adds: Max, Exists: ByRole, Meaning: "Changes of device lists that still have to be told to others."},

	// Bridges and replication
	{Name: "synapse_appservice_api_sent_transactions_total", Adds: Sum, Exists: OnEvent, Meaning: "Transactions that bridges accepted."},
	{Name: "synapse_appservice_api_failed_transactions_total", Adds: Sum, Exists: OnEvent, Meaning: "Transactions that bridges did not accept."},
	{Name: "synapse_replication_tcp_command_queue", Adds: PerProcess, Exists: Always, Meaning: "Commands of other processes that wait to be handled.", UsedBy: []string{"graph"}},
	{Name: "synapse_replication_tcp_protocol_inbound_rdata_count_total", Adds: PerProcess, Exists: ByRole, Meaning: "Updates received from other processes."},
	{Name: "synapse_replication_tcp_resource_total_connections", Adds: PerProcess, Exists: Always, Meaning: "Connections for replication: none where there is one process only."},

	// Caches
	{Name: "synapse_util_caches_cache", Adds: Sum, Exists: Always, probe: someCaches, Meaning: "Lookups in a cache.", UsedBy: []string{"caches", "cacheFactors", "transactions"}},
	{Name: "synapse_util_caches_cache_hits", Adds: Sum, Exists: Always, probe: someCaches, Meaning: "Lookups that found something.", UsedBy: []string{"caches", "cacheFactors", "transactions"}},
	{Name: "synapse_util_caches_cache_evicted_size", Adds: Sum, Exists: Always, probe: someCaches, Meaning: "Entries dropped, by reason; only the reason size says that a cache is full.", UsedBy: []string{"caches", "cacheFactors", "transactions"}},
	{Name: "synapse_util_caches_cache_size", Adds: Sum, Exists: Always, probe: someCaches, Meaning: "Entries held.", UsedBy: []string{"caches", "cacheFactors", "graph"}},
	{Name: "synapse_util_caches_cache_max_size", Adds: Sum, Exists: Always, probe: someCaches, Meaning: "Entries that fit; caches that no factor resizes do not have it.", UsedBy: []string{"cacheFactors", "changes"}},
	{Name: "synapse_util_caches_cache_size_bytes", Adds: Sum, Exists: Optional, Meaning: "Memory that a cache takes; only with track_memory_usage.", UsedBy: []string{"cacheFactors"}},
	{Name: "synapse_util_caches_response_cache", Adds: Sum, Exists: OnEvent, Meaning: "Lookups in a cache of answers.", UsedBy: []string{"caches", "graph"}},
	{Name: "synapse_util_caches_response_cache_hits", Adds: Sum, Exists: OnEvent, Meaning: "Lookups that found an answer.", UsedBy: []string{"caches"}},
	{Name: "synapse_util_caches_response_cache_evicted_size", Adds: Sum, Exists: OnEvent, Meaning: "Answers dropped, by reason.", UsedBy: []string{"caches"}},
	{Name: "synapse_util_caches_response_cache_size", Adds: Sum, Exists: OnEvent, Meaning: "Answers held.", UsedBy: []string{"caches"}},

	// Garbage collection
	{Name: "python_gc_time", Scope: OfProcess, Histogram: true, Adds: PerProcess, Exists: Always, Meaning: "Length of garbage collections, by generation; not on PyPy.", UsedBy: []string{"garbageCollection", "resources", "graph"}},

	// What Prometheus says about its scrapes
	{Name: "up", Scope: OfTarget, Adds: PerProcess, Exists: Optional, Meaning: "Whether the last scrape succeeded; remote writing may drop it."},
	{Name: "scrape_duration_seconds", Scope: OfTarget, Adds: PerProcess, Exists: Optional, Meaning: "How long the scrape took; remote writing may drop it."},
	{Name: "scrape_timeout_seconds", Scope: OfTarget, Adds: PerProcess, Exists: Optional, Meaning: "How long a scrape may take; only where Prometheus is told to keep it."},
}
