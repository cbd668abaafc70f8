package versions_test

// reasons are names by why they are excused.
type reasons map[string][]string

var quiet = reasons{
	"needs a homeserver on SQLite": {"database-pool sqlite", "sqlite sqlite"},
	"needs the same hour of earlier days": {
		"federation-sending failedBefore", "push usual", "traffic-drop usual", "traffic-drop usualHour", "traffic-drop processesThen", "request-surge rate", "request-surge errors",
		"memory entries", "memory day", "memory dayBefore", "memory lowest", "version mixed", "version day", "version dayBefore",
		"database-cost lastWeek", "database-cost costBefore", "database-cost callsBefore", "database-cost coldThen", "database-cost coldNow", "database-cost onSaturated", "database-cost saturatedProcesses", "database-cost lastingMaintenance",
		"database-slow lastWeek", "database-slow costBefore", "database-slow callsBefore", "database-slow coldThen", "database-slow coldNow",
		"database-slow onSaturated", "database-slow waitBefore", "database-slow statementBefore", "database-slow saturatedProcesses",
	},
	"needs requests that fail or hang": {
		"availability errors", "availability errorsLong", "availability errorSpread", "availability errorAnswers",
		"availability unanswered", "availability stuck", "availability silent", "starvation silent", "availability sendsInFlight", "availability oldestSend", "availability joins", "availability fullPools",
	},
	"needs a process that is saturated, full or was killed": {
		"cpu-saturation requests", "cpu-saturation jobs", "cpu-saturation gc", "memory kills", "gc-pauses full",
	},
	"needs caches that are full, were resized or evict entries": {
		"database-chatty evicted", "database-chatty misses", "cache-undersized resized", "cache-undersized grown", "cache-undersized fullEntries",
		"cache-undersized autotuned", "caches evictions",
	},
	"needs a target that fails, or a Prometheus that stores its timeout": {"scrape-health timeout", "scrape-health failing", "scrape-health strange"},
	"needs a part of Synapse that is behind":                             {"graph event-age", "graph event-catch-up"},
	"a counter is 0 from the start up to 1.135, and nothing of its kind was recorded": {
		"graph backfill-before", "graph backfill-after", "graph bridge-lag", "graph inbound-duration", "graph state-groups-resolved",
	},
	"needs requests that fail":          {"graph requests-errors", "graph outgoing-failures"},
	"needs a restart or an upgrade":     {"changes annotations", "restarts risen", "restarts memoryBefore", "restarts hung"},
	"needs presence that costs much":    {"federation-presence share"},
	"needs a room that is being joined": {"partial-state fetching"},
	"needs updates that run, failed or are disabled": {
		"background-updates running", "background-updates lasting", "background-updates disabled", "background-updates aborted",
	},
	"needs other homeservers":                   {"federation-destinations attempts", "federation-sending tried", "federation-sending senderUptime", "federation-inbound received", "federation-inbound answered"},
	"needs slow sends or syncs, a few of a day": {"event-send-time lastExcess", "event-send-time mostExcess", "sync-time olderLastExcess", "sync-time olderMostExcess", "database-cost slowSendSeconds"},
	"needs a replication that is late":          {"replication-lag stream"},
	"needs a state resolution: up to 1.135 its counters are 0 from the start": {
		"state-resolution count", "state-resolution cpuRoom", "state-resolution dbRoom",
	},
	"needs requests that are refused":               {"request-surge refused", "request-surge refusedLong", "version refusedLong", "authentication refused", "rate-limited limited", "rate-limited share", "rate-limited hard"},
	"needs push notifications within the last hour": {"push share"},
	"needs an issue of the version itself":          {"version transactions"},
	"needs a bridge": {
		"appservice-lag events", "appservice-lag prompt", "appservice-lag position", "appservice-lag behind", "appservice-lag before", "appservice-lag lowest",
	},
}

var alarms = reasons{
	"the one slow tick of the start is counted again and again": {"reactor-lag"},
}

