package checks

import (
	"fmt"
	"slices"
	"time"
)

const (
	// bridgeWindow is the hour over which deliveries to application services are counted: Synapse waits up to 512 s
	// between two tries (appservice/scheduler.py).
	bridgeWindow = time.Hour
	// bridgeFailures is the least number of failures in an hour that counts as being down. Source: ours.
	bridgeFailures = 3.0
)

var appserviceSender = processor{
	name: "appservice_sender", done: "handed to application services",
}

var appserviceLag = Check{
	ID:    "appservice-lag",
	Title: "Bridges and bots get events late",
	Meaning: "Bridges and many bots are application services: Synapse hands them the events of their rooms. A bridge that gets them late, or " +
		"does not take them, is reported by people as a slow Synapse.",
	Decides: "Over 15 minutes: the share of events that were handed on more than 10 s after they were received; critical where the sender " +
		"was at least 100 events and a minute's worth of them behind all the time and falls behind further. Besides, a warning for each application " +
		"service that failed at least 3 times in an hour and took nothing within half an hour. Below 20 events it does not judge the share.",
	Source:     "Synapse's lag by event, its stream positions, and its counters of transactions to application services. The numbers are ours.",
	CannotKnow: "What happens inside the bridge and at the network behind it.",
	Unit:       "percentunit",
	Warning:    Threshold(0.05),
	Causes:     []string{"cpu-saturation", "database-slow", "database-pool", "gc-pauses"},
	Measures: func(w Where) map[string]string {
		service := "by (server_name, service) "
		measures := appserviceSender.measures(w)
		measures["processors"] = "count " + PerServer + "(synapse_event_processing_positions" + w.Selector() + ")"
		measures["failed"] = "topk by (server_name) (20, sum " + service + "(" + w.Increase("synapse_appservice_api_failed_transactions_total", bridgeWindow) +
			fmt.Sprintf(") >= %g)", bridgeFailures)
		measures["delivered"] = "sum " + service + "(" + w.Increase("synapse_appservice_api_sent_transactions_total", bridgeWindow/2) + ") > 0"
		return measures
	},
	Signal: func(w Where) Signal {
		return Signal{PromQL: appserviceSender.late(w), Subject: subjectOfProcess}
	},
	Judge: judgeAppservices,
}

func judgeAppservices(in Input) []Finding {
	switch {
	case !in.Has("processors"):
		return Absent("synapse_event_processing_positions")
	case !in.Has("position"):
		return Fine("Nothing is handed to application services: none is registered, or the process that does it is not scraped.")
	}
	found := appserviceSender.judge(in, "1. See whether the process that hands events on is short of CPU. 2. Look for \"push_bulk\" in its log: a slow bridge "+
		"holds only its own queue up. 3. Where the process stays full, give this work to a worker (notify_appservices_from_worker).")
	down := servicesDown(in)
	if len(down) > 0 && found[0].Severity == OK {
		return down
	}
	return append(found, down...)
}

// servicesDown finds the application services that fail and take nothing.
func servicesDown(in Input) []Finding {
	var takes []string
	for _, s := range in.Samples("delivered") {
		takes = append(takes, s.Label("service"))
	}
	var found []Finding
	for _, s := range in.Samples("failed") {
		name := s.Label("service")
		if s.Value < bridgeFailures || slices.Contains(takes, name) {
			continue
		}
		failures := s.Value
		found = append(found, Finding{
			Subject: Subject{Name: name}, Severity: Warning, Title: "An application service takes no events",
			NotCausedBy: []string{"cpu-saturation", "database-slow", "database-pool", "gc-pauses"},
			Value:       &failures, Threshold: Threshold(bridgeFailures), Unit: "none",
			Evidence: fmt.Sprintf("%s failed to take %.0f transactions in an hour and took none within half an hour. Its events are kept and sent again.", name, failures),
			Advice: "1. See whether the bridge or bot runs, and what it logs. 2. Check that the url and the hs_token of its registration file are right. " +
				"3. Look for \"push_bulk\" in Synapse's log. If it is gone for good, take its registration out of homeserver.yaml: what waits for it grows otherwise.",
			Remedy: "Look at the log of the bridge, then for \"push_bulk to\" in Synapse's.",
		})
	}
	return found
}
