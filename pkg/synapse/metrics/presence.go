package metrics

// Presence: who is online.
var (
	PresenceUpdates = declare(Metric{
		Name: "synapse_handler_presence_presence_updates_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Presence changes handled.",
	})
	PresenceNotified = declare(Metric{
		Name: "synapse_handler_presence_notified_presence_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Presence changes that users were told of.",
	})
	PresenceReceived = declare(Metric{
		Name: "synapse_handler_presence_federation_presence_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Presence changes received from other homeservers.",
	})
	PresenceSent = declare(Metric{
		Name: "synapse_handler_presence_federation_presence_out_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Presence changes sent to other homeservers.",
	})
	PresenceBumps = declare(Metric{
		Name: "synapse_handler_presence_bump_active_time_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Signs of activity of local users.",
	})
	PresenceTimers = declare(Metric{
		Name: "synapse_handler_presence_timers_fired_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Presence timers that ran out.",
	})
	PresenceTransitions = declare(Metric{
		Name: "synapse_handler_presence_state_transition_total", Labels: []string{"from", "locality", "to"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Presence changes, by the state before and after.",
	})
	PresenceReasons = declare(Metric{
		Name: "synapse_handler_presence_notify_reason_total", Labels: []string{"locality", "reason"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Presence changes that users were told of, by reason.",
	})
	PresenceFetches = declare(Metric{
		Name: "synapse_handler_presence_get_updates_total", Labels: []string{"type"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Syncs that read presence, by kind: stream for the changes only, full for everything.",
	})
	PresenceUsers = declare(Metric{
		Name: "synapse_handlers_presence_user_to_current_state_size", Kind: Gauge, Aggregate: Max, Exists: OnEvent,
		Meaning: "Users whose presence is held in memory.",
	})
)
