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
)

// Named blocks of code. They contain each other, so their times never add up to a whole.
var (
	BlockCount = declare(Metric{
		Name: "synapse_util_metrics_block_count_total", Labels: []string{"block_name"}, Aggregate: Sum, Exists: Always,
		Meaning: "Runs of a block of code, by name.",
	})
)
