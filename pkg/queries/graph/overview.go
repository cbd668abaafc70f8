package graph

var overview = []Graph{
	{ID: "events-persisted", Section: "Overview", Title: "Events stored, by origin", Unit: "cps", By: []string{"origin_type"},
		Help:   "local: sent by users here; remote: from other homeservers; application_service: from bridges.",
		promql: "sum by (server_name, origin_type) (rate(synapse_storage_events_persisted_events_sep_total$selector$window))"},
	{ID: "cpu", Section: "Overview", Title: "CPU of each process", Unit: "none", processes: true,
		Help:   "Cores used. The event loop can use one; threads come on top.",
		promql: "rate(process_cpu_seconds_total$process$window)"},
	{ID: "memory", Section: "Overview", Title: "Memory of each process", Unit: "bytes", processes: true,
		Help: "Resident memory.", promql: "process_resident_memory_bytes$process"},
	{ID: "open-files", Section: "Overview", Title: "Open files of each process", Unit: "none", processes: true,
		Help: "Open files and sockets.", promql: "process_open_fds$process"},
	{ID: "reactor-busy", Section: "Overview", Title: "Event loop of each process", Unit: "percentunit", processes: true,
		Help:   "Share of time that the event loop was busy.",
		promql: "rate(python_twisted_reactor_tick_time_sum$process$window)"},
	{ID: "background-cpu", Section: "Overview", Title: "CPU by background job", Unit: "none", By: []string{"name"},
		Help: "Cores used by jobs that no request waits for; over all processes.",
		promql: "sum by (server_name, name) (rate(synapse_background_process_ru_utime_seconds_total$selector$window) + " +
			"rate(synapse_background_process_ru_stime_seconds_total$selector$window))"},
}
