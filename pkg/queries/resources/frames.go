package resources

import (
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

const poolHelp = "Mean wait for a database connection. On a saturated process it includes the wait for the CPU."

var (
	cpuMeasure = query.Measure{
		Name: "cpu_cores", Unit: "none", Help: "Cores used. The event loop can use one; threads for the database and media are added to that.",
	}
	memoryMeasure = query.Measure{
		Name: "memory", Unit: "bytes", Help: "Resident memory. Where jemalloc is loaded, also the part in use and what the allocator holds.",
	}
	busyMeasure = query.Measure{Name: "reactor_busy", Unit: "percentunit", Help: "Share of time that the event loop was busy."}
	poolMeasure = query.Measure{Name: "database_pool_wait", Unit: "s", Help: poolHelp}
)

var columns = []query.Column[row]{
	query.TextColumn("process", "Process", "Its job and index, with the instance where these are not unique.",
		func(r row) string { return r.name }),
	query.TextColumn("server_name", "Homeserver", "The homeserver. Empty where Synapse is older than this label.",
		func(r row) string { return r.server }),
	query.TextColumn("instance", "Instance", "The scraped address.",
		func(r row) string { return r.instance }),
	query.TextColumn("role", "Does", "What it does, derived from what it did. An idle worker has no role.",
		func(r row) string { return strings.Join(r.roles, ", ") }),
	query.NumberColumn("cpu_cores", "CPU", "none", cpuMeasure.Help,
		func(r row) *float64 { return r.cpu }),
	query.NumberColumn("reactor_busy", "Busy", "percentunit", "Share of time that the event loop was busy: the measure of saturation.",
		func(r row) *float64 { return r.busy }),
	query.NumberColumn("stalls_per_hour", "Stalls per hour", "none", "How often the event loop was blocked for more than a second.",
		func(r row) *float64 { return r.stalls }),
	query.NumberColumn("reactor_tick_p99", "Tick p99", "s",
		"99% of the event loop's ticks were at most this long. Thousands of short ticks hide a long one, so it does not decide.",
		func(r row) *float64 { return r.tick }).WithHighest(metrics.ReactorTick.Highest),
	query.NumberColumn("memory", "Memory", "bytes", "Resident memory.",
		func(r row) *float64 { return r.memory }),
	query.NumberColumn("database_pool_wait", "Pool wait", "s", poolHelp,
		func(r row) *float64 { return r.poolWait }),
	query.NumberColumn("gc_share", "GC", "percentunit", "Share of time in garbage collection, during which the process does nothing else.",
		func(r row) *float64 { return r.gc }),
	query.NumberColumn("open_fds_share", "Open files", "percentunit", "Open files and sockets as a share of the limit.",
		func(r row) *float64 { return r.fds }),
	query.NumberColumn("uptime", "Uptime", "s", "Time since the process started.",
		func(r row) *float64 { return r.uptime }),
	query.TextColumn("version", "Version", "Synapse's version.",
		func(r row) string { return r.version }),
	query.TextColumn("verdict", "Verdict",
		"full: saturated. starved: it gets too little CPU. busy: close to saturation. stalling: its event loop is blocked at times. "+
			"collecting: much garbage collection. files: close to the limit of open files. starting: too young to judge. "+
			"unknown: not measured. fine: none of these.",
		func(r row) string { return r.verdict }).WithColours(
		query.Colour{Value: full, Colour: "red"}, query.Colour{Value: files, Colour: "red"}, query.Colour{Value: starved, Colour: "red"},
		query.Colour{Value: busy, Colour: "orange"}, query.Colour{Value: stalling, Colour: "orange"}, query.Colour{Value: collecting, Colour: "orange"},
		query.Colour{Value: starting, Colour: "blue"}, query.Colour{Value: unknown, Colour: "gray"}, query.Colour{Value: fine, Colour: "green"}),
	query.TextColumn("advice", "What to do", "What the verdict means for this process.",
		func(r row) string { return r.advice }).AsSentence(),
}
