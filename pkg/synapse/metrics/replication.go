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
)
