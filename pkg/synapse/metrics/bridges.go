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
)
