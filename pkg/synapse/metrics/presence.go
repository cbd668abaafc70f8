package metrics

// Presence: who is online.
var (
	PresenceUpdates = declare(Metric{
		Name: "synapse_handler_presence_presence_updates_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Presence changes handled.",
	})
	PresenceReceived = declare(Metric{
		Name: "synapse_handler_presence_federation_presence_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Presence changes received from other homeservers.",
	})
)
