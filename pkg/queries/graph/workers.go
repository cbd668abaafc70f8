package graph

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"

var replication = []Graph{
	{
		ID: "replication-queue", Title: "Replication backlog", Unit: "none", By: []string{"stream_name"}, Check: "replication-lag",
		Help:     "Updates of other processes that a process has not handled yet, by stream: the highest of all processes, or each.",
		Worry:    "Above 0 for minutes: that process serves old answers.",
		Replaces: []Panel{panel("Replication", "Queued incoming RDATA commands, by stream", noUnit)},
		term:     level(metrics.ReplicationQueue),
	},
	{
		ID: "replication-written", Title: "Replication: updates written", Unit: "cps", By: []string{"stream_name"}, Kind: Stack,
		Help:     "Updates that processes write for the others, by stream.",
		Replaces: []Panel{panel("Replication", "Rate of outgoing RDATA commands, by stream", "")},
		term:     rate(metrics.ReplicationWritten),
	},
	{
		ID: "replication-received", Title: "Replication: updates received", Unit: "cps", split: true, Check: "replication-lag",
		Help:     "Updates that each process receives, all streams together.",
		Worry:    "A process at 0 while the others are not: it is cut off.",
		Replaces: []Panel{panel("Replication", "Rate of incoming RDATA commands (excluding echoes), by stream", "a line for each stream and process")},
		term:     totalRate(metrics.ReplicationInbound.Series()),
	},
	{
		ID: "replication-received-streams", Title: "Replication: updates received by stream", Unit: "cps", By: []string{"stream_name"},
		Help: "Updates received by the process that receives most of them, by stream.",
		term: rate(metrics.ReplicationInbound),
	},
	{
		ID: "replication-commands-in", Title: "Replication: commands received", Unit: "cps", By: []string{"command"},
		Help:     "Commands received by kind, each process's own included.",
		Replaces: []Panel{panel("Replication", "Rate of incoming commands (including echoes)", "")},
		term:     rate(metrics.ReplicationCommandsIn),
	},
	{
		ID: "replication-commands-out", Title: "Replication: commands sent", Unit: "cps", By: []string{"command"},
		Help:     "Commands sent by kind.",
		Replaces: []Panel{panel("Replication", "Rate of outgoing commands", noUnit)},
		term:     rate(metrics.ReplicationCommandsOut),
	},
	{
		ID: "replication-connections", Title: "Replication: connections", Unit: "none", Kind: States, split: true, Check: "replication-lag",
		Help:  "Connections to Redis of each process; 0 where there is only one process.",
		Worry: "0 on a worker: it has lost Redis.",
		Replaces: []Panel{panel("Replication", "Replication connections", "half of it asks for a metric that was removed"),
			gone("Replication", "Replication connection close reasons", "counts a protocol that Synapse no longer uses")},
		term: level(metrics.ReplicationConnections),
	},
	{
		ID: "worker-requests", Title: "Requests between processes", Unit: "reqps", By: []string{"name", "code"},
		Help:  "Requests from one process to another, by name and status. ERR is no answer.",
		Worry: "ERR or 5xx: one process can't reach another, and users get errors.",
		term:  rate(metrics.WorkerRequests),
	},
	{
		ID: "worker-requests-pending", Title: "Requests between processes in progress", Unit: "none", By: []string{"name"},
		Help:  "Requests from one process to another without an answer yet.",
		Worry: "A name that climbs: the process that serves it is overloaded.",
		term:  level(metrics.WorkerRequestsPending),
	},
}

