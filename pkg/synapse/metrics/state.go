package metrics

// Events that were stored.
var (
	PersistedEvents = declare(Metric{
		Name: "synapse_storage_events_persisted_events_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Events stored, by the processes that store them.",
	})
	PersistedEventsByOrigin = declare(Metric{
		Name: "synapse_storage_events_persisted_events_sep_total", Labels: []string{"origin_type", "type"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Events stored, by type and origin: local, remote or a bridge.",
	})
)

// State resolution.
var (
	StateResBiggestCPU = declare(Metric{
		Name: "synapse_state_res_cpu_for_biggest_room_seconds_total", Unit: "s", Aggregate: Sum, Exists: OnEvent,
		Meaning: "CPU time of state resolution for the biggest room of every two minutes.",
	})
	StateResBiggestDB = declare(Metric{
		Name: "synapse_state_res_db_for_biggest_room_seconds_total", Unit: "s", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Database time of state resolution for the biggest room of every two minutes.",
	})
	StateResCPU = declare(Metric{
		Name: "synapse_state_res_cpu_for_all_rooms_seconds", Kind: Histogram, Unit: "s", Aggregate: Sum, Exists: OnEvent, Since: "1.62",
		Meaning: "CPU time of state resolution of every two minutes, all rooms together.",
	})
	StateResDB = declare(Metric{
		Name: "synapse_state_res_db_for_all_rooms_seconds", Kind: Histogram, Unit: "s", Aggregate: Sum, Exists: OnEvent, Since: "1.62",
		Meaning: "Database time of state resolution of every two minutes, all rooms together.",
	})
	StateGroupsInResolution = declare(Metric{
		Name: "synapse_state_number_state_groups_in_resolution", Kind: Histogram, Aggregate: Sum, Exists: OnEvent,
		Meaning: "State groups that one state resolution had to reconcile.",
	})
)

// Forward extremities.
var (
	// ForwardExtremities is a snapshot by the one process with background tasks: never a rate. Its last bucket is le="inf".
	ForwardExtremities = declare(Metric{
		Name: "synapse_forward_extremities", Kind: GaugeHistogram, Aggregate: Max, Exists: Hourly,
		Meaning: "Rooms by their number of forward extremities, counted every hour.",
	})
	ExtremitiesPersisted = declare(Metric{
		Name: "synapse_storage_events_forward_extremities_persisted", Kind: Histogram, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Forward extremities of the room at every stored event that changed them.",
	})
)
