package metrics

// What clients wait for, and what wakes them.
var (
	// SlidingSyncTime has initial="True" on requests that continue an earlier one: Synapse's label is the wrong way round.
	SlidingSyncTime = declare(Metric{
		Name: "synapse_sliding_sync_processing_time", Kind: Histogram, Unit: "s", Labels: []string{"initial"},
		Aggregate: Sum, Exists: OnEvent, Highest: 10, Since: "1.114",
		Meaning: "Time to answer a sliding sync, without the wait for news.",
	})
	NonemptySyncs = declare(Metric{
		Name: "synapse_handlers_sync_nonempty_total", Labels: []string{"lazy_loaded", "type"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Syncs that returned something, by kind: initial, full state or incremental.",
	})
	Listeners = declare(Metric{
		Name: "synapse_notifier_listeners", Kind: Gauge, Aggregate: Sum, Exists: Extra,
		Meaning: "Clients that wait for news.",
	})
	UsersWoken = declare(Metric{
		Name: "synapse_notifier_users_woken_by_stream_total", Labels: []string{"stream"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Users woken by news, by the stream of the news.",
	})
	IntrospectionTime = declare(Metric{
		Name: "synapse_api_auth_delegated_introspection_response", Kind: Histogram, Unit: "s", Labels: []string{"code"},
		Aggregate: Sum, Exists: Optional, Since: "1.91",
		Meaning: "Time of the authentication service to check a token; only with delegated authentication.",
	})
)
