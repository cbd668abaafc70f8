package promql

import (
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
)

// facts are what holds for a check's measurements in any Prometheus, so that invented ones make sense.
type facts struct {
	// of are measurements of which the rule looks at the share or the multiple of another one.
	of map[string]string
	// atMost and atLeast are measurements that are never more or less than others.
	atMost, atLeast map[string][]string
	// whole are numbers of things, counted ones are absent instead of 0, flags are 0 or 1.
	whole, counted, flags []string
	// lacks may be unknown of one process or thing while the rest is known: the metrics are not from one source, or it counts
	// what is not everywhere. What else is missing alone makes a check unknown, which no rule can tell from fine.
	lacks []string
	// where tells, by the number that another measurement must reach, where a measurement is there at all.
	where map[string]reached
	// odd: only odd numbers of processes.
	odd bool
	// differs tells where the rule and the check may differ, and why is the reason.
	differs func(rule, check limits.Severity) bool
	why     string
}

type reached struct {
	name   string
	number float64
}

var processor = facts{
	of:      map[string]string{"prompt": "events", "before": "behind", "lowest": "flow", "behind": "lowest"},
	atMost:  map[string][]string{"prompt": {"events"}},
	atLeast: map[string][]string{"behind": {"lowest"}, "before": {"lowest"}},
	lacks:   []string{"uptime", "delivered", "failed"},
}

// known are the facts by check.
var known = map[string]facts{
	"availability": {
		counted: []string{"unanswered", "joins", "stuck", "sendsInFlight", "oldestSend", "fullPools", "silent", "errors", "errorsLong"},
		lacks:   []string{"errors", "errorsLong", "errorSpread", "errorAnswers", "finished", "blocked", "silentLately", "inFlight"},
	},
	"event-send-time": {
		of:     map[string]string{"notSlow": "sends", "notVerySlow": "sends"},
		atMost: map[string][]string{"notVerySlow": {"sends"}, "notSlow": {"notVerySlow"}, "lastExcess": {"mostExcess"}},
		lacks:  []string{"lastExcess", "mostExcess", "lastShare"},
		where:  map[string]reached{"workers": {"sends", limits.EnoughSends.Value}},
	},
	"authentication": {lacks: []string{"share", "mean", "refused", "refusedShare", "refusedBefore"}},
	"push":           {lacks: []string{"usual", "share", "pushers"}},
	"rate-limited":   {lacks: []string{"hard"}},
	"sync-time": {lacks: []string{"mean", "lastExcess", "mostExcess", "olderLastExcess", "olderMostExcess"},
		atMost: map[string][]string{"lastExcess": {"mostExcess"}, "olderLastExcess": {"olderMostExcess"}}},
	"cpu-saturation": {lacks: []string{"uptime", "busy"}},
	"memory": {
		of: map[string]string{"lowest": "peak", "memory": "lowestOfHours", "lowestOfHours": "hourAgo"}, atMost: map[string][]string{"lowest": {"peak"}}, whole: []string{"kills"},
		lacks: []string{"uptime", "entries", "day", "dayBefore", "lowestOfHours", "hourAgo", "newEntries"},
	},
	"restarts": {whole: []string{"restarts", "hour", "halfHour"}, atMost: map[string][]string{"hour": {"restarts"}, "halfHour": {"hour"}}, lacks: []string{"uptime"}, odd: true,
		why: "of an even number of processes the check takes the lower one of the two in the middle; PromQL has their mean only"},
	"starvation":          {lacks: []string{"uptime", "spread", "collecting", "silent"}, of: map[string]string{"cpu": "busy"}},
	"open-files":          {lacks: []string{"uptime", "soon"}},
	"reactor-lag":         {lacks: []string{"uptime", "stalls", "lost", "blocked"}},
	"database-cost":       {of: map[string]string{"cost": "totalCost", "costBefore": "cost", "slowSendSeconds": "cost"}, lacks: []string{"slowSendSeconds", "costBefore", "lastWeek", "coldNow", "coldThen", "calls"}},
	"database-chatty":     {of: map[string]string{"calls": "totalCalls", "cost": "calls"}, lacks: []string{"cost"}},
	"database-pool":       {lacks: []string{"uptime", "busy"}},
	"sqlite":              {lacks: []string{"sqlite", "uptime"}},
	"state-resolution":    {lacks: []string{"uptime"}},
	"federation-presence": {lacks: []string{"uptime", "busy", "share"}},
	"federation-lag":      processor,
	"federation-inbound":  {},
	"federation-sending": {of: map[string]string{"sent": "tried", "queued": "queuedBefore", "queuedBefore": "lowest"}, atMost: map[string][]string{"sent": {"tried"}},
		lacks: []string{"sent", "failedBefore", "senderUptime", "requests", "answers"}},
	"device-lists":       {atLeast: map[string][]string{"lag": {"lowest"}}, of: map[string]string{"lag": "lowest"}},
	"appservice-lag":     processor,
	"replication-lag":    {whole: []string{"connected"}, lacks: []string{"uptime", "connected", "heard", "behind"}},
	"extremities":        {of: map[string]string{"toFew": "writes"}, atMost: map[string][]string{"toFew": {"writes"}}},
	"gc-pauses":          {lacks: []string{"uptime", "pause", "spikes"}},
	"background-updates": {counted: []string{"aborted", "disabled", "running", "lasting"}, lacks: []string{"aborted", "disabled", "running", "lasting"}},
	"scrape-health":      {flags: []string{"failing"}, of: map[string]string{"duration": "timeout"}, lacks: []string{"failing", "timeout", "duration", "uptime"}},
	"metric-coverage": {lacks: []string{"alive"}, why: "a rule can't list all metrics, so it tells the loss of all of them only",
		differs: func(rule, check limits.Severity) bool { return rule == checks.Warning && check == checks.Warning }},
}

// fits makes a value what this measurement can be, given the values of others of the same subject.
func (f facts) fits(name string, value float64, other func(name string) (float64, bool)) float64 {
	value = max(0, value)
	if slices.Contains(f.flags, name) {
		value = min(1, float64(int(value)))
	}
	if slices.Contains(f.whole, name) {
		value = float64(int(value))
	}
	if slices.Contains(f.counted, name) {
		value = max(1, float64(int(value)))
	}
	for _, bound := range f.atLeast[name] {
		if least, is := other(bound); is {
			value = max(value, least)
		}
	}
	for _, bound := range f.atMost[name] {
		if most, is := other(bound); is {
			value = min(value, most)
		}
	}
	return value
}
