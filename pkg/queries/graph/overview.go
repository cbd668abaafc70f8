package graph

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"

var overview = []Graph{
	{
		ID: "events-persisted", Section: "Overview", Title: "Persisted events by origin", Unit: "cps", By: []string{"origin_type"},
		Help: "local: sent by users of this homeserver. remote: from other homeservers. application_service: from bridges.",
		term: rates(metrics.PersistedEventsByOrigin.Series()),
	},
	{
		ID: "cpu", Section: "Overview", Title: "CPU of each process", Unit: "none", processes: true,
		Help: "Cores used. The event loop can use one; threads are added to that.",
		term: func(s scope) string { return s.Rate(metrics.ProcessCPU.Series()) },
	},
	{
		ID: "memory", Section: "Overview", Title: "Memory of each process", Unit: "bytes", processes: true,
		Help: "Resident memory.",
		term: func(s scope) string { return s.Of(metrics.ProcessMemory.Series()) },
	},
	{
		ID: "open-files", Section: "Overview", Title: "Open files of each process", Unit: "none", processes: true,
		Help: "Open files and sockets.",
		term: func(s scope) string { return s.Of(metrics.ProcessOpenFDs.Series()) },
	},
	{
		ID: "reactor-busy", Section: "Overview", Title: "Event loop of each process", Unit: "percentunit", processes: true,
		Help: "Share of time that the event loop was busy.",
		term: func(s scope) string { return s.Rate(metrics.ReactorTick.Sum()) },
	},
	{
		ID: "background-cpu", Section: "Overview", Title: "CPU by background job", Unit: "none", By: []string{"name"},
		Help: "Cores used by jobs that no request waits for, over all processes.",
		term: rates(metrics.JobUserCPU.Series(), metrics.JobSystemCPU.Series()),
	},
}
