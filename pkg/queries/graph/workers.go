package graph

var workers = []Graph{
	{ID: "replication-queue", Section: "Workers", Title: "Replication commands that wait", Unit: "none", By: []string{"stream_name"},
		Help:   "News from other processes that a process has not dealt with yet, by stream; the largest of all processes.",
		promql: "max by (server_name, stream_name) (synapse_replication_tcp_command_queue$selector)"},
	{ID: "event-lag", Section: "Workers", Title: "Lag behind new events", Unit: "none", By: []string{"name"},
		Help: "How many events a part of Synapse is behind the newest one.",
		// Scraped a moment before the others, an event persister may seem to be behind them.
		promql: "max by (server_name, name) (clamp_min(-1 * (synapse_event_processing_positions$selector - on (server_name) group_left () " +
			"max by (server_name) (synapse_event_persisted_position$everywhere)), 0))"},
	{ID: "device-list-lag", Section: "Workers", Title: "Age of the oldest device change that waits", Unit: "s",
		Help:   "How long the oldest change of somebody's devices has waited to be told to other homeservers; taken every 30 s.",
		promql: "max by (server_name) (synapse_device_lists_changes_conversion_lag_seconds$selector)"},
}
