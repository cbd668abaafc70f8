package metrics

// What is sent to other homeservers. From 1.136 on these counters are absent until their first event.
var (
	SentPDUs = declare(Metric{
		Name: "synapse_federation_client_sent_pdu_destinations_count_total", Aggregate: Max, Exists: OnEvent,
		Meaning: "Events given to the federation sender; each of several senders counts the events that it has a destination for.",
	})
	SentPDUDestinations = declare(Metric{
		Name: "synapse_federation_client_sent_pdu_destinations_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Events given to the federation sender, times the homeservers that each is for.",
	})
	SentEDUs = declare(Metric{
		Name: "synapse_federation_client_sent_edus_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "EDUs sent.",
	})
	SentEDUsByType = declare(Metric{
		Name: "synapse_federation_client_sent_edus_by_type_total", Labels: []string{"type"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "EDUs sent, by type.",
	})
	SentTransactions = declare(Metric{
		Name: "synapse_federation_client_sent_transactions_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Transactions that another homeserver accepted.",
	})
	SentQueries = declare(Metric{
		Name: "synapse_federation_client_sent_queries_total", Labels: []string{"type"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Queries sent to other homeservers, by type.",
	})
	FederationRequests = declare(Metric{
		Name: "synapse_http_matrixfederationclient_requests_total", Labels: []string{"method"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Requests sent to other homeservers, every attempt counted.",
	})
	FederationResponses = declare(Metric{
		Name: "synapse_http_matrixfederationclient_responses_total", Labels: []string{"code", "method"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Answers of other homeservers, by status; requests without an answer are not counted.",
	})
	// LastSentPDU has server_name instead of destination_server_name before 1.136.
	LastSentPDU = declare(Metric{
		Name: "synapse_federation_last_sent_pdu_time", Kind: Gauge, Unit: "s", Labels: []string{"destination_server_name"},
		Aggregate: Max, Exists: Optional,
		Meaning: "Unix time of the last event sent to a homeserver; only for those in federation_metrics_domains.",
	})
	KnownServers = declare(Metric{
		Name: "synapse_federation_known_servers", Kind: Gauge, Aggregate: Max, Exists: Optional,
		Meaning: "Homeservers in rooms of this one; only with metrics_flags.known_servers.",
	})
)

// Queues of the federation sender. A destination that fails leaves them, so an empty queue does not mean health.
var (
	PendingDestinations = declare(Metric{
		Name: "synapse_federation_transaction_queue_pending_destinations", Kind: Gauge, Aggregate: Sum, Exists: ByRole,
		Meaning: "Homeservers that something is queued for.",
	})
	PendingPDUs = declare(Metric{
		Name: "synapse_federation_transaction_queue_pending_pdus", Kind: Gauge, Aggregate: Sum, Exists: ByRole,
		Meaning: "Events queued for other homeservers, each counted once per homeserver.",
	})
	PendingEDUs = declare(Metric{
		Name: "synapse_federation_transaction_queue_pending_edus", Kind: Gauge, Aggregate: Sum, Exists: ByRole,
		Meaning: "EDUs queued for other homeservers.",
	})
)

// Queues of the main process for federation sender workers.
var (
	SenderQueuePresence        = senderQueue("presence_map", "Presence states that wait for the federation sender workers.")
	SenderQueuePresenceTargets = senderQueue("presence_destinations", "Positions of presence that wait for the federation sender workers.")
	SenderQueueKeyedEDUs       = senderQueue("keyed_edu", "EDUs that replace an earlier one, such as typing, and wait for the federation sender workers.")
	SenderQueueKeyedChanges    = senderQueue("keyed_edu_changed", "Positions of replaceable EDUs that wait for the federation sender workers.")
	SenderQueueEDUs            = senderQueue("edus", "EDUs that wait for the federation sender workers.")
	SenderQueuePositions       = senderQueue("pos_time", "Positions that the main process keeps until every federation sender worker has confirmed them.")
)

func senderQueue(name, meaning string) *Metric {
	return declare(Metric{
		Name: "synapse_federation_send_queue_" + name + "_size", Kind: Gauge, Aggregate: Max, Exists: ByRole, Meaning: meaning,
	})
}
