package graph

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"

var federation = []Graph{
	{
		ID: "federation-pending", Section: "Federation", Title: "Destinations with something to send", Unit: "none",
		Help: "Homeservers for which the federation senders have events or EDUs queued.",
		term: present(metrics.PendingDestinations),
	},
	{
		ID: "federation-deliveries", Section: "Federation", Title: "Deliveries of outgoing events", Unit: "cps",
		Help: "Outgoing events times the homeservers that each goes to: one message in a large public room is hundreds.",
		term: rates(metrics.SentPDUDestinations.Series()),
	},
	{
		ID: "federation-transactions", Section: "Federation", Title: "Outgoing transactions", Unit: "cps",
		Help: "Transactions that other homeservers accepted.",
		term: rates(metrics.SentTransactions.Series()),
	},
	{
		ID: "federation-staging", Section: "Federation", Title: "Queue of incoming events", Unit: "none",
		Help: "Events from other homeservers that wait to be processed. Every process reports the same number.",
		term: present(metrics.InboundStaged),
	},
	{
		ID: "presence-updates", Section: "Federation", Title: "Presence updates", Unit: "cps",
		Help: "Changes of presence of local and remote users.",
		term: rates(metrics.PresenceUpdates.Series()),
	},
}
