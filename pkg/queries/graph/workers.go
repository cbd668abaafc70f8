package graph

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"

var workers = []Graph{
	{
		ID: "replication-queue", Section: "Workers", Title: "Replication backlog", Unit: "none", By: []string{"stream_name"},
		Help: "Commands from other processes that a process has not handled yet, by stream: the highest of all processes.",
		term: present(metrics.ReplicationQueue),
	},
	{
		ID: "event-lag", Section: "Workers", Title: "Events behind the newest", Unit: "none", By: []string{"name"},
		Help: "How many events a part of Synapse is behind the newest one.",
		term: eventsBehind,
	},
	{
		ID: "device-list-lag", Section: "Workers", Title: "Delay of device list updates", Unit: "s",
		Help: "Age of the oldest change of a user's devices that other homeservers have not been told of, measured every 30 s.",
		term: present(metrics.DeviceListLag),
	},
}
