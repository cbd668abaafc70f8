package graph

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"

var database = []Graph{
	{
		ID: "database-time", Section: "Database", Title: "Database time", Unit: "none",
		Help: "Seconds of database time per second: the mean number of connections in use.",
		term: rates(metrics.TransactionTime.Series()),
	},
	{
		ID: "database-statements", Section: "Database", Title: "Statements by verb", Unit: "cps", By: []string{"verb"},
		Help: "SQL statements per second.",
		term: rates(metrics.QueryTime.Count()),
	},
	{
		ID: "database-wait", Section: "Database", Title: "Mean wait for a connection", Unit: "s",
		Help: "Time from the request for a connection of the pool until a thread runs.",
		term: mean(metrics.ScheduleTime),
	},
	{
		ID: "background-database", Section: "Database", Title: "Database time by background job", Unit: "none", By: []string{"name"},
		Help: "Seconds of database time per second for jobs that no request waits for.",
		term: rates(metrics.JobDatabaseTime.Series()),
	},
}
