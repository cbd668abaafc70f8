package metrics

// Push notifications and mail.
var (
	PushesProcessed = declare(Metric{
		Name: "synapse_http_httppusher_http_pushes_processed_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Push notifications handled, including those that needed no request.",
	})
	PushesFailed = declare(Metric{
		Name: "synapse_http_httppusher_http_pushes_failed_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Push notifications that a push gateway did not accept.",
	})
	BadgesProcessed = declare(Metric{
		Name: "synapse_http_httppusher_badge_updates_processed_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Updates of the unread count sent to push gateways.",
	})
	BadgesFailed = declare(Metric{
		Name: "synapse_http_httppusher_badge_updates_failed_total", Aggregate: Sum, Exists: OnEvent,
		Meaning: "Updates of the unread count that a push gateway did not accept.",
	})
	Pushers = declare(Metric{
		Name: "synapse_pushers", Kind: Gauge, Labels: []string{"app_id", "kind"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Pushers in use, by kind and app.",
	})
	EmailsSent = declare(Metric{
		Name: "synapse_emails_sent_total", Labels: []string{"type"}, Aggregate: Sum, Exists: OnEvent, Since: "1.102",
		Meaning: "Emails sent, by type; failures are not counted.",
	})
)

// Requests to push gateways, bridges, identity servers and previewed websites, and between processes.
var (
	ClientRequests = declare(Metric{
		Name: "synapse_http_client_requests_total", Labels: []string{"method"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Requests sent by HTTP, other than to homeservers.",
	})
	ClientResponses = declare(Metric{
		Name: "synapse_http_client_responses_total", Labels: []string{"code", "method"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Results of requests sent by HTTP, other than to homeservers, by status; ERR where there was no answer.",
	})
)
