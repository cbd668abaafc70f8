package graph

import (
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/coverage"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

var processes = []Graph{
	{
		ID: "cpu", Title: "CPU of each process", Unit: "none", split: true, Check: "cpu-saturation",
		Help:     "Cores used. The event loop can use one; threads are added to that.",
		Worry:    "A line near 1: the process can't do more. Look at its event loop.",
		Replaces: []Panel{panel("Overview", "CPU usage", "needs a metric that Synapse has since 1.146 only")},
		term:     rate(metrics.ProcessCPU),
	},
	{
		ID: "cpu-kinds", Title: "CPU in user mode and in the kernel", Unit: "none", By: []string{partLabel}, split: true,
		Help:     "Cores used by each process, by the mode of the CPU.",
		Worry:    "More than a third in the kernel: swapping, very many connections, or a slow disk.",
		Replaces: []Panel{panel("Process info", "CPU", "no unit")},
		term:     parts(part{"user", rate(metrics.ProcessUserCPU)}, part{"kernel", rate(metrics.ProcessSystemCPU)}),
	},
	{
		ID: "cpu-where", Title: "Where the CPU goes", Unit: "none", By: []string{partLabel}, Kind: Stack, Check: "cpu-saturation",
		Help:     "Cores used by all processes together, by what for. The rest is replication, logging, metrics and threads.",
		Worry:    "A rest of more than half: it is neither requests nor jobs. Code blocks may show what it is.",
		Replaces: []Panel{misled("Process info", "Stacked CPU usage", "its first query asks for a name that does not exist, and nothing is stacked")},
		term: parts(part{"requests", requestCPU}, part{"background jobs", jobCPU}, part{"garbage collection", collecting},
			part{"rest", less(totalRate(metrics.ProcessCPU.Series()), plus(requestCPU, jobCPU, collecting))}),
	},
	{
		ID: "memory", Title: "Memory of each process", Unit: "bytes", split: true, Check: "memory",
		Help:     "Resident memory. Caches fill for a day or two after a start, so a rise is normal then.",
		Worry:    "A line that rises for days. Compare with the entries in all caches.",
		Replaces: []Panel{panel("Overview", "Memory", ""), panel("Process info", "Memory", "no unit")},
		term:     level(metrics.ProcessMemory),
	},
	{
		ID: "open-files", Title: "Open files of each process", Unit: "none", split: true, Check: "open-files",
		Help:     "Open files and sockets. The limit is usually far above: see the check.",
		Worry:    "Near the limit, federation and clients are refused. Raise LimitNOFILE.",
		Replaces: []Panel{panel("Overview", "Open FDs", "")},
		term:     level(metrics.ProcessOpenFDs),
	},
	{
		ID: "versions", Title: "Processes by version", Unit: "none", By: []string{"version"}, Kind: States, Check: "restarts",
		Help:     "How many processes run each version of Synapse.",
		Worry:    "Two versions for longer than a rollout takes: some processes were not restarted.",
		Replaces: []Panel{misled("Overview", "Deployed Synapse versions over time", "empty unless the job is called synapse, and 0 where it is")},
		term:     func(s scope) string { return s.highest(coverage.Versions(s.identity, s.Filters)) },
	},
	{
		ID: "up", Title: "Processes that Prometheus reaches", Unit: "none", Kind: States, split: true, Check: "scrape-health",
		Help:     "1 where the scrape succeeded, 0 where it failed.",
		Worry:    "Any 0: the process is down or does not answer in time.",
		Replaces: []Panel{panel("Process info", "Up", "needs a metric of the process, which is gone while it is down")},
		term:     level(metrics.Up),
	},
	{
		ID: "scrape-time", Title: "Duration of scrapes", Unit: "s", split: true, Check: "scrape-health",
		Help:     "Time of Prometheus to read the metrics of each process, and its timeout where Prometheus stores it.",
		Worry:    "Near the timeout (10 s by default): every graph gets gaps. An overloaded process takes long to answer.",
		Replaces: []Panel{panel("Process info", "Prometheus scrape time", "no unit")},
		term:     level(metrics.ScrapeDuration), limit: level(metrics.ScrapeTimeout),
	},
	{
		ID: "outgoing-requests", Title: "Outgoing HTTP requests", Unit: "reqps", By: []string{partLabel}, Kind: Stack,
		Help:     "Requests to other homeservers, and all others: push gateways, bridges, identity servers, previews, workers.",
		Replaces: []Panel{panel("Process info", "Outgoing HTTP request rate", "no unit")},
		term:     parts(part{"federation", rate(metrics.FederationRequests)}, part{"all others", rate(metrics.ClientRequests)}),
	},
	{
		ID: "outgoing-failures", Title: "Outgoing HTTP requests that failed", Unit: "percentunit", By: []string{"code"},
		Help:   "Share of the requests to push gateways, bridges, identity servers and workers, by result. ERR is no answer at all.",
		Worry:  "A push gateway, a bridge or a worker does not answer.",
		Levels: &Levels{0.05, 0.2, "ours"},
		term:   share(where(rate(metrics.ClientResponses), query.Matcher(`code=~"ERR|5.."`)), rate(metrics.ClientRequests)),
	},
}

var (
	requestCPU = rates(metrics.InFlightUserCPU.Series(), metrics.InFlightSystemCPU.Series())
	jobCPU     = rates(metrics.JobUserCPU.Series(), metrics.JobSystemCPU.Series())
	collecting = totalRate(metrics.GCTime.Sum())
)
