package limits

// Thresholds of checks whose subject a table judges as well: an admin's override moves both.
var (
	// CPU is of the check cpu-saturation, in cores of one process.
	CPU = Thresholds{
		Check: "cpu-saturation", Warning: At(0.8), Critical: At(0.95), Unit: "none", WarningOf: "cores used by one process", CriticalOf: "cores",
		Source: "the guide and its dashboard: a process can use one core; 0.8 and 0.95 are ours",
	}
	// EventLoop is of the check reactor-lag, the share of time that one process's event loop is busy.
	EventLoop = Thresholds{
		Check: "reactor-lag", Warning: At(0.7), Critical: At(0.9), Unit: "percentunit", WarningOf: "of the time busy",
		Source: "ours: a loop that is always busy can't keep up",
	}
	// OpenFiles is of the check open-files, the share of the file descriptors that a process may open.
	OpenFiles = Thresholds{
		Check: "open-files", Warning: At(0.7), Critical: At(0.9), Unit: "percentunit", WarningOf: "of the file descriptors that one process may open", Source: "ours",
	}
	// GCPause is of the check gc-pauses, in seconds of a mean pause.
	GCPause = Thresholds{
		Check: "gc-pauses", Warning: At(1), Critical: At(3), Unit: "s", WarningOf: "for a mean pause",
		Source: "the guide's spikes of multiple seconds; the numbers are ours",
	}
)
