package metrics

// Requests of clients, other homeservers and other processes. Label servlet is a class of Synapse's source, tag the kind of
// a /sync request, code the status, which Python before 3.11 spells HTTPStatus.OK.
var (
	RequestsReceived = declare(Metric{
		Name: "synapse_http_server_requests_received_total", Labels: []string{"method", "servlet"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Requests received, by kind; they show what a process is used for.",
	})
	ResponseTime = declare(Metric{
		Name: "synapse_http_server_response_time_seconds", Kind: Histogram, Unit: "s", Labels: []string{"code", "method", "servlet", "tag"},
		Aggregate: Sum, Exists: OnEvent, Highest: 10,
		Meaning: "Time to answer requests, by kind and status.",
	})
	ResponseCount = declare(Metric{
		Name: "synapse_http_server_response_count_total", Labels: []string{"method", "servlet", "tag"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Requests answered, by kind.",
	})
	ResponseUserCPU = declare(Metric{
		Name: "synapse_http_server_response_ru_utime_seconds_total", Unit: "s", Labels: []string{"method", "servlet", "tag"},
		Aggregate: Sum, Exists: OnEvent,
		Meaning: "CPU time of answered requests in user mode, by kind.",
	})
	ResponseSystemCPU = declare(Metric{
		Name: "synapse_http_server_response_ru_stime_seconds_total", Unit: "s", Labels: []string{"method", "servlet", "tag"},
		Aggregate: Sum, Exists: OnEvent,
		Meaning: "CPU time of answered requests in the kernel, by kind.",
	})
	ResponseDatabaseTime = declare(Metric{
		Name: "synapse_http_server_response_db_txn_duration_seconds_total", Unit: "s", Labels: []string{"method", "servlet", "tag"},
		Aggregate: Sum, Exists: OnEvent,
		Meaning: "Time of answered requests in database transactions, by kind.",
	})
	ResponseScheduleTime = declare(Metric{
		Name: "synapse_http_server_response_db_sched_duration_seconds_total", Unit: "s", Labels: []string{"method", "servlet", "tag"},
		Aggregate: Sum, Exists: OnEvent,
		Meaning: "Time that answered requests waited for a database connection, by kind.",
	})
)

// Requests that are not answered yet. The counters of time grow while a request is worked on, not when it ends.
var (
	InFlightRequests = declare(Metric{
		Name: "synapse_http_server_in_flight_requests_count", Kind: Gauge, Labels: []string{"method", "servlet"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Requests in progress, by kind; a kind without requests has no series.",
	})
)
