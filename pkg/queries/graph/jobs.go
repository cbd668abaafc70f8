package graph

import (
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

var jobs = []Graph{
	{
		ID: "background-cpu", Title: "CPU by background job", Unit: "none", By: []string{"name"}, Kind: Stack, Check: "cpu-saturation",
		Help:     "Cores used by jobs that no request waits for, over all processes.",
		Replaces: []Panel{panel("Background jobs", "CPU usage by background jobs", "one line for each process and job")},
		term:     jobCPU,
	},
	{
		ID: "background-database", Title: "Database time by background job", Unit: "none", By: []string{"name"}, Kind: Stack, Check: "background-updates",
		Help: "Seconds of database time per second, the wait for a connection included. background_updates runs the changes of an upgrade; " +
			"sync_partial_state_room fetches the rest of a large room after a join.",
		Replaces: []Panel{panel("Background jobs", "DB usage by background jobs (including scheduling time)", noUnit)},
		term:     rates(metrics.JobDatabaseTime.Series(), metrics.JobScheduleTime.Series()),
	},
	{
		ID: "background-running", Title: "Background jobs in progress", Unit: "none", By: []string{"name"}, Check: "partial-state",
		Help:     "Jobs in progress at the moment of the scrape. sync_partial_state_room is a room that is being joined.",
		Worry:    "A job that only climbs: it hangs, and is started again and again.",
		Replaces: []Panel{panel("Background jobs", "Background jobs in flight", noUnit)},
		term:     level(metrics.JobsInFlight),
	},
	{
		ID: "background-starts", Title: "Background jobs started", Unit: "cps", By: []string{"name"},
		Help: "Jobs started per second, by name.",
		term: rate(metrics.JobStarts),
	},
	{
		ID: "tasks", Title: "Scheduled tasks in progress", Unit: "none",
		Help:  "Tasks such as deleting a room or purging history. Each process runs at most five at once.",
		Worry: "At 5 for hours (Synapse runs no more at once): further purges and deletions wait.",
		term:  level(metrics.ScheduledTasks),
	},
}

// allButRequests leaves out the block that holds the work of every request: requests show it by kind.
const allButRequests query.Matcher = `block_name!="wrapped_request_handler"`

var blockCPU = where(rates(metrics.BlockUserCPU.Series(), metrics.BlockSystemCPU.Series()), allButRequests)

var blocks = []Graph{
	{
		ID: "block-cpu", Title: "CPU by code block", Unit: "none", By: []string{"block_name"}, Check: "cpu-saturation",
		Help:     "Cores used in named parts of Synapse's code. Blocks contain each other, so they don't add up.",
		Replaces: []Panel{panel("Per-block metrics", "Total CPU Usage by Block", noUnit)},
		term:     blockCPU,
	},
	{
		ID: "block-cpu-each", Title: "CPU of one run of a code block", Unit: "s", By: []string{"block_name"},
		Help:     "Mean CPU time of one run. The blocks that take the most CPU in all lead.",
		Replaces: []Panel{panel("Per-block metrics", "Average CPU Time per Block", "seconds, called milliseconds before the unit was lost")},
		term:     ratio(blockCPU, where(rate(metrics.BlockCount), allButRequests)),
	},
	{
		ID: "block-database", Title: "Database time by code block", Unit: "none", By: []string{"block_name"},
		Help:     "Seconds of database time per second in named parts of Synapse's code.",
		Replaces: []Panel{panel("Per-block metrics", "Total DB Usage by Block", noUnit)},
		term:     where(rate(metrics.BlockDatabaseTime), allButRequests),
	},
	{
		ID: "block-transaction-time", Title: "Mean transaction by code block", Unit: "s", By: []string{"block_name"},
		Help:     "Mean time of one database transaction of a block.",
		Replaces: []Panel{panel("Per-block metrics", "Average Database Transaction time, by Block", "seconds, called milliseconds before the unit was lost")},
		term:     where(ratio(rate(metrics.BlockDatabaseTime), rate(metrics.BlockTransactions)), allButRequests),
	},
	{
		ID: "block-transactions-each", Title: "Transactions of one run of a code block", Unit: "none", By: []string{"block_name"},
		Help:     "Mean number of database transactions of one run.",
		Replaces: []Panel{misled("Per-block metrics", "Average Transactions per Block", "a copy of the panel before it: it never showed what its title says")},
		term:     where(ratio(rate(metrics.BlockTransactions), rate(metrics.BlockCount)), allButRequests),
	},
	{
		ID: "block-time", Title: "Time of one run of a code block", Unit: "s", By: []string{"block_name"},
		Help:     "Mean time from start to end of one run, waiting included. The blocks that take the most time in all lead.",
		Replaces: []Panel{panel("Per-block metrics", "Average Wallclock Time per Block", noUnit)},
		term:     where(ratio(rate(metrics.BlockTime), rate(metrics.BlockCount)), allButRequests),
	},
	{
		ID: "blocks", Title: "Runs of code blocks", Unit: "cps", By: []string{"block_name"},
		Help:     "Runs per second of named parts of Synapse's code.",
		Replaces: []Panel{panel("Per-block metrics", "Block count", noUnit)},
		term:     rate(metrics.BlockCount),
	},
	{
		ID: "block-longest", Title: "Oldest run of a code block in progress", Unit: "s", By: []string{"block_name"}, Check: "availability",
		Help:  "Age of the oldest run that has not ended. Nothing else shows what hangs while it hangs.",
		Worry: "A line that climbs for minutes: that block hangs.",
		term:  level(metrics.BlockLongest),
	},
}
