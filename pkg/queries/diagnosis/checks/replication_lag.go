package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

const (
	replicationWindow = 15 * time.Minute
	// connectionWindow is how long a connection must be gone, or nothing be heard. Source: ours.
	connectionWindow = 5 * time.Minute
	// enoughUpdates within replicationWindow make a mean wait. Source: ours.
	enoughUpdates = 100.0
	// waitingUpdates is the mean length of the queue below which nobody waits. Source: ours.
	waitingUpdates = 5.0
	// eventsBehind is how many events a follower of the stream may be behind all the time. Source: ours.
	eventsBehind = 1000.0
)

// followers read the stream of events and say how far they came. The federation sender and the sender to bridges have
// checks of their own.
const followers query.Matcher = `name=~"user_dir|stats|presence|delayed_events|room_forgetter"`

var replicationLag = Check{
	ID:    "replication-lag",
	Title: "A process lags behind the others",
	Meaning: "Processes tell each other through Redis what happened. One that does not keep up serves old answers: messages arrive late in sync, " +
		"caches hold what is no longer true.",
	Decides: "Per process over 15 minutes: the mean wait of an update in its queue, as the queue's mean length divided by the updates received (with at least 100 updates and 5 waiting). " +
		"Critical as well: a process without any connection for replication while others have one, or several of which none has one and none hears of another. " +
		"A follower of the stream of events (statistics, user directory, presence) that was 1000 events behind all the time is a warning.",
	Source:     "Synapse's replication metrics; the queue is seen at each scrape. The numbers are ours.",
	CannotKnow: "How long an update waits in Redis, and whether updates were lost while the connection was down. With one process there is no replication.",
	Unit:       "s",
	Warning:    Threshold(1), Critical: Threshold(10),
	Causes:     []string{"cpu-saturation", "reactor-lag", "gc-pauses", "database-slow"},
	PerProcess: true,
	Measures: func(w Where) map[string]string {
		window := w.Window(replicationWindow)
		queue := "avg_over_time(synapse_replication_tcp_command_queue" + w.Selector() + window + ")"
		return map[string]string{
			"queue":     "sum " + PerProcess + "(" + queue + ")",
			"stream":    "topk " + PerProcess + "(1, " + queue + " > 1)",
			"updates":   "sum " + PerProcess + "(" + w.Increase("synapse_replication_tcp_protocol_inbound_rdata_count_total", replicationWindow) + ")",
			"heard":     "sum " + PerProcess + "(" + w.Increase("synapse_replication_tcp_protocol_inbound_rdata_count_total", connectionWindow) + ") >= 1",
			"connected": "max " + PerProcess + "(max_over_time(synapse_replication_tcp_resource_total_connections" + w.Selector() + w.Window(connectionWindow) + "))",
			"behind": "min_over_time((max by (server_name) (synapse_event_persisted_position" + w.Selector() + ") - on (server_name) group_right () " +
				"max by (server_name, name) (synapse_event_processing_positions" + w.Selector(followers) + "))" + fmt.Sprintf("[%ds:1m])", int(replicationWindow.Seconds())),
			"uptime": uptimes(w),
		}
	},
	Signal: func(w Where) Signal { return Signal{PromQL: updateWait(w), Subject: subjectOfProcess} },
	Judge:  judgeReplication,
}

// updateWait is the mean wait by Little's law: what waits, divided by what arrives.
func updateWait(w Where) string {
	return "sum " + PerProcess + "(avg_over_time(synapse_replication_tcp_command_queue" + w.Selector() + w.Window(replicationWindow) + ")) / (sum " + PerProcess +
		"(" + w.Rate("synapse_replication_tcp_protocol_inbound_rdata_count_total", replicationWindow) + ") > 0)"
}

func judgeReplication(in Input) []Finding {
	if !in.Has("queue") {
		return Absent("synapse_replication_tcp_command_queue")
	}
	found := append(disconnected(in), waiting(in)...)
	found = append(found, followersBehind(in)...)
	if len(found) > 0 {
		return found
	}
	if in.Total("updates") < enoughUpdates {
		return Fine("The processes told each other next to nothing within 15 minutes, or there is only one: nothing to judge.")
	}
	longest := in.Samples("queue")[0]
	return Fine(fmt.Sprintf("The longest queue of updates is that of %s: %s on average over 15 minutes.", longest.Process(), number(longest.Value)))
}

