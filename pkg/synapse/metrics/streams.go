package metrics

// How far the parts of a homeserver have followed the stream of events; label name is the part, such as federation_sender.
var (
	EventPosition = declare(Metric{
		Name: "synapse_event_persisted_position", Kind: Gauge, Aggregate: Max, Exists: OnEvent,
		Meaning: "Position of the newest stored event.",
	})
	ProcessingPosition = declare(Metric{
		Name: "synapse_event_processing_positions", Kind: Gauge, Labels: []string{"name"}, Aggregate: Max, Exists: OnEvent,
		Meaning: "Position that the federation sender, the user directory, the statistics and others have reached.",
	})
	ProcessingTime = declare(Metric{
		Name: "synapse_event_processing_last_ts", Kind: Gauge, Unit: "ms", Labels: []string{"name"}, Aggregate: Max, Exists: OnEvent,
		Meaning: "Unix time of the last event that a part has processed.",
	})
	EventLag = declare(Metric{
		Name: "synapse_event_processing_lag_by_event", Kind: Histogram, Unit: "s", Labels: []string{"name"}, Aggregate: Sum, Exists: OnEvent, Highest: 10,
		Meaning: "Time from an event's arrival until the federation sender, or the sender to bridges, processed it.",
	})
	DeviceListLag = declare(Metric{
		Name: "synapse_device_lists_changes_conversion_lag_seconds", Kind: Gauge, Unit: "s", Aggregate: Max, Exists: ByRole, Since: "1.160",
		Meaning: "Age of the oldest device list change that still has to be sent to other homeservers.",
	})
	DeviceListStreamLag = declare(Metric{
		Name: "synapse_device_lists_changes_conversion_stream_lag", Kind: Gauge, Aggregate: Max, Exists: ByRole, Since: "1.160",
		Meaning: "Device list changes that still have to be sent to other homeservers.",
	})
)
