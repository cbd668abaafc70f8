package graph

var requests = []Graph{
	{ID: "requests", Section: "Requests", Title: "Requests by kind", Unit: "reqps", By: []string{"servlet"},
		Help:   "Requests per second; the name is that of Synapse's class.",
		promql: "sum by (server_name, servlet) (rate(synapse_http_server_requests_received_total$selector$window))"},
	{ID: "requests-cpu", Section: "Requests", Title: "CPU by kind of request", Unit: "none", By: []string{"servlet"},
		Help: "Cores used on behalf of requests.",
		promql: "sum by (server_name, servlet) (rate(synapse_http_server_response_ru_utime_seconds_total$selector$window) + " +
			"rate(synapse_http_server_response_ru_stime_seconds_total$selector$window))"},
	{ID: "requests-database", Section: "Requests", Title: "Database time by kind of request", Unit: "none", By: []string{"servlet"},
		Help:   "Seconds of database time per second on behalf of requests.",
		promql: "sum by (server_name, servlet) (rate(synapse_http_server_response_db_txn_duration_seconds_total$selector$window))"},
	{ID: "requests-time", Section: "Requests", Title: "Mean time by kind of request", Unit: "s", By: []string{"servlet"},
		Help:    "Mean time until the answer. A sync waits for news on purpose, so it is left out.",
		without: `servlet!~"SyncRestServlet|SlidingSyncRestServlet|EventStreamRestServlet"`,
		promql: "sum by (server_name, servlet) (rate(synapse_http_server_response_time_seconds_sum$selector$window)) / " +
			"sum by (server_name, servlet) (rate(synapse_http_server_response_time_seconds_count$selector$window))"},
	{ID: "requests-in-flight", Section: "Requests", Title: "Requests under way, by kind", Unit: "none", By: []string{"servlet"},
		Help:   "Requests that wait for their answer at the moment of the scrape.",
		promql: "sum by (server_name, servlet) (synapse_http_server_in_flight_requests_count$selector)"},
}
