package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

const (
	poolWindow = 15 * time.Minute
	// poolFloor is the number of transactions of a process below which a share of waits says nothing. Ours.
	poolFloor = 1000.0
	// poolUse and poolFull are the parts of a pool's connections in use, on average, that make waits a matter of the
	// pool. Source: ours.
	poolUse, poolFull = 0.8, 0.95
	// waitEdge is the bound of the histogram above which a wait is long. Source: ours.
	waitEdge = "0.1"
)

// poolName matches the thread pools that hold connections: one per database of the configuration.
const poolName query.Matcher = `name=~"database-.*"`

var databasePool = Check{
	ID:      "database-pool",
	Title:   "Transactions wait for a database connection",
	Meaning: "Every process has a few connections to PostgreSQL. When all are busy, each further transaction waits, however quick it is itself.",
	Decides: "Per process over 15 minutes: the share of transactions that waited more than 100 ms for a connection, together with the mean share of the pool in use: 1 % and 80 % " +
		"is a warning, 5 % and 95 % critical. A process whose loop is busy for more than 80 % waits for itself: that is an info. Below 1000 transactions, and within 15 minutes of a start, it does not judge.",
	Source: "Synapse's schedule time and thread pool metrics. All numbers are ours: none is published.",
	CannotKnow: "The wait is measured from the loop to the thread, so it holds the hand-over inside Python and reconnections. The use of the pool is sampled at each scrape only, " +
		"and up to three threads that fetch events may hold a connection while idle. Which transaction holds the connections is not told directly.",
	Unit:    "percentunit",
	Warning: Threshold(0.01), Critical: Threshold(0.05),
	Causes:     []string{"cpu-saturation", "database-slow", "database-cost"},
	PerProcess: true,
	Measures: func(w Where) map[string]string {
		waits := func(part string, more ...query.Matcher) string {
			return "sum " + PerProcess + "(" + w.Increase("synapse_storage_schedule_time"+part, poolWindow, more...) + ")"
		}
		return map[string]string{
			"waits": waits("_count"),
			"share": poolShare(w),
			"used": "max " + PerProcess + "(avg_over_time(synapse_threadpool_working_threads" + w.Selector(poolName) + w.Window(poolWindow) +
				") / synapse_threadpool_max_threads" + w.Selector(poolName) + ")",
			"size":   "sum " + PerProcess + "(synapse_threadpool_max_threads" + w.Selector(poolName) + ")",
			"pools":  "sum " + PerServer + "(synapse_threadpool_max_threads" + w.Homeserver().Selector(poolName) + ")",
			"busy":   w.Process("rate(python_twisted_reactor_tick_time_sum%s" + w.Window(cpuWindow) + ")"),
			"uptime": w.Process("time() - process_start_time_seconds%s"),
		}
	},
	Read: readConnections, ReadOnce: "connections",
	Signal: func(w Where) Signal { return Signal{PromQL: poolShare(w), Subject: subjectOfProcess} },
	Judge:  judgeDatabasePool,
}

// poolShare is the share of each process's waits that took more than 100 ms.
func poolShare(w Where) string {
	waits := func(part string, more ...query.Matcher) string {
		return "sum " + PerProcess + "(" + w.Rate("synapse_storage_schedule_time"+part, poolWindow, more...) + ")"
	}
	return "1 - " + waits("_bucket", within(waitEdge)) + " / (" + waits("_count") + " > 0)"
}

func judgeDatabasePool(in Input) []Finding {
	if !in.Has("waits") {
		return Absent("synapse_storage_schedule_time")
	}
	if !in.Has("used") {
		return Absent("synapse_threadpool_working_threads")
	}
	if !in.Has("share") {
		return Absent("synapse_storage_schedule_time_bucket")
	}
	var found []Finding
	judged, worst := 0, Sample{Value: -1}
	for _, p := range in.Samples("share") {
		waits, _ := in.Of("waits", p)
		if uptime, ok := in.Of("uptime", p); waits < poolFloor || ok && uptime < settled {
			continue
		}
		judged++
		if p.Value > worst.Value {
			worst = p
		}
		if f := poolFinding(in, p, waits); f.Severity > OK {
			found = append(found, f)
		}
	}
	switch {
	case len(found) > 0:
		return found
	case judged == 0:
		return Fine("No process made 1000 transactions within 15 minutes: too few to judge.")
	}
	used, _ := in.Of("used", worst)
	return Fine(fmt.Sprintf("Most waits are on %s: %s took more than 100 ms, with %s of its connections in use.", worst.Process(), percent(worst.Value), percent(used)))
}

func poolFinding(in Input, p Sample, waits float64) Finding {
	used, known := in.Of("used", p)
	busy, busyKnown := in.Of("busy", p)
	size, _ := in.Of("size", p)
	full := busyKnown && busy > synapse.FullShare
	f := in.Graded(p.Value, Finding{
		Subject: Subject{Name: p.Process()},
		Title:   "Transactions of " + p.Process() + " wait for a database connection",
		Evidence: fmt.Sprintf("%s of %.0f transactions of %s waited more than 100 ms for a connection within 15 minutes; on average %s of its %.0f connections were in use and its loop was busy %s of the time.",
			percent(p.Value), waits, p.Process(), percent(used), size, busyText(busy, busyKnown)),
		Remedy: "Query type transactions, format table, for this process: what holds the connections?",
	})
	if f.Severity == OK {
		return f
	}
	if full {
		f.Severity = Info
		f.Title = "Transactions of " + p.Process() + " wait for a process that is full"
		f.Advice = "These waits are the process's own: it is too busy to hand transactions over. See to its processor time; more connections would not help."
		f.NotCausedBy = []string{"database-slow", "database-cost"}
		return f
	}
	switch {
	case !known || used < poolUse:
		return Finding{}
	case used < poolFull:
		f.Severity = min(f.Severity, Warning)
		f.Threshold = Threshold(in.Warning)
	}
	f.NotCausedBy = []string{"cpu-saturation"}
	f.Advice = "First find the transactions that hold the connections: a few long ones keep all others waiting, and more connections only let more of them run at once. " + poolBudget(in)
	return f
}

// poolBudget says whether there is room for more connections; without that nobody should raise cp_max.
func poolBudget(in Input) string {
	pools := in.Total("pools")
	c, ok := in.Rows.(connections)
	switch {
	case !ok || c.Replica:
		return fmt.Sprintf("Before you think of a larger database.args.cp_max: the pools of all processes may open %.0f connections together already, and PostgreSQL's max_connections is 100 by default; how many it allows here is not known.", pools)
	case pools+connectionReserve < float64(c.available()):
		return fmt.Sprintf("If they are many short ones, there is room for a larger database.args.cp_max: the pools of all processes may open %.0f connections together, PostgreSQL allows %d, and %d should stay free.",
			pools, c.available(), connectionReserve)
	}
	return fmt.Sprintf("There is no room for a larger database.args.cp_max: the pools of all processes may open %.0f connections together and PostgreSQL allows %d.", pools, c.available())
}
