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
	StateResolutionsAtPersist = declare(Metric{
		Name: "synapse_storage_events_state_resolutions_during_persistence_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Events whose storing needed a state resolution.",
	})
)

// Forward extremities.
var (
	// ForwardExtremities is a snapshot by the one process with background tasks: never a rate. Its last bucket is le="inf".
	ForwardExtremities = declare(Metric{
		Name: "synapse_forward_extremities", Kind: GaugeHistogram, Aggregate: Max, Exists: Hourly,
		Meaning: "Rooms by their number of forward extremities, counted every hour.",
	})
	ExcessExtremityEvents = declare(Metric{
		Name: "synapse_excess_extremity_events", Kind: GaugeHistogram, Aggregate: Max, Exists: Hourly,
		Meaning: "Rooms by their number of excess forward extremities times state events, counted every hour: what the extremities cost.",
	})
	ExtremitiesPersisted = declare(Metric{
		Name: "synapse_storage_events_forward_extremities_persisted", Kind: Histogram, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Forward extremities of the room at every stored event that changed them.",
	})
	StaleExtremitiesPersisted = declare(Metric{
		Name: "synapse_storage_events_stale_forward_extremities_persisted", Kind: Histogram, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Forward extremities of the room that a stored event left in place.",
	})
	StateDAGExtremitiesPersisted = declare(Metric{
		Name: "synapse_storage_msc4242_state_dag_forward_extremities_persisted", Kind: Histogram, Aggregate: Sum, Exists: Optional, Since: "1.152",
		Meaning: "Forward extremities of the state of the room at every stored event; only in rooms of the experiment MSC4242.",
	})
	PruneAttempts = declare(Metric{
		Name: "synapse_storage_events_potential_times_prune_extremities_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Times that Synapse looked for forward extremities to drop.",
	})
	Prunes = declare(Metric{
		Name: "synapse_storage_events_times_pruned_extremities_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Times that Synapse dropped forward extremities.",
	})
)
