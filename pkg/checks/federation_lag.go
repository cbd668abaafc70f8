package checks

import (
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

var federationSender = newEventProcessor("federation_sender", "queued for other homeservers")

var federationLag = Check{
	ID:    "federation-lag",
	Topic: "Outgoing federation",
	Title: "Outgoing events delayed",
	Meaning: "The federation sender goes through all new events and queues those of local users for the other homeservers in the room. " +
		"If it can't keep up, messages reach other homeservers late.",
	Decides: "Per federation sender over 15 min: the share of its events that are queued more than {late} after their arrival; {warning} is a warning, from {enough} events on. " +
		"Critical if the sender is at least {farBehind} events behind the newest one all the time, which are also at least the events of {farBehindFor}, and falls behind further. " +
		"Senders that have run for less than {caughtUp} still catch up and are not judged.",
	CannotKnow: "What happens after an event is queued: how long other homeservers take, and whether they are reachable.",
	Thresholds: limits.Thresholds{Check: "federation-lag", Warning: limits.At(0.05), Unit: "percentunit", WarningOf: "of the events queued late", Source: "ours, on Synapse's lag by event and its stream positions"},
	Limits:     processorLimits,
	Steps: []string{
		"Open \"Processes\" on this dashboard and see what takes the CPU of the federation sender: presence and large rooms are the usual causes.",
		"Search the sender's log for `TX [` and for errors.",
		"If the sender stays saturated, share the work (`federation_sender_instances`). Stop the main process and all senders first, change the list in every configuration, and then start them: " +
			"with a rolling restart, events are lost.",
	},
	Causes:      slices.Concat(whenFound("replication-lag"), ofLoad, whenFound("restarts")),
	Panel:       "federation-lag",
	Completions: true,
	PerProcess:  true,
	CriticalToo: true,
	Measures:    federationSender.measures(),
	Signal:      &Signal{Measurement: federationSender.lateShare, Subject: subjectOfProcess},
	Judge: func(in Input) []Finding {
		if !in.Has(federationSender.position) {
			return UnknownFinding("Prometheus has no " + metrics.ProcessingPosition.Name + " of a federation sender: none is scraped, or no event was written since it started.")
		}
		return federationSender.judge(in)
	},
	Rule: Rule{Expr: processorRule},
}
