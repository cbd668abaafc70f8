package main

import (
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// measures are a check's PromQL queries by name.
type measures = map[string]string

// decision is how one PromQL expression decides what a check decides. It is made of the check's own queries; only
// volume floors and second conditions are repeated here, and a test compares both on the laboratory's servers.
type decision struct {
	// value gives, per homeserver, the number that is compared with the check's threshold, and nothing where the check
	// would not judge.
	value func(measures) string
	// or are further expressions that have a series where something else is wrong. Then the value says nothing by itself.
	or func(measures) []string
	// worse: more than the number decides whether a warning is critical.
	worse bool
	// text is the alert's where the rule decides less than the check, else it comes from the check.
	text string
}

var promql = map[string]decision{
	"event-send-time": {value: func(m measures) string {
		return fmt.Sprintf("1 - (%s) / (%s >= 100)", m["slow"], m["sends"])
	}},
	"sync-time": {value: func(m measures) string { return worst(m["mean"]) }},
	"cpu-saturation": {value: func(m measures) string {
		return worst(m["cpu"] + unless(m["busy"]+" < 0.7") + young(m, 900))
	}},
	// The smaller growth of two days, in which it is 50 MiB as well; or two restarts from the same height of memory.
	"memory": {
		value: func(m measures) string {
			return worst("(" + lesser(m["day"], m["dayBefore"]) + ") >= on (server_name, job, index, instance) 50 * 2 ^ 20 / (" + m["memory"] + ")" +
				where(m["uptime"]+" >= 3 * 86400") + unless(m["entries"]+" >= 0.03"))
		},
		or: func(m measures) []string {
			return []string{worst("(" + m["kills"] + ") >= 2" + where("("+m["lowest"]+") >= on (server_name, job, index, instance) 0.85 * ("+m["peak"]+")"))}
		},
	},
	// Less those that most processes made with it: the median, rounded down. Of an even number of processes that is at
	// most one more than the check takes.
	"restarts": {value: func(m measures) string {
		each := "(" + m["restarts"] + ")"
		most := "floor(quantile by (server_name) (0.5, clamp_max(" + each + ", 3)))"
		several := "(count by (server_name) (" + each + ") > bool 1)"
		return worst(each + " - on (server_name) group_left () (" + most + " * on (server_name) " + several + ")")
	}},
	"reactor-lag": {
		value: func(m measures) string { return worst(m["busy"] + young(m, 900)) },
		or: func(m measures) []string {
			judged := young(m, 900) + unless(m["ticks"]+" < 1000")
			return []string{
				worst("(" + m["stalls"] + ") >= 10" + judged),
				worst("(" + m["away"] + ") > 5" + judged),
			}
		},
	},
	"database-cost": {worse: true, value: func(m measures) string {
		costliest := "topk by (server_name) (5, " + m["cost"] + ")"
		from := func(share float64) string {
			return fmt.Sprintf("(%s) >= on (server_name) group_left () %g * (%s)", costliest, share, m["totalCost"])
		}
		grown := from(0.05) + " unless on (server_name, desc) ((" + m["cost"] + ") < on (server_name, desc) 2 * (" + m["costBefore"] + "))" +
			" and on (server_name) (" + m["before"] + ") unless on (server_name) (" + m["young"] + " > 0.1) unless on (server_name) (" + m["youngBefore"] + " > 0.1)"
		return worst("((" + from(0.5) + unlessTransaction("persist_events") + ") or (" + grown + "))" + unlessTransaction(synapse.Maintenance))
	}},
	"database-chatty": {value: func(m measures) string {
		return worst("(" + m["calls"] + ") >= on (server_name) group_left () 0.2 * (" + m["totalCalls"] + ")" +
			" unless on (server_name, desc) ((" + m["cost"] + ") / on (server_name, desc) (" + m["calls"] + ") >= 0.005)" + unlessTransaction(synapse.Maintenance))
	}},
	"database-pool": {worse: true, value: func(m measures) string {
		return worst("(" + m["share"] + ")" + where(m["waits"]+" >= 1000") + where(m["used"]+" >= 0.8") + unless(m["busy"]+" > 0.8") + young(m, 900))
	}},
	"state-resolution": {value: func(m measures) string {
		both := func(of string) string {
			return fmt.Sprintf(`label_replace(%s, "of", "%s", "", "")`, lesser(m[of], m[of+"Hour"]), of)
		}
		return worst("(" + both("cpu") + " or " + both("db") + ")" + where(m["count"]+" >= 10") + young(m, 900))
	}},
	"federation-presence": {value: func(m measures) string {
		return worst(m["share"]+unless(m["busy"]+" < 0.7")+young(m, 900)) + " and on (server_name) " + "(" + m["updates"] + " >= 1)"
	}},
	"federation-lag": {
		value: late,
		or:    func(m measures) []string { return []string{fallsBehind(m)} },
	},
	"federation-inbound": {value: func(m measures) string {
		return fmt.Sprintf("%s and on (server_name) (%s >= 20)", m["least"], m["waiting"])
	}},
	"device-lists": {value: func(m measures) string {
		return fmt.Sprintf("%s and on (server_name) (%s > 0)", m["least"], m["lag"])
	}},
	"appservice-lag": {
		value: late,
		or: func(m measures) []string {
			return []string{
				fallsBehind(m),
				worst("(" + m["failed"] + ") unless on (server_name, service) (" + m["delivered"] + ")"),
			}
		},
	},
	"replication-lag": {
		value: func(m measures) string {
			return worst(fmt.Sprintf("(%s >= 5) / on (server_name, job, index, instance) ((%s >= 100) / 900)", m["queue"], m["updates"]) + young(m, 900))
		},
		or: func(m measures) []string {
			return []string{
				worst("("+m["connected"]+" == 0)"+young(m, 900)) + " and on (server_name) (" + worst(m["connected"]) + " > 0)",
				// Several, and none is connected; vector(0) stands for homeservers without a name, which may be two.
				"count by (server_name) ((" + m["connected"] + " == 0)" + young(m, 900) + ") >= 2 and on (server_name) (" + worst(m["connected"]) + " == 0) unless on (server_name) (" + m["heard"] + ") unless on (server_name) vector(0)",
				worst(m["behind"] + " >= 1000"),
			}
		},
	},
	"scrape-health": {
		value: func(m measures) string {
			return worst("(" + m["failed"] + ")" + where(m["scrapes"]+" >= 20") + where(m["uptime"]+" >= 3600"))
		},
		or: func(m measures) []string {
			enough := where(m["scrapes"] + " >= 20")
			return []string{
				worst(m["failing"]) + " == 1",
				worst("(" + m["duration"] + " >= on (server_name, job, index, instance) 0.5 * (" + m["timeout"] + "))" + enough),
				worst("(" + m["duration"] + unless(m["timeout"]) + enough + ") >= 5"), // half of Prometheus' own default
			}
		},
	},
	// Only that all of a homeserver is gone: which single metrics are missing is no one expression.
	"metric-coverage": {
		or: func(m measures) []string {
			return []string{
				`count by (server_name) (last_over_time(synapse_storage_schedule_time_count{server_name!=""}[6h])) unless on (server_name) (` + m["alive"] + ")",
				"absent(" + m["alive"] + ")",
			}
		},
		text: "Critical: within the last 10 minutes there was nothing from any Synapse process of this homeserver. It is down, or Prometheus does not reach it; all other rules are silent about it.",
	},
	// Without the rooms' verdicts, which PostgreSQL tells, by the events that went to such rooms.
	"extremities": {value: func(m measures) string {
		return fmt.Sprintf("1 - (%s) / ((%s) >= 100)", m["few"], m["events"])
	}},
	"cache-memory": {value: func(m measures) string {
		return worst(fmt.Sprintf("((%s) >= 1e9) / on (server_name, job, index, instance) (%s)", m["rss"], m["allocated"]) + young(m, 6*3600))
	}},
	"gc-pauses": {
		value: func(m measures) string { return worst(m["pause"] + young(m, 3600)) },
		or: func(m measures) []string {
			return []string{
				worst("(" + m["share"] + ") >= 0.05" + young(m, 3600)),
				worst("(" + m["spikes"] + ") >= 4.5" + young(m, 3600)),
			}
		},
	},
	"background-updates": {or: func(m measures) []string {
		return []string{worst(m["aborted"]), worst(m["disabled"]), worst(m["long"])}
	}},
}

// undecided says why checks that need Prometheus only have no rule: one that cries wolf is worse than none.
var undecided = map[string]string{
	"database-slow":    "several answers of one comparison with last week have to be weighed against each other",
	"cache-undersized": "with cache_autotuning a full cache is no fault, and no metric tells whether it is on",
	"workers":          "what each process does has to be found out first, to compare those that do the same",
}

// late is the share of events that a processor of events finished more than 10 s after they came.
func late(m measures) string {
	return worst(fmt.Sprintf("1 - %s / (%s >= 20)", m["prompt"], m["events"]) + where(m["position"]) + young(m, 1800))
}

// fallsBehind has the processors that were far behind all the time and are further behind than before.
func fallsBehind(m measures) string {
	return worst(fmt.Sprintf("(%[1]s >= 100)%[2]s and on (server_name, job, index, instance) (%[3]s > on (server_name, job, index, instance) %[4]s)",
		m["least"], where("("+m["least"]+") >= on (server_name) group_left () 60 * "+m["flow"]), m["behind"], m["before"]) + young(m, 1800))
}

// lesser is the smaller of two numbers of the same process.
func lesser(a, b string) string {
	return fmt.Sprintf("(%[1]s <= %[2]s) or (%[2]s < %[1]s)", a, b)
}

// worst leaves the highest of a homeserver.
func worst(expression string) string { return "max by (server_name) (" + expression + ")" }

// unless leaves out the processes that another expression has.
func unless(expression string) string {
	return " unless on (server_name, job, index, instance) (" + expression + ")"
}

// where leaves only the processes that another expression has.
func where(expression string) string {
	return " and on (server_name, job, index, instance) (" + expression + ")"
}

// unlessTransaction leaves out the transactions that a regular expression names.
func unlessTransaction(expression string) string {
	calls := synapse.TransactionCount
	return fmt.Sprintf(` unless on (server_name, desc) last_over_time({__name__=~"%s|%s",desc=~"%s"}[1h])`, calls.Name, calls.Older, expression)
}

// young leaves out the processes that started less than some seconds ago.
func young(m measures, seconds int) string {
	return unless(fmt.Sprintf("%s < %d", m["uptime"], seconds))
}
