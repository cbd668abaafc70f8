package metrics

// What other homeservers send.
var (
	ReceivedPDUs = declare(Metric{
		Name: "synapse_federation_server_received_pdus_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Events received from other homeservers.",
	})
	ReceivedEDUs = declare(Metric{
		Name: "synapse_federation_server_received_edus_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "EDUs received: typing, receipts, presence, device lists.",
	})
	InboundStaged = declare(Metric{
		Name: "synapse_federation_server_number_inbound_pdu_in_staging", Kind: Gauge, Aggregate: Max, Exists: ByRole,
		Meaning: "Received events that wait in the database; every process reports the same.",
	})
	InboundOldest = declare(Metric{
		Name: "synapse_federation_server_oldest_inbound_pdu_in_staging", Kind: Gauge, Unit: "ms", Aggregate: Max, Exists: ByRole,
		Meaning: "Age of the oldest received event that waits in the database; every process reports the same.",
	})
	// LastReceivedPDU has server_name instead of origin_server_name before 1.136.
	LastReceivedPDU = declare(Metric{
		Name: "synapse_federation_last_received_pdu_time", Kind: Gauge, Unit: "s", Labels: []string{"origin_server_name"},
		Aggregate: Max, Exists: Optional,
		Meaning: "Unix time of the last event received from a homeserver; only for those in federation_metrics_domains.",
	})
)

// The limiter of other homeservers' requests.
var (
	RateLimitSleeps = declare(Metric{
		Name: "synapse_rate_limit_sleep_total", Labels: []string{"rate_limiter_name"}, Aggregate: Sum, Exists: OnEvent, Since: "1.66",
		Meaning: "Requests of other homeservers delayed because there were too many.",
	})
	RateLimitRejects = declare(Metric{
		Name: "synapse_rate_limit_reject_total", Labels: []string{"rate_limiter_name"}, Aggregate: Sum, Exists: OnEvent, Since: "1.66",
		Meaning: "Requests of other homeservers refused because there were too many.",
	})
	RateLimitWait = declare(Metric{
		Name: "synapse_rate_limit_queue_wait_time_seconds", Kind: Histogram, Unit: "s", Labels: []string{"rate_limiter_name"},
		Aggregate: Sum, Exists: OnEvent, Since: "1.66",
		Meaning: "Time that requests of other homeservers waited for the rate limiter.",
	})
	RateLimitRejectedHosts = declare(Metric{
		Name: "synapse_rate_limit_reject_affected_hosts", Kind: Gauge, Labels: []string{"rate_limiter_name"},
		Aggregate: Sum, Exists: ByRole, Since: "1.66",
		Meaning: "Homeservers whose requests are being refused.",
	})
)
