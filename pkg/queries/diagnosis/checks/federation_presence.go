package checks

import (
	"fmt"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

const (
	// presenceJobs and presenceServlets are what handles presence, on whichever process. Source: Synapse 1.160,
	// handlers/presence.py, handlers/message.py, rest/client/presence.py, replication/http/presence.py.
	presenceJobs     query.Matcher = `name=~"presence.*|handle_presence_timeouts|persist_presence_changes|bump_presence_active_time"`
	presenceServlets query.Matcher = `servlet=~".*Presence.*"`
	// presenceShort is the CPU (cores) from which a process is short of it. Source: ours, below cpu-saturation's warning.
	presenceShort = 0.7
	// presenceFloor is the number of presence updates per second below which presence is not what costs. Source: ours.
	presenceFloor = 1.0
)

// presenceLadder goes from harmless to what users notice.
const presenceLadder = "1. Upgrade to Synapse 1.124 or later, where each user may set presence once in 10 seconds, and check that " +
	"nobody raised that (rc_presence.per_user). 2. From 1.156 on, raise presence.last_active_granularity, and leave " +
	"presence.include_offline_users_on_sync false. 3. Give presence a stream writer of its own (stream_writers.presence). " +
	"4. Last, presence.enabled: false, or \"untracked\" where a module needs presence: for users both are the same as off. " +
	"Steps 1 to 3 do not reduce what other homeservers send; after step 4 Synapse ignores it."

var federationPresence = Check{
	ID:    "federation-presence",
	Title: "Presence takes the CPU of a process that is short of it",
	Meaning: "Presence says who is online. Each change is told to everybody who shares a room, so on a busy server it can take a large " +
		"part of a process. It matters only where that process has no CPU left.",
	Decides: "Per process over 15 minutes: the part of its CPU that presence's requests and background jobs took, only where the process " +
		"used at least 0.7 cores. Below 1 presence update per second it does not judge; nor processes younger than 15 minutes.",
	Source: "The guide names presence as the usual cause of much federation traffic. Deciding by CPU and the shares are ours: more than " +
		"half of all EDUs is normal for any server with presence.",
	CannotKnow: "Presence within syncs, in handling incoming transactions, and its replication to workers is not counted apart, so the " +
		"true part is larger. How other programs or a container's limit take CPU away.",
	Unit:    "percentunit",
	Warning: Threshold(0.15), Critical: Threshold(0.3),
	PerProcess: true,
	Measures: func(w Where) map[string]string {
		return map[string]string{
			"share":   "topk by (server_name) (5, " + presenceShare(w) + ")",
			"cpu":     w.Process("rate(process_cpu_seconds_total%s" + w.Window(cpuWindow) + ")"),
			"busy":    w.Process("rate(python_twisted_reactor_tick_time_sum%s" + w.Window(cpuWindow) + ")"),
			"uptime":  w.Process("time() - process_start_time_seconds%s"),
			"jobs":    "count " + PerServer + "(synapse_background_process_ru_utime_seconds_total" + w.Selector() + ")",
			"updates": "sum " + PerServer + "(" + w.Rate("synapse_handler_presence_presence_updates_total", cpuWindow) + ")",
			"inbound": "sum " + PerServer + "(" + w.Rate("synapse_handler_presence_federation_presence_total", cpuWindow) + ")",
			"edus":    "sum " + PerServer + "(" + w.Rate("synapse_federation_client_sent_edus_total", cpuWindow) + ")",
			"sent":    "sum " + PerServer + "(" + w.Rate("synapse_federation_client_sent_edus_by_type_total", cpuWindow, query.Equal("type", "m.presence")) + ")",
		}
	},
	Signal: func(w Where) Signal { return Signal{PromQL: presenceShare(w), Subject: subjectOfProcess} },
	Judge:  judgePresence,
}

// presenceShare is presence's part of the CPU of each process that is short of it.
func presenceShare(w Where) string {
	cpu := w.Process("rate(process_cpu_seconds_total%s" + w.Window(cpuWindow) + ")")
	return fmt.Sprintf("%s / on (server_name, job, index, instance) (%s >= %g)", presenceCPU(w), cpu, presenceShort)
}

// presenceCPU adds up, per process, user and system time of requests and jobs. The numbers that it adds have the same
// labels but for their names, so each gets a label of its own: "or" would take the first only, "+" needs all.
func presenceCPU(w Where) string {
	var parts []string
	for _, what := range []struct {
		metric string
		with   query.Matcher
	}{{"synapse_background_process_ru_%stime_seconds_total", presenceJobs}, {"synapse_http_server_response_ru_%stime_seconds_total", presenceServlets}} {
		for _, time := range []string{"u", "s"} {
			parts = append(parts, fmt.Sprintf(`label_replace(%s, "part", "%d", "", "")`,
				w.Rate(fmt.Sprintf(what.metric, time), cpuWindow, what.with), len(parts)))
		}
	}
	return "sum " + PerProcess + "(" + strings.Join(parts, " or ") + ")"
}

func judgePresence(in Input) []Finding {
	switch {
	case !in.Has("cpu"):
		return Absent("process_cpu_seconds_total")
	case !in.Has("jobs"):
		return Absent("synapse_background_process_ru_utime_seconds_total")
	case !in.Has("updates") && in.Has("share") && in.Samples("share")[0].Value >= in.Warning: // something is handled, and dropped on the way here
		return Absent("synapse_handler_presence_presence_updates_total")
	case !in.Has("updates"):
		return Fine("No presence is counted: it is switched off, or the process that writes it is not scraped.")
	}
	updates := in.Total("updates")
	if updates < presenceFloor {
		return Fine(fmt.Sprintf("%s presence updates per second: too few to judge.", number(updates)))
	}
	var found []Finding
	highest := 0.0
	for _, p := range in.Samples("share") {
		cpu, _ := in.Of("cpu", p)
		busy, known := in.Of("busy", p)
		if uptime, ok := in.Of("uptime", p); ok && uptime < settled || known && busy < busyFloor {
			continue
		}
		highest = max(highest, p.Value)
		if p.Value < in.Warning {
			continue
		}
		found = append(found, in.Graded(p.Value, Finding{
			Subject: Subject{Name: p.Process()},
			Evidence: fmt.Sprintf("%s used %.2f cores over 15 minutes, and presence took at least %s of that (%.2f cores). %s",
				p.Process(), cpu, percent(p.Value), p.Value*cpu, presenceNumbers(in)),
			Advice: presenceLadder,
			Remedy: presenceRemedy(in),
		}))
	}
	if len(found) > 0 {
		return found
	}
	if highest == 0 {
		return Fine(fmt.Sprintf("No process that handles presence is short of CPU (%.1f cores). %s", presenceShort, presenceNumbers(in)))
	}
	f := Fine(fmt.Sprintf("Presence takes at most %s of a process that is short of CPU. %s", percent(highest), presenceNumbers(in)))
	f[0].Value, f[0].Threshold = &highest, Threshold(in.Warning)
	return f
}

func presenceNumbers(in Input) string {
	text := fmt.Sprintf("%s presence updates per second", number(in.Total("updates")))
	if in.Has("inbound") {
		text += fmt.Sprintf(", %s of them from other homeservers", number(in.Total("inbound")))
	}
	if edus := in.Total("edus"); edus > 0 {
		text += fmt.Sprintf("; %s of the EDUs sent are presence", percent(in.Total("sent")/edus))
	}
	return text + "."
}

func presenceRemedy(in Input) string {
	if in.Total("inbound") > in.Total("updates")/2 {
		return "Most updates come from other homeservers: steps 1 to 3 of the advice will not help much, a stream writer for presence moves the load at least."
	}
	return "Look at rc_presence.per_user in homeserver.yaml: the default is per_second: 0.1."
}
