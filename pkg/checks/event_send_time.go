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

// sendWindow is the hour that sends are counted over: a quiet server sends few in less.
const sendWindow = time.Hour

// sentMessages are the requests of the guide's graph; other codes are refusals, which say nothing about the time to send.
var sentMessages = []query.Matcher{query.Equal("servlet", "RoomSendEventRestServlet"), metrics.Succeeded.Are()}

var (
	// slowSend and verySlowSend are bounds of the histogram near the panel's lines at 1 s and 2 s.
	slowSend     = limits.Limit{Name: "slowSend", Value: 1, Unit: "s", Meaning: "time from which a send is slow", Source: "the guide's panel; a bucket of the histogram"}
	verySlowSend = limits.Limit{Name: "verySlowSend", Value: 2.5, Unit: "s", Meaning: "time from which a send is very slow", Source: "the guide's panel has 2 s; the next bucket of the histogram"}
	sendOutlier  = limits.Limit{Name: "outlier", Value: 2, Meaning: "number of times the warning, and the next worker's share, from which a single worker is found", Source: "ours"}
	slowToken    = limits.Limit{Name: "slowToken", Value: 0.2, Unit: "s", Meaning: "mean duration of a token check from which the evidence names it", Source: "ours"}

	sendTotal = measure("sends", func(s Scope) string { return s.Sum(sends(s, metrics.ResponseTime.Count())) })
	// sendNotSlow and sendNotVerySlow are the sends up to a bucket.
	sendNotSlow     = measure("notSlow", func(s Scope) string { return s.Sum(sendsUpTo(s, slowSend)) })
	sendNotVerySlow = measure("notVerySlow", func(s Scope) string { return s.Sum(sendsUpTo(s, verySlowSend)) })
	sendP95         = measure("p95", func(s Scope) string {
		return "histogram_quantile(0.95, " + s.Sum(s.Rate(metrics.ResponseTime.Bucket(), sendWindow, sentMessages...), "le") + ")"
	})
	// sendWorkers are the two processes with the largest shares of slow sends.
	sendWorkers = measure("workers", func(s Scope) string {
		return "topk by (server_name) (2, " + slowShare(s.SumPerProcess(sendsUpTo(s, slowSend)), s.SumPerProcess(sends(s, metrics.ResponseTime.Count()))) + ")"
	})
	sendReceived = measure("received", func(s Scope) string {
		return s.Sum(s.Increase(metrics.RequestsReceived.Series(), sendWindow, sentMessages[0]))
	})
	// sendPath are the processes that a message goes through: those that take it from the client, and those that store it.
	sendPath = measure("onPath", func(s Scope) string {
		return s.SumPerProcess(s.Rate(metrics.RequestsReceived.Series(), sendWindow, sentMessages[0])) + " > 0 or " +
			s.SumPerProcess(s.Rate(metrics.PersistedEvents.Series(), sendWindow)) + " > 0"
	})
	// sendTransactions are the transactions that took most time on these processes.
	sendTransactions = measure("transactions", func(s Scope) string {
		return txnsOn(s, sendPath)
	})
	sendOrigins = measure("origins", func(s Scope) string {
		return s.Sum(s.Increase(metrics.PersistedEventsByOrigin.Series(), sendWindow, `origin_type=~"local|application_service"`), "origin_type")
	})
	sendToken = measure("token", func(s Scope) string {
		return s.Sum(s.Rate(metrics.IntrospectionTime.Sum(), sendWindow)) + " / (" + s.Sum(s.Rate(metrics.IntrospectionTime.Count(), sendWindow)) + " > 0)"
	})
	sendSteps     = measureSteps(writingSteps, sendWindow, true)
	sendParts     = requestParts(sentMessages[0], sendWindow)
	sendSlowShare = measure("slowShare", func(s Scope) string { return slowShare(sendNotSlow.PromQL(s), sendTotal.PromQL(s)) })
)

func sends(s Scope, series metrics.Series, more ...query.Matcher) string {
	return s.Increase(series, sendWindow, append(more, sentMessages...)...)
}

func sendsUpTo(s Scope, bound limits.Limit) string {
	return sends(s, metrics.ResponseTime.Bucket(), upTo(plain(bound.Value)))
}

