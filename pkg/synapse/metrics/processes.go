package metrics

// The Python process: its CPU, memory and files. These exist on Linux only.
var (
	ProcessCPU = declare(Metric{
		Name: "process_cpu_seconds_total", Unit: "s", Aggregate: PerProcess, Exists: Always, Scope: OfProcess,
		Meaning: "CPU time of the process; on Linux only.",
	})
	ProcessUserCPU = declare(Metric{
		Name: "process_cpu_user_seconds_total", Unit: "s", Aggregate: PerProcess, Exists: Extra, Scope: OfProcess,
		Meaning: "CPU time of the process in user mode; on Linux only.",
	})
	ProcessSystemCPU = declare(Metric{
		Name: "process_cpu_system_seconds_total", Unit: "s", Aggregate: PerProcess, Exists: Extra, Scope: OfProcess,
		Meaning: "CPU time of the process in the kernel; on Linux only.",
	})
	ProcessMemory = declare(Metric{
		Name: "process_resident_memory_bytes", Kind: Gauge, Unit: "bytes", Aggregate: PerProcess, Exists: Always, Scope: OfProcess,
		Meaning: "Resident memory of the process; on Linux only.",
	})
	ProcessStart = declare(Metric{
		Name: "process_start_time_seconds", Kind: Gauge, Unit: "s", Aggregate: PerProcess, Exists: Always, Scope: OfProcess,
		Meaning: "Unix time at which the process started; on Linux only.",
	})
	ProcessOpenFDs = declare(Metric{
		Name: "process_open_fds", Kind: Gauge, Aggregate: PerProcess, Exists: Always, Scope: OfProcess,
		Meaning: "Open files and sockets of the process; on Linux only.",
	})
	ProcessMaxFDs = declare(Metric{
		Name: "process_max_fds", Kind: Gauge, Aggregate: PerProcess, Exists: Always, Scope: OfProcess,
		Meaning: "Limit of open files and sockets; on Linux only.",
	})
	Jemalloc = declare(Metric{
		Name: "jemalloc_stats_app_memory_bytes", Kind: Gauge, Unit: "bytes", Labels: []string{"type"},
		Aggregate: PerProcess, Exists: Optional, Scope: OfProcess,
		Meaning: "Memory that the allocator jemalloc holds, and how much of it is in use; only where jemalloc is loaded.",
	})
	BuildInfo = declare(Metric{
		Name: "synapse_build_info", Kind: Gauge, Labels: []string{"osversion", "pythonversion", "rustcversion", "version"},
		Aggregate: PerProcess, Exists: Always, Scope: OfProcess,
		Meaning: "Version of Synapse, as a label.",
	})
)

// The event loop.
var (
	ReactorTick = declare(Metric{
		Name: "python_twisted_reactor_tick_time", Kind: Histogram, Unit: "s", Aggregate: PerProcess, Exists: Always, Scope: OfProcess, Highest: 5,
		Meaning: "Length of one iteration of the event loop: its sum shows how busy the loop is, long ones block the process.",
	})
	ReactorLastSeen = declare(Metric{
		Name: "python_twisted_reactor_last_seen", Kind: Gauge, Unit: "s", Aggregate: PerProcess, Exists: Always, Scope: OfProcess,
		Meaning: "Time since the event loop last started an iteration, at the moment of the scrape.",
	})
)

// Garbage collection. PyPy has none of these.
var (
	GCTime = declare(Metric{
		Name: "python_gc_time", Kind: Histogram, Unit: "s", Labels: []string{"gen"}, Aggregate: PerProcess, Exists: Always, Highest: 60, Scope: OfProcess,
		Meaning: "Length of garbage collections, by generation; not on PyPy.",
	})
	GCCounts = declare(Metric{
		Name: "python_gc_counts", Kind: Gauge, Labels: []string{"gen"}, Aggregate: PerProcess, Exists: Extra, Scope: OfProcess,
		Meaning: "Allocations since the last collection, by generation; not on PyPy.",
	})
	GCCollections = declare(Metric{
		Name: "python_gc_collections_total", Labels: []string{"generation"}, Aggregate: PerProcess, Exists: Extra, Scope: OfProcess,
		Meaning: "Garbage collections, by generation; not on PyPy.",
	})
	GCCollected = declare(Metric{
		Name: "python_gc_objects_collected_total", Labels: []string{"generation"}, Aggregate: PerProcess, Exists: Extra, Scope: OfProcess,
		Meaning: "Objects freed by garbage collection, by generation; not on PyPy.",
	})
)
