package graph

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"

var syncs = []Graph{
	{
		ID: "sync-duration", Title: "Time to work on a sliding sync", Unit: "s", By: []string{"initial"}, Check: "sync-time",
		Help:    "Time to answer a sliding sync without the wait for news, first requests of a connection apart.",
		Worry:   "Seconds for requests that continue: look at the database and at the CPU of the sync workers.",
		buckets: histogram(metrics.SlidingSyncTime),
	},
	{
		ID: "sync-work", Title: "Work of one sync", Unit: "s", By: []string{"servlet"}, Check: "sync-time",
		Help:  "Mean CPU and database time of one sync, without the wait for news.",
		Worry: "Seconds: clients get their messages late. Initial syncs raise it for a while.",
		term: where(ratio(rates(metrics.ResponseUserCPU.Series(), metrics.ResponseSystemCPU.Series(), metrics.ResponseDatabaseTime.Series()),
			rate(metrics.ResponseCount)), metrics.SyncServlets.Are()),
	},
	{
		ID: "sync-kinds", Title: "Syncs with news by kind", Unit: "cps", By: []string{"type"},
		Help:  "Syncs per second that returned something: initial, full state or incremental.",
		Worry: "Many initial or full syncs: each costs as much as a thousand incremental ones. Look for a client that signs in again and again.",
		term:  rate(metrics.NonemptySyncs),
	},
	{
		ID: "listeners", Title: "Clients waiting for news", Unit: "none", Kind: Stack, Check: "traffic-drop",
		Help:  "Connected clients: requests that wait for news at the moment of the scrape.",
		Worry: "A fall to 0 on one process: the reverse proxy lost it, or it restarts.",
		term:  level(metrics.Listeners),
	},
	{
		ID: "woken", Title: "Users woken by stream", Unit: "cps", By: []string{"stream"}, Kind: Stack,
		Help:     "Users per second whose waiting syncs were woken, by the kind of news.",
		Worry:    "presence_key in the lead: presence costs most of the sync.",
		Replaces: []Panel{panel("Notifier", "Notifier Streams Woken", "")},
		term:     rate(metrics.UsersWoken),
	},
	{
		ID: "presence-in-sync", Title: "Presence read by syncs", Unit: "cps", By: []string{"type"},
		Help:     "Syncs per second that read presence. \"stream\" reads the changes only, \"full\" everything.",
		Worry:    "Much of \"full\" on an overloaded sync worker: presence is the cost.",
		Replaces: []Panel{panel("Notifier", "Presence Stream Fetch Type Rates", "")},
		term:     rate(metrics.PresenceFetches),
	},
}
