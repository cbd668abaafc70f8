package metrics

// Bridges (application services), by the id of their registration.
var (
	AppserviceSent = declare(Metric{
		Name: "synapse_appservice_api_sent_transactions_total", Labels: []string{"service"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Transactions that bridges accepted.",
	})
	AppserviceFailed = declare(Metric{
		Name: "synapse_appservice_api_failed_transactions_total", Labels: []string{"service"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Transactions that bridges did not accept.",
	})
	AppserviceEvents = declare(Metric{
		Name: "synapse_appservice_api_sent_events_total", Labels: []string{"service"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Events sent to bridges.",
	})
	AppserviceEphemeral = declare(Metric{
		Name: "synapse_appservice_api_sent_ephemeral_total", Labels: []string{"service"}, Aggregate: Sum, Exists: OnEvent, Since: "1.64",
		Meaning: "Typing, receipts and presence sent to bridges.",
	})
	AppserviceToDevice = declare(Metric{
		Name: "synapse_appservice_api_sent_todevice_total", Labels: []string{"service"}, Aggregate: Sum, Exists: OnEvent, Since: "1.64",
		Meaning: "To-device messages sent to bridges.",
	})
)
