package metrics

// Accounts and logins.
var (
	DailyActiveUsers = declare(Metric{
		Name: "synapse_admin_daily_active_users", Kind: Gauge, Aggregate: Max, Exists: ByRole, Since: "1.67",
		Meaning: "Users active in the last day, counted every five minutes.",
	})
	MonthlyActiveUsers = declare(Metric{
		Name: "synapse_admin_mau_current", Kind: Gauge, Aggregate: Max, Exists: Optional,
		Meaning: "Users active in the last month; only with limit_usage_by_mau or mau_stats_only.",
	})
	MonthlyActiveUsersByService = declare(Metric{
		Name: "synapse_admin_mau_current_mau_by_service", Kind: Gauge, Labels: []string{"app_service"}, Aggregate: Max, Exists: Optional,
		Meaning: "Users active in the last month, by bridge; only with limit_usage_by_mau or mau_stats_only.",
	})
	MonthlyActiveUsersMax = declare(Metric{
		Name: "synapse_admin_mau_max", Kind: Gauge, Aggregate: Max, Exists: Optional,
		Meaning: "Limit of users active in a month; only with limit_usage_by_mau or mau_stats_only.",
	})
	Accounts = declare(Metric{
		Name: "synapse_non_deactivated_user_count", Kind: Gauge, Labels: []string{"app_service"}, Aggregate: Max, Exists: ByRole, Since: "1.156",
		Meaning: "Accounts that are not deactivated, by bridge.",
	})
	Registrations = declare(Metric{
		Name: "synapse_user_registrations_total", Labels: []string{"auth_provider", "guest", "shadow_banned"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "New accounts.",
	})
	Logins = declare(Metric{
		Name: "synapse_user_logins_total", Labels: []string{"auth_provider", "guest"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Successful logins, those of new accounts included.",
	})
	InvalidLoginTokens = declare(Metric{
		Name: "synapse_user_login_invalid_login_tokens_total", Labels: []string{"reason"}, Aggregate: Sum, Exists: OnEvent, Since: "1.71",
		Meaning: "Login tokens refused, by reason.",
	})
	ThreepidTries = declare(Metric{
		Name: "synapse_threepid_send_requests_with_tries", Kind: Histogram, Labels: []string{"reason", "type"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Requests for a code by email or SMS, by how often the same code was requested.",
	})
)