var stream = []Graph{
	{
		ID: "event-lag", Title: "Events behind the newest", Unit: "none", By: []string{"name"}, Check: "appservice-lag",
		Help:     "How many events a part of Synapse is behind the newest one.",
		Worry:    "A line that keeps rising: that part has stopped or is too slow.",
		Replaces: []Panel{panel("Event processing loop positions", "Event processing lag", noUnit)},
		term:     eventsBehind,
	},
	{
		ID: "event-age", Title: "Age of the last processed event", Unit: "s", By: []string{"name"}, Check: "appservice-lag",
		Help:     "Only while a part of Synapse is behind: how long ago the event was sent that it processed last.",
		Replaces: []Panel{misled("Event processing loop positions", "Age of last processed event", "milliseconds without a unit, and grows on every quiet night")},
		term: func(s scope) string {
			last := s.join(metrics.ProcessingTime, s.Of(metrics.ProcessingTime.Series(), s.matchers...))
			drawing := s
			drawing.whole = ""
			return s.highest("(time() - " + last + " / 1000) and " + eventsBehind(drawing) + " > 0")
		},
	},
	{
		ID: "event-catch-up", Title: "Change of the backlog of events", Unit: "cps", Signed: true, By: []string{"name"},
		Help:     "Only while a part of Synapse is behind: events per second by which it catches up (below 0) or falls further behind.",
		Worry:    "Above 0 for long: it never catches up.",
		Replaces: []Panel{misled("Event processing loop positions", "Event processing catchup rate", "-1 on every quiet night")},
		term: func(s scope) string {
			moved := s.join(metrics.ProcessingPosition, metrics.ProcessingPosition.Series().Over("deriv", s.Filters.Selector(s.matchers...), s.Window))
			written := "max by (server_name) (" + metrics.EventPosition.Series().Over("deriv", s.everywhere(), s.Window) + ")"
			drawing := s
			drawing.whole = ""
			return "-1 * (" + moved + " - on (server_name) group_left () " + written + ") and " + eventsBehind(drawing) + " > 0"
		},
	},
	{
		ID: "device-list-lag", Title: "Delay of device list updates", Unit: "s", Check: "device-lists",
		Help:  "Age of the oldest change of a user's devices that other homeservers have not been told of, measured every 30 s.",
		Worry: "Minutes deserve a look: encrypted messages to that user may not be readable.",
		term:  level(metrics.DeviceListLag),
	},
}

// everywhere selects the chosen homeservers in all their processes.
func (s scope) everywhere() string {
	filters := s.Filters
	filters.Job, filters.Index, filters.Instance = nil, nil, nil
	return filters.Selector()
}

// eventsBehind is how far each reader of the stream of events is behind the newest one, of whichever process. Scraped a moment
// before the others, an event persister may seem to be behind them.
func eventsBehind(s scope) string {
	newest := "max by (server_name) (" + metrics.EventPosition.Series().Of(s.everywhere()) + ")"
	behind := s.Of(metrics.ProcessingPosition.Series(), s.matchers...) + " - on (server_name) group_left () " + newest
	return s.highest(s.join(metrics.ProcessingPosition, "clamp_min(-1 * ("+behind+"), 0)"))
}

var redis = []Graph{
	{
		ID: "redis-duration", Title: "Response time of Redis", Unit: "s", By: []string{"method"},
		Help:     "Time to read from and write to the cache in Redis.",
		Worry:    "A climb: Redis, or the process itself, is overloaded.",
		Replaces: []Panel{panel("External Cache", "External Cache Response Time", "")},
		buckets:  histogram(metrics.RedisTime),
	},
	{
		ID: "redis-gets", Title: "Lookups in the cache in Redis", Unit: "cps", By: []string{"cache_name", "hit"},
		Help: "Lookups per second, hits and misses apart.",
		Replaces: []Panel{panel("External Cache", "External Cache Get Rate", "asks for a name that does not exist: always empty"),
			panel("External Cache", "External Cache Miss Rate", "asks for a name that does not exist: always empty")},
		term: rate(metrics.RedisGets),
	},
	{
		ID: "redis-sets", Title: "Writes to the cache in Redis", Unit: "cps", By: []string{"cache_name"},
		Help:     "Entries written per second.",
		Replaces: []Panel{panel("External Cache", "External Cache Set Rate", "asks for a name that does not exist: always empty")},
		term:     rate(metrics.RedisSets),
	},
}