func slowShare(notSlow, all string) string {
	return fmt.Sprintf("1 - %s / (%s >= %g)", notSlow, all, limits.EnoughSends.Value)
}

var eventSendTime = Check{
	ID:      "event-send-time",
	Topic:   "Sending messages",
	Title:   "Sending messages is slow",
	Meaning: "How long Synapse takes to accept a message from a client. Users notice this first.",
	Decides: "The share of successful sends in the last hour that took longer than {slowSend} (warning from {warning}) or {verySlowSend} (critical from {critical}). " +
		"With fewer than {enoughSends} sends the last verdict of 24 h with enough stays until {goodSends} sends in an hour are good. If no hour of 24 h has enough, each send of these " +
		"24 h counts: a warning if more took longer than {slowSend} than chance explains (once in a thousand times, if {fewShare} are slow), from {fewLeast} sends, without those in the first " +
		"minutes after a start. If most sends that came in have not finished, it is unknown. Where the homeserver as a whole is fine, a single worker with at least {enoughSends} sends is a warning if its " +
		"share of slow sends is {outlier} × the warning and {outlier} × that of the next worker. The evidence names what a send spends its time on, and a step of it that takes {slowStep} × its usual " +
		"time (from {stepLeast} runs on).",
	CannotKnow: "Time in the reverse proxy, and waits for policy servers and for other sends of the same room. If a client disconnects, Synapse counts a success with the time until then, so a timeout " +
		"of the proxy hides the slowest sends. Sends of bridges are included; state events, redactions and uploads are not.",
	Thresholds: limits.Thresholds{
		Check: "event-send-time", Warning: limits.At(0.05), Critical: limits.At(0.05), Unit: "percentunit", TwoNumbers: true,
		WarningOf: "of the sends slower than " + slowSend.String(), CriticalOf: "of the sends slower than " + verySlowSend.String(), Source: "the guide's graph; the shares are ours",
	},
	Limits: slices.Concat([]limits.Limit{slowSend, verySlowSend, limits.EnoughSends, sendOutlier, slowToken, sendGood}, fewLimits, stepLimits),
	Steps: []string{
		"Read the findings above this one: a saturated process, a slow database, busy database connections or state resolution explain slow sends.",
		"Open \"Time to send, by process\" on this dashboard and see whether all processes are slow or only one.",
		"If no finding explains it, open the row \"Code blocks\" of \"Synapse: all graphs\": it shows which step takes long. Policy servers and the reverse proxy have no metric.",
		"Check how many events come from bridges: their messages are among the sends.",
	},
	Causes: slices.Concat(
		whenFound("database-locks", "sqlite", "replication-lag"), byLoopTime("gc-pauses", "state-resolution", "federation-presence", "starvation", "cpu-saturation", "reactor-lag"),
		byDatabaseTime("background-updates", "database-slow", "database-cost"), whenFound("database-pool", "restarts"),
	),
	Symptom:     true,
	Panel:       "send-time",
	Completions: true,
	Measures: append([]*Measurement{
		sendTotal, sendNotSlow, sendNotVerySlow, sendP95, sendWorkers, requestsScraped, sendReceived, sendAnswered, sendLastShare, sendPath, sendTransactions, sendOrigins, sendToken, sendSteps, sendParts,
	}, sendsOfDay.measures()...),
	Signal: &Signal{Measurement: sendSlowShare},
	Judge:  judgeSendTime,
	Rule: Rule{Expr: `
1 - {{pick .notSlow .notVerySlow}} / ({{.sends}} >= {{.enoughSends}}) >= {{.threshold}}
{{- if pick "warning" ""}}
or on (server_name)
(
  max by (server_name) ({{.workers}}) >= {{.outlier}} * {{.threshold}}
  and on (server_name) max by (server_name) ({{.workers}}) >= on (server_name) {{.outlier}} * min by (server_name) ({{.workers}})
  and on (server_name) count by (server_name) ({{.workers}}) == 2
)
or on (server_name)
(
  (
    {{.mostExcess}} >= 0 and on (server_name) {{.lastExcess}} > -{{.fewKept}}
    or on (server_name)
    (
      {{.lastShare}} >= {{.threshold}}
      unless on (server_name) ({{.sends}} >= {{.goodSends}} and on (server_name) 1 - {{.notSlow}} / {{.sends}} < {{.threshold}})
    )
  )
  unless on (server_name) {{.sends}} >= {{.enoughSends}}
)
{{- end}}`},
}

