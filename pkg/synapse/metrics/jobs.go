package metrics

// Background jobs, by name.
var (
	JobStarts = declare(Metric{
		Name: "synapse_background_process_start_count_total", Labels: []string{"name"}, Aggregate: Sum, Exists: Always,
		Meaning: "Background jobs started, by name; they show what a process is used for.",
	})
	JobsInFlight = declare(Metric{
		Name: "synapse_background_process_in_flight_count", Kind: Gauge, Labels: []string{"name"}, Aggregate: Sum, Exists: Always,
		Meaning: "Background jobs in progress, by name.",
	})
	JobUserCPU = declare(Metric{
		Name: "synapse_background_process_ru_utime_seconds_total", Unit: "s", Labels: []string{"name"}, Aggregate: Sum, Exists: Always,
		Meaning: "CPU time of background jobs in user mode, by name.",
	})
	JobSystemCPU = declare(Metric{
		Name: "synapse_background_process_ru_stime_seconds_total", Unit: "s", Labels: []string{"name"}, Aggregate: Sum, Exists: Always,
		Meaning: "CPU time of background jobs in the kernel, by name.",
	})
	JobDatabaseTime = declare(Metric{
		Name: "synapse_background_process_db_txn_duration_seconds_total", Unit: "s", Labels: []string{"name"}, Aggregate: Sum, Exists: Always,
		Meaning: "Time of background jobs in database transactions, by name.",
	})
	JobScheduleTime = declare(Metric{
		Name: "synapse_background_process_db_sched_duration_seconds_total", Unit: "s", Labels: []string{"name"}, Aggregate: Sum, Exists: Extra,
		Meaning: "Time that background jobs waited for a database connection, by name.",
	})
	ScheduledTasks = declare(Metric{
		Name: "synapse_scheduler_running_tasks", Kind: Gauge, Aggregate: Sum, Exists: Extra, Since: "1.91",
		Meaning: "Scheduled tasks in progress, such as deleting a room; each process runs at most five at once.",
	})
)

// Named blocks of code. They contain each other, so their times never add up to a whole.
var (
	BlockCount = declare(Metric{
		Name: "synapse_util_metrics_block_count_total", Labels: []string{"block_name"}, Aggregate: Sum, Exists: Always,
		Meaning: "Runs of a block of code, by name.",
	})
	BlockTime = declare(Metric{
		Name: "synapse_util_metrics_block_time_seconds_total", Unit: "s", Labels: []string{"block_name"}, Aggregate: Sum, Exists: Extra,
		Meaning: "Time between the start and the end of a block of code, waits included, by name.",
	})
	BlockUserCPU = declare(Metric{
		Name: "synapse_util_metrics_block_ru_utime_seconds_total", Unit: "s", Labels: []string{"block_name"}, Aggregate: Sum, Exists: Extra,
		Meaning: "CPU time of a block of code in user mode, by name.",
	})
	BlockSystemCPU = declare(Metric{
		Name: "synapse_util_metrics_block_ru_stime_seconds_total", Unit: "s", Labels: []string{"block_name"}, Aggregate: Sum, Exists: Extra,
		Meaning: "CPU time of a block of code in the kernel, by name.",
	})
	BlockDatabaseTime = declare(Metric{
		Name: "synapse_util_metrics_block_db_txn_duration_seconds_total", Unit: "s", Labels: []string{"block_name"}, Aggregate: Sum, Exists: Extra,
		Meaning: "Time of a block of code in database transactions, by name.",
	})
	BlockTransactions = declare(Metric{
		Name: "synapse_util_metrics_block_db_txn_count_total", Labels: []string{"block_name"}, Aggregate: Sum, Exists: Extra,
		Meaning: "Database transactions of a block of code, by name.",
	})
	BlockLongest = declare(Metric{
		Name: "synapse_util_metrics_block_in_flight_real_time_max", Kind: Gauge, Unit: "s", Labels: []string{"block_name"},
		Aggregate: Max, Exists: Extra,
		Meaning: "Age of the oldest run of a block of code that is still in progress, by name.",
	})
)
