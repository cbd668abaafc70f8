package graph

var database = []Graph{
	{ID: "database-time", Section: "Database", Title: "Database time in all", Unit: "none",
		Help:   "Seconds of database time per second: the mean number of connections at work.",
		promql: "sum by (server_name) (rate(synapse_storage_transaction_time_sum_total$selector$window))"},
	{ID: "database-statements", Section: "Database", Title: "Statements by verb", Unit: "cps", By: []string{"verb"},
		Help:   "SQL statements per second.",
		promql: "sum by (server_name, verb) (rate(synapse_storage_query_time_count$selector$window))"},
	{ID: "database-wait", Section: "Database", Title: "Mean wait for a connection", Unit: "s",
		Help: "From asking for a connection of the pool until a thread runs.",
		promql: "sum by (server_name) (rate(synapse_storage_schedule_time_sum$selector$window)) / " +
			"sum by (server_name) (rate(synapse_storage_schedule_time_count$selector$window))"},
	{ID: "background-database", Section: "Database", Title: "Database time by background job", Unit: "none", By: []string{"name"},
		Help:   "Seconds of database time per second of jobs that no request waits for.",
		promql: "sum by (server_name, name) (rate(synapse_background_process_db_txn_duration_seconds_total$selector$window))"},
}
