package graph

import (
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

var federationOut = []Graph{
	{
		ID: "federation-traffic-out", Title: "Outgoing events and EDUs", Unit: "cps", By: []string{partLabel},
		Help:     "An event counts once, however many homeservers get it. EDUs are typing, receipts, presence and device lists.",
		Replaces: []Panel{misled("Federation", "Outgoing PDU/EDU rate", "counts an event once for each federation sender")},
		term:     parts(part{"events", rate(metrics.SentPDUs)}, part{"EDUs", rate(metrics.SentEDUs)}),
	},
	{
		ID: "edus-by-type", Title: "Outgoing EDUs by type", Unit: "cps", By: []string{"type"}, Kind: Stack, Check: "federation-presence",
		Help:     "Short-lived data sent to other homeservers. Synapse does not count incoming EDUs by type.",
		Worry:    "m.presence in the lead while a process is overloaded: presence is the cost.",
		Replaces: []Panel{panel("Federation", "Outgoing EDUs by type", "one line for each sender and type")},
		term:     rate(metrics.SentEDUsByType),
	},
	{
		ID: "federation-deliveries", Title: "Deliveries of outgoing events", Unit: "cps",
		Help: "Outgoing events times the homeservers that each goes to: one message in a large public room is hundreds.",
		term: rate(metrics.SentPDUDestinations),
	},
	{
		ID: "federation-transactions", Title: "Outgoing transactions", Unit: "cps", By: []string{partLabel}, Check: "federation-destinations",
		Help:     "Transactions that other homeservers accepted, and attempts that failed.",
		Worry:    "More failed than accepted: the network, the DNS or the TLS certificate of this homeserver.",
		Replaces: []Panel{misled("Federation", "Outgoing federation transaction rate", "failures below 0 where the scrape fell between its two counters")},
		term: parts(part{"accepted", rate(metrics.SentTransactions)},
			part{"failed", less(where(rate(metrics.BlockCount), query.Equal("block_name", "_send_new_transaction")), rate(metrics.SentTransactions))}),
	},
	{
		ID: "federation-answers", Title: "Answers of other homeservers", Unit: "reqps", By: []string{"code"}, Kind: Stack, Check: "federation-destinations",
		Help:  "Answers to requests of this homeserver, by status.",
		Worry: "429: others throttle this homeserver. 401 and 403: its keys, its clock, or server ACLs.",
		term:  rate(metrics.FederationResponses),
	},
	{
		ID: "federation-unanswered", Title: "Requests without an answer", Unit: "reqps", Check: "federation-destinations",
		Help:  "Requests to other homeservers that got no answer at all.",
		Worry: "A climb: DNS, firewall or TLS of this homeserver. A steady part is normal: many homeservers are shut down.",
		term:  less(rate(metrics.FederationRequests), rate(metrics.FederationResponses)),
	},
	{
		ID: "federation-queries-out", Title: "Queries to other homeservers", Unit: "cps", By: []string{"type"},
		Help: "Queries for profiles, devices, room aliases and others, by type.",
		term: rate(metrics.SentQueries),
	},
	{
		ID: "federation-pending", Title: "Federation queues in memory", Unit: "none", By: []string{partLabel}, Check: "federation-lag",
		Help:     "Homeservers with something to send, and the events and EDUs that wait for them.",
		Worry:    "A climb for hours: the federation sender is short of CPU. Its memory grows with it. A fall to zero while sending fails is no recovery: homeservers that fail leave the queue.",
		Replaces: []Panel{panel("Federation", "In-memory federation transmission queues", noUnit)},
		term: parts(part{"destinations", level(metrics.PendingDestinations)}, part{"events", level(metrics.PendingPDUs)},
			part{"EDUs", level(metrics.PendingEDUs)}),
	},
	{
		ID: "edu-queues", Title: "Queues for federation senders", Unit: "none", By: []string{partLabel},
		Help:     "What the main process keeps for federation sender workers.",
		Worry:    "A climb: a federation sender worker is gone, or listed in the configuration and not running.",
		Replaces: []Panel{panel("Federation", "Outgoing EDU queues on master", "names a queue that was removed, and lacks one of today's")},
		term: parts(part{"presence", level(metrics.SenderQueuePresence)}, part{"presence positions", level(metrics.SenderQueuePresenceTargets)},
			part{"replaceable EDUs", level(metrics.SenderQueueKeyedEDUs)}, part{"replaceable EDU positions", level(metrics.SenderQueueKeyedChanges)},
			part{"EDUs", level(metrics.SenderQueueEDUs)}, part{"positions", level(metrics.SenderQueuePositions)}),
	},
	{
		ID: "federation-lag", Title: "Delay of outgoing events", Unit: "s", Check: "federation-lag",
		Help:     "Time from an event until the federation sender has processed it.",
		Worry:    "A 99% line that stays up: the federation sender is short of CPU or waits for the database.",
		Levels:   &Levels{0.25, 1, "Synapse's own dashboard until January 2026"},
		Replaces: []Panel{panel("Federation", "Federation send PDU lag", noUnit), panel("Federation", "Federation send PDU lag quantiles", "lost its levels")},
		buckets:  histogram(metrics.EventLag, query.Equal("name", "federation_sender")),
	},
	{
		ID: "age-sent", Title: "Time since an event was sent", Unit: "s",
		Help:     "To the homeserver of federation_metrics_domains that has waited longest; their names stay out of this graph.",
		Worry:    "A ramp for hours to a homeserver that you talk with all day: it can't be reached.",
		Replaces: []Panel{panel("Federation", "Age of last PDU sent to nominated hosts", "minutes late, and mixes homeservers")},
		term:     age(metrics.LastSentPDU),
	},
	{
		ID: "known-servers", Title: "Homeservers in shared rooms", Unit: "none",
		Help: "Homeservers that this one shares a room with; only with metrics_flags.known_servers.",
		term: level(metrics.KnownServers),
	},
}

// age is the longest time since what a gauge of Unix times tells of. Its labels name other homeservers, so they stay out.
func age(times *metrics.Metric) term {
	return func(s scope) string {
		return s.highest("max by (" + s.base() + ") (time() - " + s.Of(times.Series()) + ")")
	}
}
