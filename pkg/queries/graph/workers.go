package graph

var workers = []Graph{
	{ID: "replication-queue", Section: "Workers", Title: "Replication commands that wait", Unit: "none", By: []string{"name"},
		Help:   "News from other processes that a process has not dealt with yet; the largest of all processes.",
		promql: "max by (server_name, name) (synapse_replication_tcp_command_queue$selector)"},
	{ID: "event-lag", Section: "Workers", Title: "Lag behind new events", Unit: "none", By: []string{"name"},
		Help: "How many events a part of Synapse is behind the newest one.",
		promql: "max by (server_name, name) (-1 * (synapse_event_processing_positions$selector - on (server_name) group_left () " +
			"max by (server_name) (synapse_event_persisted_position$all)))"},
}
