package graph

var federation = []Graph{
	{ID: "federation-pending", Section: "Federation", Title: "Destinations with something to send", Unit: "none",
		Help:   "Homeservers for which the federation senders hold events or EDUs.",
		promql: "sum by (server_name) (synapse_federation_transaction_queue_pending_destinations$selector)"},
	{ID: "federation-deliveries", Section: "Federation", Title: "Events times destinations", Unit: "cps",
		Help:   "Outgoing events, each as often as there are homeservers to send it to: one message in a large public room is hundreds.",
		promql: "sum by (server_name) (rate(synapse_federation_client_sent_pdu_destinations_total$selector$window))"},
	{ID: "federation-transactions", Section: "Federation", Title: "Outgoing transactions", Unit: "cps",
		Help:   "Transactions to other homeservers that succeeded.",
		promql: "sum by (server_name) (rate(synapse_federation_client_sent_transactions_total$selector$window))"},
	{ID: "federation-staging", Section: "Federation", Title: "Incoming events that wait", Unit: "none",
		Help:   "Events from other homeservers that wait for their turn. Every process tells the same number, so the largest counts.",
		promql: "max by (server_name) (synapse_federation_server_number_inbound_pdu_in_staging$selector)"},
	{ID: "presence-updates", Section: "Federation", Title: "Presence updates", Unit: "cps",
		Help:   "Changes of presence that were written, from here and from other homeservers.",
		promql: "sum by (server_name) (rate(synapse_handler_presence_presence_updates_total$selector$window))"},
}