// disconnected are processes that hear nothing of the others.
func disconnected(in Input) []Finding {
	connections := in.Samples("connected")
	var lost []Sample
	for _, p := range connections {
		if uptime, ok := in.Of("uptime", p); p.Value == 0 && (!ok || uptime >= settled) {
			lost = append(lost, p)
		}
	}
	if len(lost) == 0 {
		return nil
	}
	switch {
	case connections[0].Value > 0:
	case in.Server == "" || len(lost) < 2 || in.Has("heard"): // where homeservers have no names, these may be two that know nothing of each other
		return nil
	default:
		return nobodyConnected(lost)
	}
	var found []Finding
	for _, p := range lost {
		found = append(found, Finding{
			Subject: Subject{Name: p.Process()}, Severity: Critical, Confidence: 0.9, NotCausedBy: noLoad,
			Title:    p.Process() + " has lost its connection to the other processes",
			Evidence: fmt.Sprintf("%s had no connection for replication at any scrape of the last 5 minutes; %s has %.0f.", p.Process(), connections[0].Process(), connections[0].Value),
			Advice:   "See whether Redis runs and whether this process reaches it: its log says why it can't connect. It reconnects by itself; restart it only if Redis answers others and not it.",
			Remedy:   "Read the log of " + p.Process() + " for Redis or replication.",
		})
	}
	return found
}

// nobodyConnected: one process alone needs no connection, several can't do without.
func nobodyConnected(processes []Sample) []Finding {
	var names []string
	for _, p := range processes {
		names = append(names, p.Process())
	}
	return []Finding{{
		Severity: Critical, Confidence: 0.9, NotCausedBy: noLoad,
		Title:    "The processes have lost each other",
		Evidence: fmt.Sprintf("None of %d processes (%s) had a connection for replication at any scrape of the last 5 minutes, and 0 updates reached one of them.", len(processes), list(names)),
		Advice:   "See whether Redis runs, and whether the processes reach it: their logs say why they can't connect. They reconnect by themselves once it answers; don't restart them before.",
		Remedy:   "See whether Redis runs.",
	}}
}

// noLoad are causes of being late, which do not cut a connection.
var noLoad = []string{"cpu-saturation", "reactor-lag", "gc-pauses", "database-slow"}

func waiting(in Input) []Finding {
	var found []Finding
	for _, p := range in.Samples("queue") {
		updates, _ := in.Of("updates", p)
		if uptime, ok := in.Of("uptime", p); ok && uptime < settled || p.Value < waitingUpdates || updates < enoughUpdates {
			continue
		}
		wait := p.Value / (updates / replicationWindow.Seconds())
		f := in.Graded(wait, Finding{
			Subject: Subject{Name: p.Process()},
			Title:   p.Process() + " lags behind the others",
			Evidence: fmt.Sprintf("%s updates waited in %s on average over 15 minutes%s, and %s a second arrived: each waited about %s.",
				number(p.Value), p.Process(), fullestStream(in, p), number(updates/replicationWindow.Seconds()), seconds(wait)),
			Advice: "It is a symptom of a process that is too busy or waits for its database: see its CPU and event loop first. " +
				"A burst, such as the join of a huge room, passes. If it stays, take work off this process: fewer users, or a stream for itself.",
			Remedy: "Query type resources, format processes, for " + p.Process() + ".",
		})
		if f.Severity > OK {
			found = append(found, f)
		}
	}
	return found
}

func fullestStream(in Input, p Sample) string {
	for _, s := range in.Samples("stream") {
		if sameProcess(s.metric, p.metric) {
			return ", most of them of the stream " + s.Label("stream_name")
		}
	}
	return ""
}

func followersBehind(in Input) []Finding {
	var found []Finding
	for _, s := range in.Samples("behind") {
		if s.Value < eventsBehind {
			continue
		}
		behind := s.Value
		found = append(found, Finding{
			Subject: Subject{Name: s.Label("name")}, Severity: Warning, Value: &behind, Threshold: Threshold(eventsBehind), Unit: "none", Confidence: 0.8,
			Title:    "The stream of events is not followed: " + s.Label("name"),
			Evidence: fmt.Sprintf("%s was at least %.0f events behind the newest one during all of the last 15 minutes.", s.Label("name"), behind),
			Advice:   "See whether the process that does this job runs, and its log for an error that repeats: one event that it can't handle stops it. After a long outage it catches up by itself.",
			Remedy:   "Read the log of the process with this job.",
		})
	}
	return found
}
