package graph

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"

var requests = []Graph{
	{
		ID: "requests", Section: "Requests", Title: "Requests by kind", Unit: "reqps", By: []string{"servlet"},
		Help: "Requests per second. The name is that of Synapse's class.",
		term: rates(metrics.RequestsReceived.Series()),
	},
	{
		ID: "requests-cpu", Section: "Requests", Title: "CPU by kind of request", Unit: "none", By: []string{"servlet"},
		Help: "Cores used for requests.",
		term: rates(metrics.ResponseUserCPU.Series(), metrics.ResponseSystemCPU.Series()),
	},
	{
		ID: "requests-database", Section: "Requests", Title: "Database time by kind of request", Unit: "none", By: []string{"servlet"},
		Help: "Seconds of database time per second for requests.",
		term: rates(metrics.ResponseDatabaseTime.Series()),
	},
	{
		ID: "requests-time", Section: "Requests", Title: "Mean time by kind of request", Unit: "s", By: []string{"servlet"},
		Help: "Mean time until the answer. Syncs are left out, because they wait for news on purpose.",
		term: mean(metrics.ResponseTime, `servlet!~"SyncRestServlet|SlidingSyncRestServlet|EventStreamRestServlet"`),
	},
	{
		ID: "requests-in-flight", Section: "Requests", Title: "Requests in progress by kind", Unit: "none", By: []string{"servlet"},
		Help: "Requests without an answer yet at the moment of the scrape.",
		term: present(metrics.InFlightRequests),
	},
}
