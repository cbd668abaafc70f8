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
	ReceivedQueries = declare(Metric{
		Name: "synapse_federation_server_received_queries_total", Labels: []string{"type"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Queries of other homeservers, by type.",
	})
	PDUProcessTime = declare(Metric{
		Name: "synapse_federation_server_pdu_process_time", Kind: Histogram, Unit: "s", Aggregate: Sum, Exists: OnEvent, Highest: 10,
		Meaning: "Time to process a received event.",
	})
	InboundStaged = declare(Metric{
		Name: "synapse_federation_server_number_inbound_pdu_in_staging", Kind: Gauge, Aggregate: Max, Exists: ByRole,
		Meaning: "Received events that wait in the database; every process reports the same.",
	})
	InboundOldest = declare(Metric{
		Name: "synapse_federation_server_oldest_inbound_pdu_in_staging", Kind: Gauge, Unit: "ms", Aggregate: Max, Exists: ByRole,
		Meaning: "Age of the oldest received event that waits in the database; every process reports the same.",
	})
	InboundPruned = declare(Metric{
		Name: "synapse_federation_server_number_inbound_pdu_pruned_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Received events dropped because too many of their room were waiting.",
	})
	SoftFailedEvents = declare(Metric{
		Name: "synapse_federation_soft_failed_events_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Received events hidden from clients because the room's present state forbids them.",
	})
	// LastReceivedPDU has server_name instead of origin_server_name before 1.136.
	LastReceivedPDU = declare(Metric{
		Name: "synapse_federation_last_received_pdu_time", Kind: Gauge, Unit: "s", Labels: []string{"origin_server_name"},
		Aggregate: Max, Exists: Optional,
		Meaning: "Unix time of the last event received from a homeserver; only for those in federation_metrics_domains.",
	})
	KeysQueued = declare(Metric{
		Name: "synapse_util_batching_queue_number_queued", Kind: Gauge, Labels: []string{"name"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Requests that wait for a batch, such as those for keys of other homeservers.",
	})
	KeysPending = declare(Metric{
		Name: "synapse_util_batching_queue_number_pending", Kind: Gauge, Labels: []string{"name"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Requests that wait for a batch or are in progress, such as those for keys of other homeservers.",
	})
	BackfillBeforeTime = declare(Metric{
		Name: "synapse_federation_backfill_processing_before_time_seconds", Kind: Histogram, Unit: "s", Aggregate: Sum, Exists: OnEvent, Highest: 180, Since: "1.66",
		Meaning: "Time spent before older events are requested from another homeserver.",
	})
	BackfillAfterTime = declare(Metric{
		Name: "synapse_federation_backfill_processing_after_time_seconds", Kind: Histogram, Unit: "s", Aggregate: Sum, Exists: OnEvent, Highest: 180, Since: "1.66",
		Meaning: "Time to process older events after another homeserver has sent them.",
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
		Aggregate: Sum, Exists: OnEvent, Highest: 20, Since: "1.66",
		Meaning: "Time that requests of other homeservers waited for the rate limiter.",
	})
	RateLimitSleepingHosts = declare(Metric{
		Name: "synapse_rate_limit_sleep_affected_hosts", Kind: Gauge, Labels: []string{"rate_limiter_name"},
		Aggregate: Sum, Exists: ByRole, Since: "1.66",
		Meaning: "Homeservers whose requests are being delayed.",
	})
	RateLimitRejectedHosts = declare(Metric{
		Name: "synapse_rate_limit_reject_affected_hosts", Kind: Gauge, Labels: []string{"rate_limiter_name"},
		Aggregate: Sum, Exists: ByRole, Since: "1.66",
		Meaning: "Homeservers whose requests are being refused.",
	})
)
