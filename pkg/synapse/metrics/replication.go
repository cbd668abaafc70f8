package metrics

// Replication between processes. A homeserver of one process that does not federate has none of it.
var (
	ReplicationQueue = declare(Metric{
		Name: "synapse_replication_tcp_command_queue", Kind: Gauge, Labels: []string{"stream_name"}, Aggregate: PerProcess, Exists: ByRole,
		Meaning: "Updates of other processes that wait to be handled, by stream.",
	})
	ReplicationConnections = declare(Metric{
		Name: "synapse_replication_tcp_resource_total_connections", Kind: Gauge, Aggregate: PerProcess, Exists: ByRole,
		Meaning: "Connections for replication; 0 where there is only one process.",
	})
	ReplicationInbound = declare(Metric{
		Name: "synapse_replication_tcp_protocol_inbound_rdata_count_total", Labels: []string{"stream_name"}, Aggregate: PerProcess, Exists: ByRole,
		Meaning: "Updates received from other processes, by stream.",
	})
	ReplicationWritten = declare(Metric{
		Name: "synapse_replication_tcp_resource_stream_updates_total", Labels: []string{"stream_name"}, Aggregate: Sum, Exists: ByRole,
		Meaning: "Updates that a process wrote to a stream for the others; only with workers.",
	})
	ReplicationCommandsIn = declare(Metric{
		Name: "synapse_replication_tcp_protocol_inbound_commands_total", Labels: []string{"command", "name"}, Aggregate: Sum, Exists: ByRole,
		Meaning: "Replication commands received, the process's own included.",
	})
	ReplicationCommandsOut = declare(Metric{
		Name: "synapse_replication_tcp_protocol_outbound_commands_total", Labels: []string{"command", "name"}, Aggregate: Sum, Exists: ByRole,
		Meaning: "Replication commands sent.",
	})
	WorkerRequests = declare(Metric{
		Name: "synapse_outgoing_replication_requests_total", Labels: []string{"code", "name"}, Aggregate: Sum, Exists: ByRole,
		Meaning: "Requests from one process to another, by name and status; ERR where there was no answer.",
	})
	WorkerRequestsPending = declare(Metric{
		Name: "synapse_pending_outgoing_replication_requests", Kind: Gauge, Labels: []string{"name"}, Aggregate: Sum, Exists: ByRole,
		Meaning: "Requests from one process to another that are in progress, by name.",
	})
)

// The cache in Redis that the processes share.
var (
	RedisTime = declare(Metric{
		Name: "synapse_external_cache_response_time_seconds", Kind: Histogram, Unit: "s", Labels: []string{"method"}, Aggregate: Sum, Exists: ByRole, Highest: 0.05,
		Meaning: "Time of Redis to answer, by method.",
	})
	RedisGets = declare(Metric{
		Name: "synapse_external_cache_get_total", Labels: []string{"cache_name", "hit"}, Aggregate: Sum, Exists: ByRole,
		Meaning: "Lookups in the cache in Redis, by cache and result.",
	})
	RedisSets = declare(Metric{
		Name: "synapse_external_cache_set_total", Labels: []string{"cache_name"}, Aggregate: Sum, Exists: ByRole,
		Meaning: "Entries written to the cache in Redis, by cache.",
	})
)