func judgeSendTime(in Input) []Finding {
	total := in.Total(sendTotal)
	switch {
	case !in.Has(sendTotal) && !in.Has(requestsScraped) && !in.Has(sendReceived):
		return metricMissing(metrics.RequestsReceived)
	case in.Has(sendTotal) && (!in.Has(sendNotSlow) || !in.Has(sendNotVerySlow)):
		return UnknownFinding("Prometheus has no buckets of " + metrics.ResponseTime.Name + " for this homeserver. Check that no relabelling rule drops them.")
	case total < limits.EnoughSends.Value:
		return judgeFewSends(in)
	}
	slow, verySlow := max(0, 1-in.Total(sendNotSlow)/total), max(0, 1-in.Total(sendNotVerySlow)/total)
	f := Finding{
		Severity: OK, Value: &slow, Threshold: limits.At(in.Warning), Processes: in.Processes(sendPath),
		Evidence: fmt.Sprintf("%s of %s in the last hour took longer than %s, %s longer than %s; %s.", words.Percent(slow), words.Count(total, "send", "sends"), slowSend,
			words.Percent(verySlow), verySlowSend, sendQuantile(in)),
	}
	worst, next, outlier := slowestWorkers(in)
	switch {
	case verySlow >= in.Critical:
		f.Severity, f.Value, f.Threshold = Critical, &verySlow, limits.At(in.Critical)
	case slow >= in.Warning:
		f.Severity = Warning
	case outlier:
		f.Severity, f.Value, f.Threshold, f.Subject = Warning, &worst.Value, limits.At(sendOutlier.Value*in.Warning), Subject{Name: worst.Process()}
		f.Title = "Sending is slow on one worker"
	default:
		return []Finding{f}
	}
	f = f.takingDatabaseTime(in.Samples(sendTransactions))
	f.Takes[LoopTime] = max(slow, *f.Value)
	one := ""
	if outlier {
		one = fmt.Sprintf("on %s %s are slow, on the next worker %s", worst.Process(), words.Percent(worst.Value), words.Percent(next.Value))
	}
	f.Evidence += sentence(one, spent(in, sendParts, "a send"), slowestStep(in, sendSteps, writingSteps), bridgeShare(in), slowTokens(in))
	return []Finding{f}
}

// slowestWorkers are the two with the largest shares of slow sends, and whether the first one stands out.
func slowestWorkers(in Input) (worst, next Sample, outlier bool) {
	workers := in.Samples(sendWorkers)
	if len(workers) < 2 {
		return worst, next, false
	}
	worst, next = workers[0], workers[1]
	return worst, next, worst.Value >= sendOutlier.Value*max(in.Warning, next.Value)
}

// bridgeShare is a clause about the homeserver's own events that came from bridges.
func bridgeShare(in Input) string {
	bridged := 0.0
	for _, s := range in.Samples(sendOrigins) {
		if s.Label("origin_type") == "application_service" {
			bridged += s.Value
		}
	}
	share := bridged / max(1, in.Total(sendOrigins))
	if share < 0.01 {
		return ""
	}
	return words.Percent(share) + " of the local events come from bridges"
}

func slowTokens(in Input) string {
	if v := in.Samples(sendToken); len(v) > 0 && v[0].Value >= slowToken.Value {
		return "token checks take " + words.Seconds(v[0].Value) + " on average, and every send includes one"
	}
	return ""
}

// sendQuantile is a clause about the 95th percentile.
func sendQuantile(in Input) string {
	switch samples := in.Samples(sendP95); {
	case len(samples) == 0:
		return "p95: unknown"
	case samples[0].Value >= metrics.ResponseTime.Highest:
		return "p95: >" + words.Seconds(metrics.ResponseTime.Highest)
	default:
		return "p95: " + words.Seconds(samples[0].Value)
	}
}
