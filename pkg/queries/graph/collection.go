package graph

var collection = []Graph{
	{ID: "gc-time", Section: "Garbage collection", Title: "Time spent collecting", Unit: "percentunit", processes: true,
		Help:   "Share of time in which a process collected garbage and did nothing else.",
		promql: "sum without (gen) (rate(python_gc_time_sum$process$window))"},
}
