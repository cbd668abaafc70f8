package graph

import (
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

var presence = []Graph{
	{
		ID: "presence", Title: "Presence", Unit: "cps", By: []string{partLabel}, Check: "federation-presence",
		Help:     "Changes of presence by what happened to them.",
		Worry:    "Thousands a second on an overloaded process: switch presence off, or for remote users only.",
		Replaces: []Panel{panel("Presence", "Presence", noUnit)},
		term: parts(part{"changes", rate(metrics.PresenceUpdates)}, part{"told to users", rate(metrics.PresenceNotified)},
			part{"sent to homeservers", rate(metrics.PresenceSent)}, part{"received from homeservers", rate(metrics.PresenceReceived)},
			part{"signs of activity", rate(metrics.PresenceBumps)}, part{"timers", rate(metrics.PresenceTimers)}),
	},
	{
		ID: "presence-updates", Title: "Presence updates", Unit: "cps",
		Help: "Changes of presence of local and remote users.",
		term: rate(metrics.PresenceUpdates),
	},
	{
		ID: "presence-transitions", Title: "Presence: state before and after", Unit: "cps", By: []string{"locality", "from", "to"},
		Help:     "Changes of presence per second.",
		Worry:    "Many between online and unavailable: a client or bridge that misbehaves.",
		Replaces: []Panel{panel("Presence", "Presence state transitions", noUnit)},
		term:     rate(metrics.PresenceTransitions),
	},
	{
		ID: "presence-reasons", Title: "Presence: why users were told", Unit: "cps", By: []string{"locality", "reason"},
		Help:     "Changes of presence that others were told of, by reason.",
		Replaces: []Panel{panel("Presence", "Presence  notify reason", noUnit)},
		term:     rate(metrics.PresenceReasons),
	},
	{
		ID: "presence-users", Title: "Users in the presence memory", Unit: "none",
		Help: "Users, local and remote, whose presence is held in memory.",
		term: level(metrics.PresenceUsers),
	},
}

const deadCounter = "Synapse has not counted this since 1.64"

var push = []Graph{
	{
		ID: "push", Title: "Push notifications", Unit: "cps", By: []string{partLabel}, Check: "push",
		Help:     "Notifications handled, and those that a push gateway did not accept.",
		Worry:    "Failed as often as handled: the push gateway does not answer. Nothing handled while messages are sent: no process runs pushers.",
		Replaces: []Panel{misled("Pushes", "HTTP Push rate", "adds a counter to its own rate")},
		term:     parts(part{"handled", rate(metrics.PushesProcessed)}, part{"failed", rate(metrics.PushesFailed)}),
	},
	{
		ID: "pushers", Title: "Pushers by app", Unit: "none", By: []string{"app_id", "kind"}, Kind: Stack,
		Help:     "Pushers in use: devices and addresses that get notifications.",
		Worry:    "A fall after a restart: pushers did not start.",
		Replaces: []Panel{panel("Pushes", "Active pusher instances by app", noUnit)},
		term:     level(metrics.Pushers),
	},
	{
		ID: "push-rules-caches", Title: "Hit ratio of the push rule caches", Unit: "percentunit", By: []string{"name"},
		Help: "Share of the lookups of push rules that a cache answered.",
		Replaces: []Panel{gone("Push Rule Cache", "Iterations over State", deadCounter), gone("Push Rule Cache", "Push Rule Invalidations", deadCounter),
			gone("Push Rule Cache", "Delta Optimisation", "its cache no longer exists"),
			gone("Push Rule Cache", "How often we reuse existing calculated push rules", "nothing counts into its cache any more"),
			gone("Push Rule Cache", "How often we have the RulesForRoom cached", "its cache no longer exists")},
		term: where(rankedBy(ratio(rate(metrics.CacheHits), rate(metrics.CacheRequests)), rate(metrics.CacheRequests)), query.Matcher(`name=~".*push_rule.*"`)),
	},
	{
		ID: "mail-and-badges", Title: "Mails and unread counts", Unit: "cps", By: []string{partLabel},
		Help: "Mails sent, and updates of the unread count that push gateways accepted or not.",
		term: parts(part{"mails", rate(metrics.EmailsSent)}, part{"unread counts", rate(metrics.BadgesProcessed)}, part{"unread counts, failed", rate(metrics.BadgesFailed)}),
	},
}

var bridges = []Graph{
	{
		ID: "bridge-traffic", Title: "Sent to bridges", Unit: "cps", By: []string{"service", partLabel},
		Help:     "Events, to-device messages, and typing, receipts and presence, by bridge.",
		Replaces: []Panel{panel("Appservices", "Sent Events rate", noUnit)},
		term: parts(part{"events", rate(metrics.AppserviceEvents)}, part{"ephemeral", rate(metrics.AppserviceEphemeral)},
			part{"to-device", rate(metrics.AppserviceToDevice)}),
	},
	{
		ID: "bridge-transactions", Title: "Transactions to bridges", Unit: "cps", By: []string{"service", partLabel}, Check: "appservice-lag",
		Help:     "Transactions that bridges accepted, and those that failed.",
		Worry:    "Any steady failure: that bridge is down, and its messages wait.",
		Replaces: []Panel{panel("Appservices", "Transactions rate", "does not show failures")},
		term:     parts(part{"accepted", rate(metrics.AppserviceSent)}, part{"failed", rate(metrics.AppserviceFailed)}),
	},
	{
		ID: "bridge-lag", Title: "Delay of events to bridges", Unit: "s", Check: "appservice-lag",
		Help:    "Time from an event until the sender to bridges has processed it.",
		buckets: histogram(metrics.EventLag, query.Equal("name", "appservice_sender")),
	},
}

var people = []Graph{
	{
		ID: "users-active", Title: "Active users", Unit: "short", By: []string{partLabel},
		Help:     "Users active within a day and within a month, and the limit. The month needs mau_stats_only or limit_usage_by_mau.",
		Worry:    "At the limit, other users are refused.",
		Replaces: []Panel{panel("MAU", "MAU Limits", noUnit)},
		term:     parts(part{"day", level(metrics.DailyActiveUsers)}, part{"month", level(metrics.MonthlyActiveUsers)}),
		limit:    monthlyLimit,
	},
	{
		ID: "users-by-bridge", Title: "Active users of a month by bridge", Unit: "short", By: []string{"app_service"},
		Help:     "\"native\" are users without a bridge.",
		Replaces: []Panel{panel("MAU", "MAU by Appservice", noUnit)},
		term:     level(metrics.MonthlyActiveUsersByService),
	},
	{
		ID: "accounts", Title: "Accounts by bridge", Unit: "short", By: []string{"app_service"},
		Help: "Accounts that are not deactivated; \"native\" are those without a bridge.",
		term: level(metrics.Accounts),
	},
	{
		ID: "registrations", Title: "New accounts and logins", Unit: "cpm", By: []string{partLabel},
		Help:  "New accounts, and logins of all accounts, per minute.",
		Worry: "A flood of either: spam, or a client that logs in again and again.",
		term:  parts(part{"new accounts", scaled(rate(metrics.Registrations), "60")}, part{"logins", scaled(rate(metrics.Logins), "60")}),
	},
	{
		ID: "login-failures", Title: "Refused login tokens", Unit: "cpm", By: []string{"reason"},
		Help: "Tokens of single sign-on that were refused, by reason.",
		term: scaled(rate(metrics.InvalidLoginTokens), "60"),
	},
	{
		ID: "verification-codes", Title: "Requests for verification codes", Unit: "cpm", By: []string{"type"},
		Help:  "Codes requested by email or SMS, per minute.",
		Worry: "A flood: somebody abuses the registration.",
		term:  scaled(rates(metrics.ThreepidTries.Count()), "60"),
	},
}

// monthlyLimit is 0 where there is none.
func monthlyLimit(s scope) string { return level(metrics.MonthlyActiveUsersMax)(s) + " > 0" }
