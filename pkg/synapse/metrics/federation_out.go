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
	FederationRequests = declare(Metric{
		Name: "synapse_http_matrixfederationclient_requests_total", Labels: []string{"method"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Requests sent to other homeservers, every attempt counted.",
	})
	FederationResponses = declare(Metric{
		Name: "synapse_http_matrixfederationclient_responses_total", Labels: []string{"code", "method"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Answers of other homeservers, by status; requests without an answer are not counted.",
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
)
