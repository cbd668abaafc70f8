package metrics

// Hundreds of transactions are counted per process; every Synapse since 1.60 has some of these within its first minutes.
const someTransactions = `desc=~"get_user_by_id|get_user_by_access_token|persist_events|do_fetch|background_updates|get_devices_by_user|upsert_safety_check|update_client_ips|_update_client_ips_batch|get_destination_retry_timings|simple_select_one|fetch_events"`

// Transactions were one histogram before 1.64, whose count and sum are the older names; versions from 1.64 to 1.70 may
// expose both. There is no percentile of their time.
var (
	TransactionCount = declare(Metric{
		Name: "synapse_storage_transaction_time_count_total", Older: []string{"synapse_storage_transaction_time_count"},
		Labels: []string{"desc"}, Aggregate: Sum, Exists: Always, Sample: someTransactions,
		Meaning: "Database transactions, by name.",
	})
	TransactionTime = declare(Metric{
		Name: "synapse_storage_transaction_time_sum_total", Older: []string{"synapse_storage_transaction_time_sum"},
		Unit: "s", Labels: []string{"desc"}, Aggregate: Sum, Exists: Always, Sample: someTransactions,
		Meaning: "Time in database transactions, by name.",
	})
	ScheduleTime = declare(Metric{
		Name: "synapse_storage_schedule_time", Kind: Histogram, Unit: "s", Aggregate: Sum, Exists: Always, Highest: 10,
		Meaning: "Wait for a database connection; every process has it, so it also shows which processes exist.",
	})
	QueryTime = declare(Metric{
		Name: "synapse_storage_query_time", Kind: Histogram, Unit: "s", Labels: []string{"verb"}, Aggregate: Sum, Exists: Always, Highest: 10,
		Meaning: "Time of single SQL statements, by verb.",
	})
	EventFetchers = declare(Metric{
		Name: "synapse_event_fetch_ongoing", Kind: Gauge, Aggregate: PerProcess, Exists: Extra,
		Meaning: "Threads of the process that read events from the database; at most three.",
	})
)

// Thread pools, by name; that of a database is called database-NAME.
var (
	PoolTotalThreads = declare(Metric{
		Name: "synapse_threadpool_total_threads", Kind: Gauge, Labels: []string{"name"}, Aggregate: Sum, Exists: Always,
		Meaning: "Threads of a pool; each thread of a database pool holds one connection.",
	})
	PoolWorkingThreads = declare(Metric{
		Name: "synapse_threadpool_working_threads", Kind: Gauge, Labels: []string{"name"}, Aggregate: Sum, Exists: Always,
		Meaning: "Threads of a pool that are working.",
	})
	PoolMaxThreads = declare(Metric{
		Name: "synapse_threadpool_max_threads", Kind: Gauge, Labels: []string{"name"}, Aggregate: Sum, Exists: Always,
		Meaning: "Limit of a pool's threads; cp_max for a database pool.",
	})
)

// BackgroundUpdateStatus has database_name since 1.139 only.
var BackgroundUpdateStatus = declare(Metric{
	Name: "synapse_background_update_status", Kind: Gauge, Labels: []string{"database_name"}, Aggregate: Max, Exists: Always, Since: "1.86",
	Meaning: "State of the background updates of the database schema: -1 aborted, 0 disabled, 1 not started, 2 running, 3 complete; 1 on workers means nothing.",
})
