package checks

import (
	"fmt"
	"strings"
	"time"
)

const (
	// stateRecent and stateLong are the two windows that must both be above the threshold: the join of one huge room fills
	// the first only. The counters of the biggest room grow every two minutes. Source: ours; state/__init__.py.
	stateRecent = 15 * time.Minute
	stateLong   = time.Hour
	// stateFloor is the number of resolutions in 15 minutes below which it does not judge. Source: ours.
	stateFloor = 10.0
	// oneRoom is the part of the time from which one room stands out. Source: ours.
	oneRoom = 0.5
)

var stateResolution = Check{
	ID:    "state-resolution",
	Title: "Resolving room states takes much time",
	Meaning: "Where the history of a room has split, Synapse must bring the states of the branches together before an event can be added. In large rooms with " +
		"many branches one resolution takes seconds, and everything else of the process waits meanwhile.",
	Decides: "Per process: seconds of CPU or of database time per second, whichever is more, spent on state resolution, within the last 15 minutes and within the last hour. " +
		"Below 10 resolutions in 15 minutes it does not judge, nor processes younger than 15 minutes.",
	Source: "Synapse's state resolution metrics. 0.1 and 0.3 are ours: a tenth and a third of a process.",
	CannotKnow: "Which room it is: no metric names rooms. The time of the biggest room is added up over intervals of two minutes, so it may be another room each time. " +
		"CPU is that of the event loop only.",
	Unit:    "none",
	Warning: Threshold(0.1), Critical: Threshold(0.3),
	Causes:     []string{"extremities"},
	PerProcess: true,
	Measures: func(w Where) map[string]string {
		biggest := func(of string) string {
			return fmt.Sprintf("sum %s(%s) / sum %s(%s > 0)", PerServer, w.Increase("synapse_state_res_"+of+"_for_biggest_room_seconds_total", stateLong),
				PerServer, w.Increase("synapse_state_res_"+of+"_for_all_rooms_seconds_sum", stateLong))
		}
		return map[string]string{
			"cpu":      topFive(stateRate(w, "cpu", stateRecent)),
			"cpuHour":  topFive(stateRate(w, "cpu", stateLong)),
			"db":       topFive(stateRate(w, "db", stateRecent)),
			"dbHour":   topFive(stateRate(w, "db", stateLong)),
			"count":    "sum " + PerProcess + "(" + w.Increase("synapse_state_res_cpu_for_all_rooms_seconds_count", stateRecent) + ") > 0",
			"cpuRoom":  biggest("cpu"),
			"dbRoom":   biggest("db"),
			"events":   "sum " + PerServer + "(" + w.Rate("synapse_storage_events_persisted_events_total", stateRecent) + ")",
			"conflict": "sum " + PerServer + "(" + w.Increase("synapse_state_number_state_groups_in_resolution_count", stateRecent) + ")",
			"large":    "sum " + PerServer + "(" + w.Increase("synapse_state_number_state_groups_in_resolution_bucket", stateRecent, within("10")) + ")",
			"uptime":   w.Process("time() - process_start_time_seconds%s"),
		}
	},
	Signal: func(w Where) Signal {
		// The larger of the two, without a function that takes two vectors.
		cpu, db := stateRate(w, "cpu", stateRecent), stateRate(w, "db", stateRecent)
		return Signal{PromQL: fmt.Sprintf("max %s(label_replace(%s, \"of\", \"cpu\", \"\", \"\") or label_replace(%s, \"of\", \"db\", \"\", \"\"))", PerProcess, cpu, db), Subject: subjectOfProcess}
	},
	Judge: judgeStateResolution,
}

func topFive(vector string) string { return "topk by (server_name) (5, " + vector + ")" }

func stateRate(w Where, of string, d time.Duration) string {
	return "sum " + PerProcess + "(" + w.Rate("synapse_state_res_"+of+"_for_all_rooms_seconds_sum", d) + ")"
}

func judgeStateResolution(in Input) []Finding {
	if !in.Has("cpu") {
		if in.Has("events") && in.Total("conflict") < stateFloor {
			return Fine("No room's state had to be resolved since Synapse started.")
		}
		return Absent("synapse_state_res_cpu_for_all_rooms_seconds_sum")
	}
	if total := in.Total("count"); total < stateFloor {
		return Fine(fmt.Sprintf("State resolutions in 15 minutes: %.0f, too few to judge.", total))
	}
	var found []Finding
	highest := 0.0
	for _, p := range in.processes("cpu", "db") {
		cpu, db := in.both("cpu", "cpuHour", p), in.both("db", "dbHour", p)
		value, kind := cpu, "CPU"
		if db > cpu {
			value, kind = db, "database"
		}
		if uptime, known := in.Of("uptime", p); known && uptime < settled {
			continue
		}
		if count, _ := in.Of("count", p); count < stateFloor {
			continue
		}
		highest = max(highest, value)
		if in.Grade(value) == OK {
			continue
		}
		count, _ := in.Of("count", p)
		cpuNow, _ := in.Of("cpu", p)
		dbNow, _ := in.Of("db", p)
		f := in.Graded(value, Finding{
			Subject: Subject{Name: p.Process()},
			Evidence: fmt.Sprintf("%s spent %s of CPU and %s of database time per second on %.0f state resolutions in 15 minutes, and at least %s of %s time over the last hour.%s",
				p.Process(), seconds(cpuNow), seconds(dbNow), count, seconds(value), kind, stateRooms(in)),
			Advice: "1. Find the room: the list of rooms by forward extremities shows those that have split. 2. Set the logger synapse.state.metrics to DEBUG for an hour: every two minutes it names the " +
				"rooms that took most. 3. Bring that room's branches together (see extremities). 4. A large room that nobody needs: let its local members leave.",
			Remedy: "In the log configuration, under loggers: synapse.state.metrics: {level: DEBUG}; then look for \"biggest rooms for state-res\".",
		})
		found = append(found, f)
	}
	if len(found) > 0 {
		return found
	}
	f := Fine(fmt.Sprintf("The process that resolves most spends %s per second on it (CPU or database time).%s", seconds(highest), stateRooms(in)))
	f[0].Value, f[0].Threshold = &highest, Threshold(in.Warning)
	return f
}

// both is the lesser of the recent and the longer rate: what is over, and what has only just begun, does not count.
func (in Input) both(recent, long string, p Sample) float64 {
	now, _ := in.Of(recent, p)
	hour, _ := in.Of(long, p) // unknown: not among the five that took most
	return min(now, hour)
}

// processes are those of several measurements, each once.
func (in Input) processes(names ...string) []Sample {
	var all []Sample
	seen := map[string]bool{}
	for _, name := range names {
		for _, s := range in.Samples(name) {
			if key := s.Process() + " " + s.Label("instance"); !seen[key] {
				seen[key] = true
				all = append(all, s)
			}
		}
	}
	return all
}

func stateRooms(in Input) string {
	var parts []string
	share := max(in.Total("cpuRoom"), in.Total("dbRoom"))
	if share >= oneRoom {
		parts = append(parts, fmt.Sprintf(" The biggest room of each two minutes took %s of it.", percent(min(1, share))))
	}
	if all := in.Total("conflict"); all > 0 && in.Has("large") {
		if large := 1 - in.Total("large")/all; large >= 0.01 {
			parts = append(parts, fmt.Sprintf(" %s of them brought more than 10 states together.", percent(large)))
		}
	}
	return strings.Join(parts, "")
}
