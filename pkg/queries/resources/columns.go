package resources

import (
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

var columns = []query.Column[process]{
	query.TextColumn("process", "Process", "job/index, with the instance where these are not unique.", func(p process) string { return p.name }),
	query.TextColumn("server_name", "Homeserver", "The homeserver; empty where Synapse is older than this label.", func(p process) string { return p.server }),
	query.TextColumn("instance", "Instance", "The scraped address.", func(p process) string { return p.instance }),
	query.TextColumn("role", "Does", "What it does, told from what it did; an idle worker has no role.", func(p process) string { return strings.Join(p.roles, ", ") }),
	query.NumberColumn("cpu_cores", "CPU", "none", "Cores used. The event loop can use one; threads for database and media come on top.", func(p process) *float64 { return p.cpu }),
	query.NumberColumn("reactor_busy", "Busy", "percentunit", "Share of time that the event loop was busy: the measure of how full the process is.", func(p process) *float64 { return p.busy }),
	query.NumberColumn("stalls_per_hour", "Stalls per hour", "none", "How often the event loop did nothing else for more than a second.", func(p process) *float64 { return p.stalls }),
	query.NumberColumn("reactor_tick_p99", "Tick p99", "s", "99 of 100 rounds of the event loop were this quick. Thousands of quick rounds hide a long one, so it decides nothing.", func(p process) *float64 { return p.tick }).WithHighest(5),
	query.NumberColumn("memory", "Memory", "bytes", "Resident memory.", func(p process) *float64 { return p.memory }),
	query.NumberColumn("database_pool_wait", "Pool wait", "s", "Mean wait for a database connection; on a full process it holds the wait for the processor too.", func(p process) *float64 { return p.poolWait }),
	query.NumberColumn("gc_share", "GC", "percentunit", "Share of time spent collecting garbage, in which nothing else happens.", func(p process) *float64 { return p.gc }),
	query.NumberColumn("open_fds_share", "Open files", "percentunit", "Open files and sockets as a share of the limit.", func(p process) *float64 { return p.fds }),
	query.NumberColumn("uptime", "Uptime", "s", "Time since the process started.", func(p process) *float64 { return p.uptime }),
	query.TextColumn("version", "Version", "Synapse's version.", func(p process) string { return p.version }),
	query.TextColumn("verdict", "Verdict", "full: it can't do more. starved: the machine gives it too little CPU. busy: near its limit. stalling: it stands still at times. collecting: much garbage collection. files: near the limit of open files. starting: too young to judge. unknown: not measured. fine: none of these.", func(p process) string { v, _ := p.judge(); return v }).
		WithColours(query.Colour{Value: full, Colour: "red"}, query.Colour{Value: files, Colour: "red"}, query.Colour{Value: starved, Colour: "red"}, query.Colour{Value: busy, Colour: "orange"},
			query.Colour{Value: stalling, Colour: "orange"}, query.Colour{Value: collecting, Colour: "orange"},
			query.Colour{Value: starting, Colour: "blue"}, query.Colour{Value: unknown, Colour: "gray"}, query.Colour{Value: fine, Colour: "green"}),
	query.TextColumn("advice", "What to do", "What the verdict means for this process.", func(p process) string { _, a := p.judge(); return a }),
}
