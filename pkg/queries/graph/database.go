package graph

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"

var database = []Graph{
	{
		ID: "database-time", Title: "Database connections in use", Unit: "none", Check: "database-cost",
		Help:  "Mean number of connections that run a transaction: seconds of database time per second. Short peaks are higher than this mean.",
		Worry: "Near the sum of cp_max of all processes, or max_connections in PostgreSQL: transactions wait.",
		term:  rate(metrics.TransactionTime),
	},
	{
		ID: "database-wait", Title: "Wait for a database connection", Unit: "s", Check: "database-pool",
		Help:  "Time from the request for a connection of the pool until a thread runs. An overloaded event loop makes it longer too.",
		Worry: "A 99% line above {longWait} while transactions are quick: the pool is too small, or the process is overloaded.",
		Replaces: []Panel{panel("Database", "Avg time waiting for db conn", "averages over processes"),
			panel("Database", "Db scheduling time quantiles", noUnit), panel("Database", "Time waiting for DB connection quantiles", noUnit)},
		buckets: histogram(metrics.ScheduleTime),
	},
	{
		ID: "database-statements", Title: "Statements by verb", Unit: "cps", By: []string{"verb"}, Kind: Stack,
		Help: "SQL statements per second.",
		term: rates(metrics.QueryTime.Count()),
	},
	{
		ID: "statement-duration", Title: "Time of statements by verb", Unit: "s", By: []string{"verb"}, Check: "database-slow",
		Help:    "Time of single SQL statements.",
		Worry:   "All verbs slower at once: PostgreSQL or its disk. One alone: a query plan.",
		buckets: histogram(metrics.QueryTime),
	},
	{
		ID: "schema-updates", Title: "Background updates of the schema", Unit: "none", By: []string{"database_name"}, Kind: States, Signed: true, Check: "background-updates",
		Help:  "-1: an update failed. 0: disabled. 1: not started. 2: updates run. 3: all done.",
		Worry: "-1: read Synapse's log. 2 for days: queries that need the new index are slow meanwhile.",
		term:  level(metrics.BackgroundUpdateStatus),
	},
}

const allLines = "one line for each process and transaction"

var transactions = []Graph{
	{
		ID: "transactions-rate", Title: "Transactions by name", Unit: "cps", By: []string{"desc"}, Check: "database-chatty",
		Help:     "Database transactions per second, by name.",
		Replaces: []Panel{panel("Database", "Top DB transactions by txn rate", "chooses other lines at each point")},
		term:     rate(metrics.TransactionCount),
	},
	{
		ID: "transactions-time", Title: "Database time by transaction", Unit: "none", By: []string{"desc"}, Kind: Stack, Check: "database-cost",
		Help:     "Seconds of database time per second, by the name of the transaction.",
		Replaces: []Panel{panel("Database", "DB transactions by total txn time", allLines)},
		term:     rate(metrics.TransactionTime),
	},
	{
		ID: "transactions-mean", Title: "Mean time of transactions", Unit: "s", By: []string{"desc"}, Check: "database-slow",
		Help:     "Mean time of one transaction. Those that take the most time in all lead.",
		Replaces: []Panel{panel("Database", "Average DB txn time", allLines)},
		term:     ratio(rate(metrics.TransactionTime), rate(metrics.TransactionCount)),
	},
}
