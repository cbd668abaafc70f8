package metrics

// What clients wait for, and what wakes them.
var (
	// SlidingSyncTime has initial="True" on requests that continue an earlier one: Synapse's label is the wrong way round.
	SlidingSyncTime = declare(Metric{
		Name: "synapse_sliding_sync_processing_time", Kind: Histogram, Unit: "s", Labels: []string{"initial"},
		Aggregate: Sum, Exists: OnEvent, Since: "1.114",
		Meaning: "Time to answer a sliding sync, without the wait for news.",
	})
	IntrospectionTime = declare(Metric{
		Name: "synapse_api_auth_delegated_introspection_response", Kind: Histogram, Unit: "s", Labels: []string{"code"},
		Aggregate: Sum, Exists: Optional, Since: "1.91",
		Meaning: "Time of the authentication service to check a token; only with delegated authentication.",
	})
)
