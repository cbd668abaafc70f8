package checks

import (
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var (
	sendingEnough  = limits.Limit{Name: "tries", Value: 30, Meaning: "number of transactions tried in half an hour from which their failures are judged", Source: "ours"}
	sendingUsual   = limits.Limit{Name: "usual", Value: 0.4, Unit: "percentunit", Meaning: "share of transactions that failed a week earlier up to which it is compared", Source: "ours"}
	sendingServers = limits.Limit{Name: "servers", Value: 20, Meaning: "number of destinations ever reached from which a server without a last week is judged", Source: "ours"}
	sendingSettled = limits.Limit{Name: "settled", Value: 1800, Unit: "s", Meaning: "uptime of a sender below which its failures are not judged: it wakes all destinations that it has to catch up with", Source: "Synapse wakes one in 5 s"}
	queueMany      = limits.Limit{Name: "manyQueued", Value: 10_000, Meaning: "number of events in the sending queues, throughout a quarter of an hour, that is long", Source: "ours"}
	queueLate      = limits.Limit{Name: "queueEnd", Value: 1800, Unit: "s", Meaning: "time until a long queue is empty that is a warning", Source: "ours"}
	queueNever     = limits.Limit{Name: "queueNever", Value: 8 * 3600, Unit: "s", Meaning: "time until a queue is empty from which it counts as not shrinking", Source: "ours"}
	catchUpStuck   = limits.Limit{Name: "stuckFor", Value: 1800, Unit: "s", Meaning: "time without progress of a destination that misses events", Source: "ours"}
	catchUpMany    = limits.Limit{Name: "manyStuck", Value: 10, Meaning: "number of destinations without progress that is a warning", Source: "ours"}
)

// sendingBlock is a transaction to another homeserver, whatever becomes of it.
var sendingBlock = query.Equal("block_name", "_send_new_transaction")

var (
	sendingTried = measure("tried", func(s Scope) string {
		return s.Sum(s.Counted(metrics.BlockCount.Series(), outageWindow, nil, sendingBlock))
	})
	sendingSent = measure("sent", func(s Scope) string {
		return s.Sum(s.Counted(metrics.SentTransactions.Series(), outageWindow, nil))
	})
	// sendingBefore is the share of failures at the same time a week ago.
	sendingBefore = measure("failedBefore", func(s Scope) string {
		window := metrics.Window(outageWindow) + metrics.Offset(week)
		tried := s.Sum(metrics.BlockCount.Series().Increase(s.Filters.Selector(sendingBlock), window))
		return fmt.Sprintf("min by (server_name) (clamp_min(1 - %s / (%s >= %g), 0))", s.Sum(metrics.SentTransactions.Series().Increase(s.Filters.Selector(), window)), tried, sendingEnough.Value)
	})
	// sendingUptime is that of the youngest process that sends.
	sendingUptime = measure("senderUptime", func(s Scope) string {
		return "min by (server_name) ((" + uptime.PromQL(s) + ") and on (" + s.PerProcess() + ") " + s.SumPerProcess(s.Now(metrics.BlockCount.Series(), sendingBlock)) + ")"
	})
	sendingRequests = measure("requests", func(s Scope) string { return s.Sum(s.Counted(metrics.FederationRequests.Series(), outageWindow, nil)) })
	sendingAnswers  = measure("answers", func(s Scope) string { return s.Sum(s.Counted(metrics.FederationResponses.Series(), outageWindow, nil)) })
	queued          = measure("queued", func(s Scope) string { return s.SumPerProcess(s.Now(metrics.PendingPDUs.Series())) })
	queuedBefore    = measure("queuedBefore", func(s Scope) string {
		return s.Sum(metrics.PendingPDUs.Series().Of(s.Filters.Selector() + metrics.Offset(shortWindow)))
	})
	queuedLowest = measure("lowest", func(s Scope) string { return s.lowestOf(s.Sum(s.Now(metrics.PendingPDUs.Series())), shortWindow) })
)

var federationSending = Check{
	ID:    "federation-sending",
	Topic: "Delivery to other homeservers",
	Title: "Deliveries to other homeservers fail",
	Meaning: "The federation sender delivers events in transactions. If they fail everywhere, the fault is on this side; if the queue grows, the sender can't keep up; and if a destination catches up " +
		"without progress, its users miss messages although it is reachable.",
	Decides: "Over half an hour, from {tries} transactions on: the share that failed. {warning} is a warning and {critical} critical, if at most {usual} failed at the same time a week ago; without a last week only if nothing " +
		"was delivered and {servers} destinations were reached before. Not within {settled} of a sender's start. A warning: the sending queues hold {manyQueued} events for a quarter of an hour and, at their pace, need {queueEnd} or more " +
		"to empty (less: an info). From PostgreSQL, between two reads: destinations that don't fail, miss events, and got none for {stuckFor}: an info, {manyStuck} are a warning.",
	CannotKnow: "Whether others are at fault: one large homeserver that is down moves the share on a small one. An empty queue is no sign of health: a destination that fails leaves it. Destinations that `federation_domain_whitelist` " +
		"excludes since they were last reached look stuck. Of all destinations, the first few thousand by name are looked at.",
	Thresholds: limits.Thresholds{Check: "federation-sending", Warning: limits.At(0.8), Critical: limits.At(1), Unit: "percentunit", WarningOf: "of the transactions failed", CriticalOf: "of them failed", Source: "ours"},
	Limits:     []limits.Limit{sendingEnough, sendingUsual, sendingServers, sendingSettled, queueMany, queueLate, queueNever, catchUpStuck, catchUpMany},
	Steps: []string{
		"Run on the federation sender's host: `curl -sv https://matrix.org/.well-known/matrix/server` and `curl -sv https://matrix-federation.matrix.org/_matrix/federation/v1/version`. " +
			"Name error: DNS. Timeout: firewall, proxy or `ip_range_blacklist`. Certificate error: ca-certificates or the clock.",
		"Search the sender's log for `TX [`: it names destination and error of each transaction.",
		"If a queue grows, open \"Processes\" on this dashboard: a saturated sender needs less presence, or a second one.",
		"If destinations catch up without progress, check that every sender of `federation_sender_instances` runs: each serves its own part of the destinations.",
	},
	Causes:      whenFound("cpu-saturation"),
	Panel:       "graph:federation-pending",
	Completions: true,
	Measures:    []*Measurement{sendingTried, sendingSent, sendingBefore, sendingUptime, sendingRequests, sendingAnswers, queued, queuedBefore, queuedLowest},
	Read:        readSending,
	Judge:       judgeSending,
	Rule: Rule{Expr: `
(
  (1 - {{.sent}} / {{.tried}} or {{.tried}} / {{.tried}}) >= {{.threshold}}
  and on (server_name) {{.tried}} >= {{.tries}}
  and on (server_name) {{.failedBefore}} <= {{.usual}}
  unless on (server_name) {{.senderUptime}} < {{.settled}}
)
{{- if pick "warning" ""}}
or on (server_name)
(
  {{.lowest}} >= {{.manyQueued}}
  unless on (server_name) {{.queuedBefore}} - sum by (server_name) ({{.queued}}) > 900 / {{.queueEnd}} * sum by (server_name) ({{.queued}})
)
{{- end}}`},
}

func judgeSending(in Input) []Finding {
	reached, rows := in.Rows.(sendingState)
	if !in.Has(sendingTried) && !in.Has(queued) && !rows {
		return metricMissing(metrics.PendingPDUs)
	}
	var found []Finding
	failing := judgeDeliveries(in, reached.Reached)
	if failing.Severity > OK {
		found = append(found, failing)
	}
	if f := judgeQueue(in, failing.Severity > OK); f.Severity > OK {
		found = append(found, f)
	}
	if f := judgeCatchUp(in, reached); f.Severity > OK {
		found = append(found, f)
	}
	return orOK(found, failing.Evidence)
}

// judgeDeliveries says which part of the transactions failed.
func judgeDeliveries(in Input, reached int64) Finding {
	tried, sent := in.Total(sendingTried), in.Total(sendingSent)
	switch age := in.Total(sendingUptime); {
	case !in.Has(sendingTried) && !in.Has(sendingRequests):
		return Finding{Evidence: "No request was sent to another homeserver since the processes started: it does not federate, or has nothing to send."}
	case tried < sendingEnough.Value:
		return Finding{Evidence: fmt.Sprintf("%s tried in the last %s: too few to judge.", words.Count(tried, "transaction was", "transactions were"), words.Duration(outageWindow))}
	case in.Has(sendingUptime) && age < sendingSettled.Value:
		return Finding{Evidence: fmt.Sprintf("A sender started %s ago and still wakes the destinations that it has to catch up with.", words.Seconds(age))}
	}
	failed := max(0, 1-sent/tried)
	f := in.graded(failed, Finding{Subject: Subject{Name: "deliveries"}, NotCausedBy: []string{"cpu-saturation"}})
	f.Evidence = fmt.Sprintf("%s of %s failed in the last %s", words.Percent(failed), words.Count(tried, "transaction", "transactions"), words.Duration(outageWindow))
	if !in.Has(sendingBefore) {
		f.Evidence += fmt.Sprintf("; a week ago too few were sent to compare, %s were ever reached.", sayReached(reached))
		f.Severity = min(f.Severity, Warning)
		if failed < 1 || float64(reached) < sendingServers.Value {
			f.Severity = OK
		}
	} else {
		before := in.Total(sendingBefore)
		f.Evidence += fmt.Sprintf(", %s at the same time a week ago.", words.Percent(before))
		if before > sendingUsual.Value {
			f.Severity = OK
		}
	}
	f.Evidence += unansweredText(in)
	return f
}

func sayReached(reached int64) string {
	text := words.Count(reached, "destination", "destinations")
	if reached == catchUpLooked {
		text = "at least " + text
	}
	return text
}

// unansweredText tells failures on the way from refusals of others.
func unansweredText(in Input) string {
	requests := in.Total(sendingRequests)
	if requests < 1 {
		return ""
	}
	return fmt.Sprintf(" Of %s of all kinds, %s got no answer (DNS, TLS, timeout).", words.Count(requests, "request", "requests"), words.Percent(max(0, 1-in.Total(sendingAnswers)/requests)))
}

// judgeQueue says when the sending queues are empty. Where deliveries fail they shrink without any.
func judgeQueue(in Input, failing bool) Finding {
	now, before, lowest := in.Total(queued), in.Total(queuedBefore), in.Total(queuedLowest)
	if lowest < queueMany.Value || failing {
		return Finding{}
	}
	f := Finding{
		Subject: Subject{Name: "sending queue"}, Severity: Warning, Title: "Sending queue grows", Value: &now, Threshold: limits.At(queueMany.Value), Unit: "none", Processes: in.Processes(queued),
		Steps: []string{
			"Open \"Processes\" on this dashboard and see whether the sender is saturated. If it is not, wait: the queue of a burst empties by itself.",
			in.check.Steps[1],
			"Don't restart the sender to empty the queue: what is in it is then sent later, as catch-up, and presence and typing are lost.",
		},
	}
	pace := (before - now) / shortWindow.Seconds()
	if pace <= now/queueNever.Value {
		f.Evidence = fmt.Sprintf("%s wait to be sent, %s a quarter of an hour ago: the queue does not shrink.", words.Count(now, "event", "events"), words.Number(before))
		return f
	}
	end := now / pace
	f.Title = "Sending queue is long"
	f.Evidence = fmt.Sprintf("%s wait to be sent, %s a quarter of an hour ago: at this pace the queue is empty in %s.", words.Count(now, "event", "events"), words.Number(before), words.Seconds(end))
	if end < queueLate.Value {
		f.Severity = Info
	}
	return f
}
