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
	Responses = declare(Metric{
		Name: "synapse_http_server_responses_total", Labels: []string{"code", "method"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Answers, by status.",
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
	ResponseTransactions = declare(Metric{
		Name: "synapse_http_server_response_db_txn_count_total", Labels: []string{"method", "servlet", "tag"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Database transactions of answered requests, by kind.",
	})
	ResponseSize = declare(Metric{
		Name: "synapse_http_server_response_size_total", Unit: "bytes", Labels: []string{"method", "servlet", "tag"},
		Aggregate: Sum, Exists: OnEvent,
		Meaning: "Bytes sent in answers, by kind.",
	})
	MessageListTime = declare(Metric{
		Name: "synapse_room_message_list_rest_servlet_response_time_seconds", Kind: Histogram, Unit: "s", Labels: []string{"room_size"},
		Aggregate: Sum, Exists: OnEvent, Highest: 180, Since: "1.66",
		Meaning: "Time to answer requests for older messages of a room, by the room's size.",
	})
)

// Requests that are not answered yet. The counters of time grow while a request is worked on, not when it ends.
var (
	InFlightRequests = declare(Metric{
		Name: "synapse_http_server_in_flight_requests_count", Kind: Gauge, Labels: []string{"method", "servlet"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Requests in progress, by kind; a kind without requests has no series.",
	})
	InFlightUserCPU = declare(Metric{
		Name: "synapse_http_server_in_flight_requests_ru_utime_seconds_total", Unit: "s", Labels: []string{"method", "servlet"},
		Aggregate: Sum, Exists: OnEvent,
		Meaning: "CPU time of requests in user mode, counted while they are in progress, by kind.",
	})
	InFlightSystemCPU = declare(Metric{
		Name: "synapse_http_server_in_flight_requests_ru_stime_seconds_total", Unit: "s", Labels: []string{"method", "servlet"},
		Aggregate: Sum, Exists: OnEvent,
		Meaning: "CPU time of requests in the kernel, counted while they are in progress, by kind.",
	})
	InFlightDatabaseTime = declare(Metric{
		Name: "synapse_http_server_in_flight_requests_db_txn_duration_seconds_total", Unit: "s", Labels: []string{"method", "servlet"},
		Aggregate: Sum, Exists: OnEvent,
		Meaning: "Time of requests in database transactions, counted while they are in progress, by kind.",
	})
	InFlightScheduleTime = declare(Metric{
		Name: "synapse_http_server_in_flight_requests_db_sched_duration_seconds_total", Unit: "s", Labels: []string{"method", "servlet"},
		Aggregate: Sum, Exists: OnEvent,
		Meaning: "Time that requests waited for a database connection, counted while they are in progress, by kind.",
	})
)
