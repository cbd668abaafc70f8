package checks

import (
	"fmt"
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var appserviceFailures = limits.Limit{Name: "failures", Value: 3, Meaning: "number of failed transactions to a bridge in an hour from which it counts as down", Source: "ours"}

// appserviceWindow is as long because Synapse waits up to 512 s between two tries. Source: appservice/scheduler.py.
const appserviceWindow = time.Hour

var appserviceSender = newEventProcessor("appservice_sender", "handed to bridges")

var (
	eventProcessors = measure("processors", func(s Scope) string {
		return "count by (server_name) (" + s.Now(metrics.ProcessingPosition.Series()) + ")"
	})
	appserviceFailed = measure("failed", func(s Scope) string {
		return fmt.Sprintf("topk by (server_name) (20, %s >= %g)", s.Sum(s.Increase(metrics.AppserviceFailed.Series(), appserviceWindow), "service"), appserviceFailures.Value)
	})
	// appserviceServed are the bridges that anything was handed to within a week, whether or not that worked: while nothing is handed
	// over there is no position either, as if none were registered.
	appserviceServed = measure("served", func(s Scope) string {
		return "count by (server_name) (count by (server_name, service) (" + s.Over("last_over_time", metrics.AppserviceSent.Series(), week) + " > 0 or " + s.Over("last_over_time", metrics.AppserviceFailed.Series(), week) + " > 0))"
	})
	appserviceDelivered = measure("delivered", func(s Scope) string {
		return s.Sum(s.Increase(metrics.AppserviceSent.Series(), appserviceWindow/2), "service") + " > 0"
	})
)

var appserviceLag = Check{
	ID:    "appservice-lag",
	Topic: "Bridges and bots",
	Title: "Events to bridges delayed",
	Meaning: "Bridges and many bots are application services: Synapse hands them the events of their rooms. If a bridge gets them late, or " +
		"does not accept them, people report a slow Synapse.",
	Decides: "Over 15 min: the share of events that are handed over more than {late} after their arrival; {warning} is a warning, from {enough} events on. Critical if the sender is " +
		"at least {farBehind} events behind the newest one all the time, which are also at least the events of {farBehindFor}, and falls behind further. Senders that have run for less than {caughtUp} " +
		"are not judged. Also a warning: an application service that failed at least {failures} times in an hour and accepted nothing in half an hour. An info: Synapse served one within the last week, and has handed over nothing since its start.",
	CannotKnow: "What happens inside the bridge and in the network behind it.",
	Thresholds: limits.Thresholds{
		Check: "appservice-lag", Warning: limits.At(0.05), Unit: "percentunit", WarningOf: "of the events handed over late",
		Source: "ours, on Synapse's lag by event, its stream positions, and its counters of transactions to application services",
	},
	Limits: append([]limits.Limit{appserviceFailures}, processorLimits...),
	Steps: []string{
		"Open \"Processes\" on this dashboard: is the process that hands events to bridges saturated?",
		"Search its log for `push_bulk to`: it names slow bridges. They delay their own events only, except where Synapse has to ask them whether a user exists.",
		"If the process stays saturated, give this work to a worker (`notify_appservices_from_worker`). Restart the main process with it.",
	},
	Causes:      slices.Concat(whenFound("replication-lag"), ofLoad, whenFound("restarts")),
	Panel:       "bridge-lag",
	CriticalToo: true,
	Measures:    appserviceSender.measures(eventProcessors, appserviceFailed, appserviceDelivered, appserviceServed),
	Signal:      &Signal{Measurement: appserviceSender.lateShare, Subject: subjectOfProcess},
	Judge:       judgeAppservices,
	Rule: Rule{Expr: processorRule + `{{if pick "down" ""}}
or on (server_name)
max by (server_name) ({{.failed}} unless on (server_name, service) {{.delivered}}){{end}}`},
}

func judgeAppservices(in Input) []Finding {
	switch {
	case !in.Has(eventProcessors):
		return metricMissing(metrics.ProcessingPosition)
	case !in.Has(appserviceSender.position) && in.Has(appserviceServed):
		n := in.Total(appserviceServed)
		return []Finding{{
			Severity: Info, Title: "Bridge served before gets nothing", Value: &n, Threshold: limits.At(1), Unit: "none", Confidence: 0.6, NotCausedBy: causeIDs(in.check.Causes),
			Evidence: fmt.Sprintf("Within the last week Synapse served %s; since its start it has handed over no event.", words.Count(n, "application service", "application services")),
			Steps: []string{
				"Search Synapse's log since its start for `push_bulk to` and for errors of the application service API, and check that the bridge runs.",
				"Check that the process of `notify_appservices_from_worker`, if that is set, runs and is scraped.",
				"If you removed the registration, nothing is wrong.",
			},
		}}
	case !in.Has(appserviceSender.position):
		return okFinding("No event is handed to application services: none is registered, or the process that does it is not scraped.")
	}
	found, down := appserviceSender.judge(in), judgeServices(in)
	if len(down) > 0 && found[0].Severity == OK {
		return down
	}
	return append(found, down...)
}

// judgeServices finds the application services that fail and accept nothing.
func judgeServices(in Input) []Finding {
	var accepting []string
	for _, s := range in.Samples(appserviceDelivered) {
		accepting = append(accepting, s.Label("service"))
	}
	var found []Finding
	for _, s := range in.Samples(appserviceFailed) {
		if slices.Contains(accepting, s.Label("service")) {
			continue
		}
		found = append(found, Finding{
			Subject: Subject{Name: s.Label("service")}, Severity: Warning, Title: "Application service accepts no events",
			Value: &s.Value, Threshold: limits.At(appserviceFailures.Value), Unit: "none",
			Evidence: fmt.Sprintf("%s in the last hour, none accepted in the last 30 min. Synapse keeps the events and sends them again.", words.Count(s.Value, "failed transaction", "failed transactions")),
			Steps: []string{
				"Check that the bridge or bot runs, and read its log.",
				"Check `url` and `hs_token` in its registration file, and search Synapse's log for `push_bulk to`.",
				"If it is gone for good, remove its registration from `app_service_config_files` and restart Synapse: otherwise the waiting events grow.",
			},
			NotCausedBy: causeIDs(in.check.Causes),
		})
	}
	return found
}
