package graph

import (
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

const perLine = "one line for each process, method and kind"

// sends are messages of clients.
var sends = query.Equal("servlet", "RoomSendEventRestServlet")

var requests = []Graph{
	{
		ID: "requests", Title: "Requests by kind", Unit: "reqps", By: []string{"servlet"}, Check: "traffic-drop",
		Help:  "Requests of clients, other homeservers and workers per second, by the name of Synapse's class.",
		Worry: "A kind that doubles, or a sudden fall of all kinds.",
		Replaces: []Panel{panel("Requests", "Request Count by arrival time", perLine),
			panel("Requests", "Top 10 Request Counts", "ranks by the count since the start, not by the rate")},
		term: rate(metrics.RequestsReceived),
	},
	{
		ID: "requests-errors", Title: "Failed requests", Unit: "reqps", By: []string{"servlet", "code"}, Check: "availability",
		Help:  "Requests that Synapse answered with a server error (5xx), by kind and status.",
		Worry: "Should be flat at 0. 500 is in Synapse's log; 502 and 504 of a worker mean that another process does not answer.",
		term:  where(rates(metrics.ResponseTime.Count()), metrics.ServerErrors.Are()),
	},
	{
		ID: "requests-by-code", Title: "Answers by status", Unit: "reqps", By: []string{"code"}, Kind: Stack, Check: "availability",
		Help:  "Answers per second by HTTP status, long polls included.",
		Worry: "429: clients are throttled. 499: clients gave up waiting. 5xx: Synapse failed.",
		term:  rate(metrics.Responses),
	},
	{
		ID: "requests-duration", Title: "Response time by kind", Unit: "s", By: []string{"servlet"},
		Help:    "Time to answer successful requests, without long polls. The kinds that take the most time in all lead.",
		Worry:   "A 99% line at the upper end of the scale: the slowest requests take longer than the histogram can tell.",
		buckets: histogram(metrics.ResponseTime, metrics.Succeeded.Are(), metrics.LongPolls.AreNot()),
	},
	{
		ID: "requests-time", Title: "Mean time by kind of request", Unit: "s", By: []string{"servlet"},
		Help:  "Mean time until the answer. Syncs are left out, because they wait for news on purpose.",
		Worry: "Lines that rise together: an overloaded process or database. One alone: that kind of request.",
		Replaces: []Panel{misled("Requests", "Non-sync avg response time",
			"excludes no sync: it compares with a spelling of the label that Synapse dropped, and sliding sync never had one")},
		term: where(mean(metrics.ResponseTime), metrics.LongPolls.AreNot()),
	},
	{
		ID: "send-duration", Title: "Event send time", Unit: "s", Check: "event-send-time",
		Help:  "Time to accept a message of a client, errors left out.",
		Worry: "People notice from {slowSend} on (the guide's level). If all processes are slow, look at the database and the event persister.",
		Replaces: []Panel{panel("Overview", "Event Send Time (excluding errors, all workers)", "mixes homeservers"),
			misled("Overview", "Event Send Time Quantiles (excluding errors, all workers)", "draws rates of events on the same axis"),
			panel("Event persistence", "Event send time quantiles by worker", "")},
		buckets: histogram(metrics.ResponseTime, sends, metrics.Succeeded.Are()),
	},
	{
		ID: "send-duration-all", Title: "Event send time, errors included", Unit: "s", Check: "event-send-time",
		Help:     "Time to answer a message of a client, whether it was accepted or not.",
		Replaces: []Panel{panel("Event persistence", "Event Send Time (Including errors, across all workers)", "mixes homeservers")},
		buckets:  histogram(metrics.ResponseTime, sends),
	},
	{
		ID: "scrollback", Title: "Time to load older messages", Unit: "s", By: []string{"room_size"},
		Help:    "Time to answer requests for older messages of a room, by the size of the room.",
		Worry:   "Minutes in large rooms: the history comes from other homeservers, or the database is slow.",
		buckets: histogram(metrics.MessageListTime),
	},
	{
		ID: "token-checks", Title: "Time of the authentication service", Unit: "s", Check: "authentication",
		Help:    "Time of the authentication service (MAS) to check a token. Synapse keeps the result for two minutes.",
		Worry:   "From 1 s on, requests without a checked token wait that long. No line while clients are active: no authentication service is in use.",
		buckets: histogram(metrics.IntrospectionTime),
	},
	{
		ID: "answers-size", Title: "Bytes sent by kind of request", Unit: "Bps", By: []string{"servlet"}, Kind: Stack,
		Help: "Size of the answers per second.",
		term: rate(metrics.ResponseSize),
	},
}

var requestWork = []Graph{
	{
		ID: "requests-cpu", Title: "CPU by kind of request", Unit: "none", By: []string{"servlet"}, Kind: Stack, Check: "cpu-saturation",
		Help:     "Cores used for requests while they are in progress, by the name of Synapse's class. Normally sync leads.",
		Worry:    "Another kind in the lead: find out which clients or homeservers send it.",
		Replaces: []Panel{panel("Requests", "Total CPU Usage by Endpoint", perLine)},
		term:     rates(metrics.InFlightUserCPU.Series(), metrics.InFlightSystemCPU.Series()),
	},
	{
		ID: "requests-cpu-each", Title: "CPU of one request", Unit: "s", By: []string{"servlet"},
		Help:     "Mean CPU time of one request, by kind. The kinds that take the most CPU in all lead.",
		Worry:    "A frequent kind that climbs: while it computes, the event loop serves nobody else.",
		Replaces: []Panel{misled("Requests", "Average CPU Usage by Endpoint", "one mean for each process, method and kind: that of all can't be read off them")},
		term: ratio(rates(metrics.InFlightUserCPU.Series(), metrics.InFlightSystemCPU.Series()),
			rate(metrics.RequestsReceived)),
	},
	{
		ID: "requests-database", Title: "Database time by kind of request", Unit: "none", By: []string{"servlet"}, Kind: Stack, Check: "sync-time",
		Help: "Seconds of database time per second while requests are in progress. The time to work on a sync (SyncRestServlet, " +
			"SlidingSyncRestServlet) is this plus its CPU.",
		Replaces: []Panel{panel("Requests", "DB Usage by endpoint", perLine)},
		term:     rate(metrics.InFlightDatabaseTime),
	},
	{
		ID: "requests-transactions-each", Title: "Transactions of one request", Unit: "none", By: []string{"servlet"},
		Help:  "Mean number of database transactions of one request, by kind.",
		Worry: "A jump after an upgrade: that kind of request became more expensive.",
		term:  ratio(rate(metrics.ResponseTransactions), rate(metrics.ResponseCount)),
	},
	{
		ID: "requests-wait", Title: "Requests waiting for the database", Unit: "none", By: []string{"servlet"}, Kind: Stack, Check: "database-pool",
		Help:  "Seconds per second that requests waited for a database connection: the mean number of requests that wait.",
		Worry: "Anything beside the database time that is not small against it: the pool is too small, or the process is overloaded.",
		term:  rate(metrics.InFlightScheduleTime),
	},
	{
		ID: "requests-in-flight", Title: "Requests in progress by kind", Unit: "none", By: []string{"servlet"}, Kind: Stack, Check: "availability",
		Help:     "Requests without an answer yet at the moment of the scrape. Ranked by their highest number.",
		Worry:    "A kind that climbs and stays: nothing of it finishes.",
		Replaces: []Panel{misled("Requests", "Requests in flight", "chooses other lines at each point, and draws a mean of all beside numbers of the moment")},
		term:     level(metrics.InFlightRequests),
	},
}
