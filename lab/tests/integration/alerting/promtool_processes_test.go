package alerting

var processCases = []promtoolCase{
	{
		// Three quarters are open. quiet.org has no limit.
		"open-files",
		twins(nil, []twin{{"process_open_fds", "", "768x90", "768x90"}, {"process_max_fds", "", "1024x90", "-1x90"}}),
		firesAs(warning, 0.75),
	},
	{
		// Nearly all. quiet.org's limit is high.
		"open-files",
		twins(nil, []twin{{"process_open_fds", "", "973x90", "973x90"}, {"process_max_fds", "", "1024x90", "65536x90"}}),
		firesAs(critical, 0.95),
	},
	{
		// The loop is busy for 80 % of the time with a fifth of a core. quiet.org's has half a core.
		"starvation",
		twins(nil, []twin{{"python_twisted_reactor_tick_time_sum", "", "0+48x90", "0+48x90"}, {"process_cpu_seconds_total", "", "0+12x90", "0+30x90"}}),
		firesAs(warning, 0.8),
	},
	{
		// A transaction waits 0.6 s for SQLite's connection. quiet.org's waits next to nothing.
		"sqlite",
		onSQLite("0+36x90"),
		firesAs(warning, 0.6),
	},
	{
		"sqlite",
		onSQLite("0+180x90"),
		firesAs(critical, 3),
	},
	{
		// A queue that stays.
		"federation-sending",
		twins([]twin{{"synapse_federation_transaction_queue_pending_pdus", "", "20000x90", "20x90"}}, nil),
		firesAs(warning, 20_000),
	},
}

// onSQLite are homeservers on SQLite; a.org waits so long for its connection.
func onSQLite(waits string) map[string]string {
	return twins([]twin{
		{"synapse_storage_query_time_count", `verb="BEGIN"`, "0+60x90", "0+60x90"},
		{"synapse_storage_schedule_time_count", "", "0+60x90", "0+60x90"},
		{"synapse_storage_schedule_time_sum", "", waits, "0+1x90"},
	}, nil)
}
