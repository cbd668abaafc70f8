package checks

import (
	"fmt"
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// stateLong is the second window that must be above the threshold: the join of one huge room fills the short one only. The
// counters of the biggest room grow every two minutes (state/__init__.py).
const stateLong = time.Hour

// oneRoom is the part of the time from which one room is named in the evidence.
const oneRoom = 0.5

var (
	enoughResolutions = limits.Limit{Name: "enoughResolutions", Value: 10, Meaning: "number of state resolutions within 15 minutes from which a process is judged", Source: "ours"}
	manyStates        = limits.Limit{Name: "manyStates", Value: 10, Meaning: "number of states above which the evidence counts a resolution as large", Source: "a bucket of the histogram"}

	stateCPU     = measure("cpu", func(s Scope) string { return stateRate(s, metrics.StateResCPU, shortWindow) })
	stateCPUHour = measure("cpuHour", func(s Scope) string { return stateRate(s, metrics.StateResCPU, stateLong) })
	stateDB      = measure("db", func(s Scope) string { return stateRate(s, metrics.StateResDB, shortWindow) })
	stateDBHour  = measure("dbHour", func(s Scope) string { return stateRate(s, metrics.StateResDB, stateLong) })
	stateCount   = measure("count", func(s Scope) string {
		return s.SumPerProcess(s.Increase(metrics.StateResCPU.Count(), shortWindow)) + " > 0"
	})
	stateCPURoom = measure("cpuRoom", func(s Scope) string { return biggestRoom(s, metrics.StateResBiggestCPU, metrics.StateResCPU) })
	stateDBRoom  = measure("dbRoom", func(s Scope) string { return biggestRoom(s, metrics.StateResBiggestDB, metrics.StateResDB) })
	stateEvents  = measure("events", func(s Scope) string { return s.Sum(s.Rate(metrics.PersistedEvents.Series(), shortWindow)) })
	// stateMerges are resolutions that had several states to merge, stateSmall those that had few.
	stateMerges = measure("conflict", func(s Scope) string { return s.Sum(s.Increase(metrics.StateGroupsInResolution.Count(), shortWindow)) })
	stateSmall  = measure("small", func(s Scope) string {
		return s.Sum(s.Increase(metrics.StateGroupsInResolution.Bucket(), shortWindow, upTo(plain(manyStates.Value))))
	})
	// stateWorse is the larger of the two, without a function that takes two vectors.
	stateWorse = measure("worse", func(s Scope) string {
		return "max by (" + s.PerProcess() + `) (label_replace(` + stateSum(s, metrics.StateResCPU, shortWindow) + `, "of", "cpu", "", "") or label_replace(` +
			stateSum(s, metrics.StateResDB, shortWindow) + `, "of", "db", "", ""))`
	})
)

func stateSum(s Scope, m *metrics.Metric, d time.Duration) string {
	return s.SumPerProcess(s.Rate(m.Sum(), d))
}

func stateRate(s Scope, m *metrics.Metric, d time.Duration) string {
	return "topk by (server_name) (5, " + stateSum(s, m, d) + ")"
}

func biggestRoom(s Scope, biggest, all *metrics.Metric) string {
	return s.Sum(s.Increase(biggest.Series(), stateLong)) + " / " + s.Sum(s.Increase(all.Sum(), stateLong)+" > 0")
}

var stateResolution = Check{
	ID:    "state-resolution",
	Topic: "State resolution",
	Title: "State resolution takes much time",
	Meaning: "Where the history of a room has split, Synapse must merge the states of the branches before it can add an event. In large rooms with many branches one " +
		"resolution takes seconds, and everything else in the process waits.",
	Decides: "Per process: seconds of CPU or of database time per second on state resolution, whichever is more (warning from {warning}, critical from {critical}), in the last 15 minutes and in the " +
		"last hour. Processes with fewer than {enoughResolutions} resolutions in 15 minutes or younger than {young} are not judged.",
	CannotKnow: "Which room it is: no metric names rooms. The time of the biggest room adds up over intervals of two minutes, so it may be another room each time. " +
		"CPU is that of the event loop only.",
	Thresholds: limits.Thresholds{
		Check: "state-resolution", Warning: limits.At(0.1), Critical: limits.At(0.3), Unit: "none", WarningOf: "seconds per second", CriticalOf: "seconds per second",
		Source: "ours: a tenth and a third of a process",
	},
	Limits: []limits.Limit{enoughResolutions, limits.Young, manyStates},
	Steps: []string{
		"Open \"Rooms with more than ten forward extremities\": these rooms have split. Send a message to such a room from a local account: it merges up to ten branches.",
		"Find the room in the log: in the log configuration, under loggers, give `synapse.state.metrics` the level DEBUG and send SIGHUP to the process. Every two minutes it logs the " +
			"\"biggest rooms for state-res\".",
		"If nobody needs a large room, let its local members leave it.",
		"After the join of a huge room, wait: it passes.",
	},
	Causes:      whenFound("extremities"),
	Panel:       "state-resolution-cpu",
	Completions: true,
	PerProcess:  true,
	Measures:    []*Measurement{stateCPU, stateCPUHour, stateDB, stateDBHour, stateCount, stateCPURoom, stateDBRoom, stateEvents, stateMerges, stateSmall, uptime},
	Signal:      &Signal{Measurement: stateWorse, Subject: subjectOfProcess},
	Judge:       judgeStateResolution,
	Rule: Rule{Expr: `
max by (server_name) (
  (
    ({{.cpu}} >= {{.threshold}} and on ({{.by}}) {{.cpuHour}} >= {{.threshold}})
    or on ({{.by}})
    ({{.db}} >= {{.threshold}} and on ({{.by}}) {{.dbHour}} >= {{.threshold}})
  )
  and on ({{.by}}) {{.count}} >= {{.enoughResolutions}}
  unless on ({{.by}}) {{.uptime}} < {{.young}}
)`},
}

func judgeStateResolution(in Input) []Finding {
	switch {
	case !in.Has(stateCPU) && in.Has(stateEvents) && in.Total(stateMerges) < enoughResolutions.Value:
		return okFinding("No state resolution was needed since Synapse started.")
	case !in.Has(stateCPU):
		return metricMissing(metrics.StateResCPU)
	}
	judged := slices.DeleteFunc(in.settled(stateCount, limits.Young), func(p Sample) bool { return p.Value < enoughResolutions.Value })
	highest := 0.0
	found := judgeEach(judged, func(p Sample) Finding {
		f := judgeStateOf(in, p)
		highest = max(highest, *f.Value)
		return f
	})
	switch {
	case len(found) > 0:
		return found
	case len(judged) == 0:
		return okFinding(fmt.Sprintf("No process that has run for %s made %s state resolutions in 15 min: too few to judge.", limits.Young, enoughResolutions))
	}
	return []Finding{in.graded(highest, Finding{
		Evidence: fmt.Sprintf("At most %s per second in one process (CPU or database time), in the last 15 min and the last hour.", words.Seconds(highest)) + stateRooms(in),
	})}
}

func judgeStateOf(in Input, p Sample) Finding {
	// What is over, and what has only just begun, does not count. Unknown: not among the five that took most.
	both := func(recent, long *Measurement) (now, least float64) {
		now, _ = in.ValueFor(recent, p)
		hour, _ := in.ValueFor(long, p)
		return now, min(now, hour)
	}
	cpuNow, value := both(stateCPU, stateCPUHour)
	dbNow, db := both(stateDB, stateDBHour)
	kind := "CPU"
	if db > value {
		value, kind = db, "database time"
	}
	return in.graded(value, Finding{
		Subject: Subject{Name: p.Process()}, Takes: Amounts{LoopTime: cpuNow, DatabaseTime: dbNow},
		Evidence: fmt.Sprintf("%s of CPU and %s of database time per second for %s in 15 min, at least %s of %s over the last hour.",
			words.Seconds(cpuNow), words.Seconds(dbNow), words.Count(p.Value, "state resolution", "state resolutions"), words.Seconds(value), kind) + stateRooms(in),
	})
}

func stateRooms(in Input) string {
	room, large := "", ""
	if share := max(in.Total(stateCPURoom), in.Total(stateDBRoom)); share >= oneRoom {
		room = "the biggest room of every two minutes took " + words.Percent(min(1, share)) + " of it"
	}
	if all := in.Total(stateMerges); all > 0 && in.Has(stateSmall) {
		if share := 1 - in.Total(stateSmall)/all; share >= 0.01 {
			large = fmt.Sprintf("%s of the resolutions merged more than %s states", words.Percent(share), manyStates)
		}
	}
	return sentence(room, large)
}
