package checks

import (
	"fmt"
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// connectionWindow is how long a connection must be gone, or nothing be received.
const connectionWindow = 5 * time.Minute

// followers read the stream of events and report how far they came. The federation sender and the sender to bridges have
// checks of their own.
const followers query.Matcher = `name=~"user_dir|stats|presence|delayed_events|room_forgetter"`

var (
	enoughUpdates  = limits.Limit{Name: "enoughUpdates", Value: 100, Meaning: "number of updates within 15 minutes from which a wait is judged", Source: "ours"}
	waitingUpdates = limits.Limit{Name: "someWaiting", Value: 5, Meaning: "mean number of waiting updates below which a wait does not matter", Source: "ours"}
	eventsBehind   = limits.Limit{Name: "eventsBehind", Value: 1000, Meaning: "number of events that a consumer of the event stream was behind all the time", Source: "ours"}

	replicationQueue = measure("queue", func(s Scope) string { return s.SumPerProcess(replicationQueues(s)) })
	// replicationWait is the mean wait by Little's law: what waits, divided by what arrives.
	replicationWait = measure("wait", func(s Scope) string {
		return s.SumPerProcess(replicationQueues(s)) + " / (" + s.SumPerProcess(s.Rate(metrics.ReplicationInbound.Series(), shortWindow)) + " > 0)"
	})
	replicationStream  = measure("stream", func(s Scope) string { return "topk by (" + s.PerProcess() + ") (1, " + replicationQueues(s) + " > 1)" })
	replicationUpdates = measure("updates", func(s Scope) string {
		return s.SumPerProcess(s.Increase(metrics.ReplicationInbound.Series(), shortWindow))
	})
	replicationHeard = measure("heard", func(s Scope) string {
		return s.SumPerProcess(s.Increase(metrics.ReplicationInbound.Series(), connectionWindow)) + " >= 1"
	})
	replicationConnected = measure("connected", func(s Scope) string {
		return "max by (" + s.PerProcess() + ") (" + s.Over("max_over_time", metrics.ReplicationConnections.Series(), connectionWindow) + ")"
	})
	followersBehind = measure("behind", func(s Scope) string {
		return fmt.Sprintf("min_over_time((%s - on (server_name) group_right () %s)[%ds:1m])", s.Max(s.Now(metrics.EventPosition.Series())),
			s.Max(s.Now(metrics.ProcessingPosition.Series(), followers), "name"), int(shortWindow.Seconds()))
	})
)

func replicationQueues(s Scope) string {
	return s.Over("avg_over_time", metrics.ReplicationQueue.Series(), shortWindow)
}

var replicationLag = Check{
	ID:    "replication-lag",
	Topic: "Replication",
	Title: "Replication backlog",
	Meaning: "Processes tell each other through Redis what has changed. A process that does not keep up serves old answers: messages arrive late in sync, and caches hold " +
		"what is no longer true.",
	Decides: "Per process over 15 minutes: the mean wait of an update in its queue (warning from {warning}, critical from {critical}), with at least {enoughUpdates} updates received and {someWaiting} waiting. " +
		"Critical too: a process older than {young} without a replication connection while others have one, or several processes that all have none and receive nothing. A consumer of the event " +
		"stream (statistics, user directory, presence) that was {eventsBehind} events behind all the time is a warning.",
	CannotKnow: "How long an update waits in Redis, and whether updates were lost while the connection was down. One process alone has no replication.",
	Thresholds: limits.Thresholds{Check: "replication-lag", Warning: limits.At(1), Critical: limits.At(10), Unit: "s", WarningOf: "of waiting per update", Source: "ours; the queue is seen at each scrape"},
	Limits:     []limits.Limit{enoughUpdates, waitingUpdates, eventsBehind, limits.Young},
	Steps: []string{
		"Open \"Processes\" on this dashboard and look at the CPU and event loop of this process: a backlog is a symptom of a saturated process or of one that waits for its database.",
		"If a user just joined a huge room, wait: such a burst passes.",
		"If the backlog stays, take work off this process: fewer users, or a stream on a worker of its own.",
	},
	Causes:     ofLoad,
	Panel:      "replication-queue",
	PerProcess: true,
	Measures: []*Measurement{
		replicationQueue, replicationWait, replicationStream, replicationUpdates, replicationHeard, replicationConnected, followersBehind, uptime, txnTotalCost,
	},
	Signal: &Signal{Measurement: replicationWait, Subject: subjectOfProcess},
	Judge:  judgeReplication,
	// vector(0) stands for homeservers without a name, which may be two that know nothing of each other.
	Rule: Rule{Expr: `
max by (server_name) (
  {{.wait}} >= {{.threshold}}
  and on ({{.by}}) {{.queue}} >= {{.someWaiting}}
  and on ({{.by}}) {{.updates}} >= {{.enoughUpdates}}
  unless on ({{.by}}) {{.uptime}} < {{.young}}
)
or on (server_name)
(
  count by (server_name) ({{.connected}} == 0 unless on ({{.by}}) {{.uptime}} < {{.young}})
  and on (server_name) max by (server_name) ({{.connected}}) > 0
)
or on (server_name)
(
  count by (server_name) ({{.connected}} == 0 unless on ({{.by}}) {{.uptime}} < {{.young}}) >= 2
  and on (server_name) max by (server_name) ({{.connected}}) == 0
  unless on (server_name) {{.heard}}
  unless on (server_name) vector(0)
)
{{- if pick "warning" ""}}
or on (server_name)
max by (server_name) ({{.behind}}) >= {{.eventsBehind}}
{{- end}}`},
}

func judgeReplication(in Input) []Finding {
	switch {
	case !in.Has(replicationQueue) && len(in.Samples(uptime)) == 1:
		return okFinding("Only one process runs: there is no replication.")
	case !in.Has(replicationQueue):
		return metricMissing(metrics.ReplicationQueue)
	}
	found := append(judgeConnections(in), judgeWaits(in)...)
	found = append(found, judgeFollowers(in)...)
	if len(found) > 0 {
		return found
	}
	if in.Total(replicationUpdates) < enoughUpdates.Value {
		return okFinding(fmt.Sprintf("Fewer than %s updates between processes in 15 min: nothing to judge.", enoughUpdates))
	}
	longest := in.Samples(replicationQueue)[0]
	return okFinding(fmt.Sprintf("Longest queue: %s updates on average over 15 min, in %s.", words.Number(longest.Value), longest.Process()))
}

// judgeConnections finds processes that receive nothing from the others.
func judgeConnections(in Input) []Finding {
	connections := in.Samples(replicationConnected)
	lost := slices.DeleteFunc(in.settled(replicationConnected, limits.Young), func(p Sample) bool { return p.Value > 0 })
	switch {
	case len(lost) == 0:
		return nil
	case connections[0].Value > 0:
	case in.Server == "" || len(lost) < 2 || in.Has(replicationHeard): // where homeservers have no names, these may be two that know nothing of each other
		return nil
	default:
		return []Finding{allDisconnected(lost)}
	}
	var found []Finding
	for _, p := range lost {
		found = append(found, Finding{
			Subject: Subject{Name: p.Process()}, Severity: Critical, Confidence: 0.9, NotCausedBy: causeIDs(ofLoad),
			Title:    "Process cut off from replication",
			Evidence: fmt.Sprintf("0 replication connections at every scrape of the last 5 min; %s has %.0f.", connections[0].Process(), connections[0].Value),
			Steps: []string{
				"Check that Redis runs and that this process reaches it: `redis-cli -h HOST ping`, from the host of the process. Its log names the connection error.",
				"Wait for it to reconnect by itself. Restart it only if Redis answers the other processes but not this one.",
			},
		})
	}
	return found
}

// allDisconnected: one process alone needs no connection, several can't do without.
func allDisconnected(processes []Sample) Finding {
	return Finding{
		Severity: Critical, Confidence: 0.9, NotCausedBy: causeIDs(ofLoad),
		Title:    "Replication down: no worker is connected",
		Evidence: fmt.Sprintf("%d processes (%s) had 0 replication connections at every scrape of the last 5 min, and received 0 updates.", len(processes), words.List(namesOf(processes))),
		Steps: []string{
			"Check that Redis runs: `redis-cli -h HOST ping` must answer PONG from the hosts of the processes. Their logs name the connection error.",
			"Do not restart the processes: they reconnect by themselves as soon as Redis answers.",
		},
	}
}

func judgeWaits(in Input) []Finding {
	return judgeEach(in.settled(replicationWait, limits.Young), func(p Sample) Finding {
		queue, _ := in.ValueFor(replicationQueue, p)
		updates, _ := in.ValueFor(replicationUpdates, p)
		if queue < waitingUpdates.Value || updates < enoughUpdates.Value {
			return Finding{}
		}
		stream := ""
		if most := in.SamplesFor(replicationStream, p); len(most) > 0 {
			stream = ", most of them of the stream " + most[0].Label("stream_name")
		}
		return in.graded(p.Value, Finding{
			Subject: Subject{Name: p.Process()}, Takes: in.takesAll(),
			Evidence: fmt.Sprintf("Each update waited for about %s: %s waited on average over 15 min%s, and %s arrived.",
				words.Seconds(p.Value), words.Number(queue), stream, words.PerSecond(updates/shortWindow.Seconds())),
		})
	})
}

func judgeFollowers(in Input) []Finding {
	var found []Finding
	for _, s := range in.Samples(followersBehind) {
		if s.Value < eventsBehind.Value {
			continue
		}
		found = append(found, Finding{
			Subject: Subject{Name: s.Label("name")}, Severity: Warning, Value: &s.Value, Threshold: limits.At(eventsBehind.Value), Unit: "none", Confidence: 0.8,
			Title:    "Consumer of the event stream is behind",
			Evidence: fmt.Sprintf("At least %s behind the newest one during all of the last 15 min.", words.Count(s.Value, "event", "events")),
			Steps: []string{
				"Check that the process with this job runs, and look in its log for an error that repeats: one event that it can't handle stops it.",
				"After a long outage, wait: it catches up by itself.",
			},
		})
	}
	return found
}