var unknowns = reasons{
	"only PostgreSQL tells":                  {"table-growth", "postgres-hygiene", "database-locks", "database-settings", "extremities-corrupt", "partial-state", "database-connections"},
	"PostgreSQL tells, or other homeservers": {"federation-destinations"},
	"its caches stand under another name":    {"1.135.0 cache-undersized"},
	"needs the same hour of a week ago":      {"database-slow"},
}

var unseen = reasons{
	"PostgreSQL and SQLite have statements of their own": {`verb="BEGIN"`, `verb="SET"`},
	"needs requests that fail or hang":                   {`code=~"5..|`, "synapse_http_server_in_flight_requests_count{"},
	"needs requests that are refused":                    {`code=~"4[0-8].`, `code=~"429|`, `code=~"401|`},
	"needs a bridge":                                     {`name="appservice_sender"`},
	"needs a client that asks for presence":              {`servlet=~".*Presence.*"`},
	"needs a module with callbacks":                      {`block_name=~"[a-zA-Z_]`},
	"needs media":                                        {`DownloadResource`},
	"needs a pusher":                                     {`name=~"httppush.process|emailpush.process"`},
	"needs other homeservers":                            {`block_name="_send_new_transaction"`, `servlet="FederationSendServlet"`, `servlet=~"FederationSendServlet"`, `name="federation_transaction_transmission_loop"`},
	"first happens minutes after the start":              {`name=~"generate_total_users|`, `name="persist_presence_changes"`},
	"needs a room that is being joined":                  {`name="sync_partial_state_room"`},
	"needs a process that ran for long":                  {`python_gc_time_count{gen="2"}`},
	"needs a bridge or a push gateway that fails":        {`code=~"ERR|5.."`},
}

var unseenChoices = reasons{
	"the recorded people did not do it": {
		"servlet RoomMembershipRestServlet", "servlet InitialSyncRestServlet", "servlet EventStreamRestServlet", "servlet AsyncUploadServlet",
		"servlet FederationMediaDownloadServlet", "type m.room.encrypted", "servlet FederationMediaThumbnailServlet", "stream_name thread_subscriptions",
	},
	"the recorded bridge sent nothing":      {"origin_type application_service"},
	"needs a mail server":                   {"name emailpush.process"},
	"first happens minutes after the start": {"name send_dummy_events_to_fill_extremities"},
	"is a job of Synapse's own that first runs hours after the start, or finds nothing to do": {
		"desc _censor_redactions_fetch", "desc _cleanup_old_transaction_ids", "desc _cleanup_transactions", "desc _clear_old_push_actions_staging",
		"desc _delete_expired_sticky_events", "desc _delete_old_federation_inbox_rows", "desc _delete_old_forward_extrem_cache", "desc _find_stream_orderings_for_times",
		"desc _prune_old_outbound_device_pokes", "desc _update_censor_txn", "desc count_daily_active_e2ee_rooms", "desc count_daily_active_rooms",
		"desc count_daily_sent_e2ee_messages", "desc count_daily_sent_messages", "desc count_daily_user_type", "desc count_e2ee_messages",
		"desc count_messages", "desc count_monthly_users", "desc count_r30v2_users", "desc cull_expired_threepid_validation_tokens",
		"desc delete_expired_login_tokens", "desc delete_expired_sessions", "desc delete_old_ui_auth_sessions", "desc delete_url_cache",
		"desc delete_url_cache_media", "desc generate_user_daily_visits", "desc get_expired_url_cache", "desc get_known_servers",
		"desc get_rooms_for_retention_period_in_range", "desc get_url_cache_media_before", "desc prune_device_lists_changes_in_room", "desc prune_device_lists_changes_in_room_get_max_stream_id",
		"desc prune_device_lists_changes_in_room_get_stream_id", "desc purge_history", "desc purge_room_state", "desc purge_unreferenced_state_groups",
	},
	"needs a room that everyone left and forgot": {"name room_forgetter"},
	"needs a purge, delayed events, or a connection of sliding sync that is a week old": {
		"desc purge_room", "desc _fetch_event_list", "desc delete_old_sliding_sync_connections",
	},
}
