package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

const sendHistogram = "synapse_http_server_response_time_seconds"

// sendWindow is the hour that sends are counted over: a quiet server sends few in less.
const sendWindow = time.Hour

// The bands of the panel are one and two seconds; the histogram has bounds at 1 and 2.5.
const (
	slowSend     = "1"
	verySlowSend = "2.5"
)

// enoughSends is the number of sends below which a share says nothing. Source: ours.
const enoughSends = 100

// outlierFactor is how many times the warning's share of slow sends a single worker must have to be found alone, and slower
// than the next one. Source: ours.
const outlierFactor = 2

// sentMessages are the requests of the guide's graph; other codes are refusals, which say nothing about the time to send.
var sentMessages = []query.Matcher{query.Equal("servlet", "RoomSendEventRestServlet"), `code=~"2.."`}

func sends(w Where, by, part string, more ...query.Matcher) string {
	return "sum " + by + "(" + w.Increase(sendHistogram+part, sendWindow, append(more, sentMessages...)...) + ")"
}

func within(bound string) query.Matcher { return query.Matcher(fmt.Sprintf(`le=~"%s([.]0)?"`, bound)) }

var eventSendTime = Check{
	ID:      "event-send-time",
	Title:   "Sending messages is slow",
	Meaning: "How long the server takes to accept a message from a client: what people notice first.",
	Decides: "The share of successful sends within the last hour that took longer than 1 s (warning) or 2.5 s (critical). " +
		"With fewer than 100 sends it does not judge. Where all together are fine, a single worker with at least 100 sends, twice that share and twice the next worker's is a warning.",
	Source: "The guide's graph; its panel draws lines at 1 s and 2 s, the histogram has bounds at 1 s and 2.5 s. The share is ours.",
	CannotKnow: "Spam-checker and other modules, and the proxy in front, cost time that no metric tells apart. A client " +
		"that hangs up counts as a success that took until then, so a proxy's time-out hides the longest. Sends of bridges are among them; state events, redactions and uploads are not.",
	Unit:    "percentunit",
	Warning: Threshold(0.05), Critical: Threshold(0.05),
	TwoNumbers: true,
	Causes:     []string{"cpu-saturation", "reactor-lag", "database-slow", "database-pool", "state-resolution", "extremities", "gc-pauses"},
	Measures: func(w Where) map[string]string {
		return map[string]string{
			"sends":    sends(w, PerServer, "_count"),
			"slow":     sends(w, PerServer, "_bucket", within(slowSend)),
			"verySlow": sends(w, PerServer, "_bucket", within(verySlowSend)),
			"p95":      "histogram_quantile(0.95, sum by (server_name, le) (" + w.Rate(sendHistogram+"_bucket", sendWindow, sentMessages...) + "))",
			"workers": fmt.Sprintf("topk %s(2, 1 - %s / (%s >= %d))", PerServer,
				sends(w, PerProcess, "_bucket", within(slowSend)), sends(w, PerProcess, "_count"), enoughSends),
			"scraped":  "count " + PerServer + "(synapse_http_server_requests_received_total" + w.Selector() + ")",
			"received": "sum " + PerServer + "(" + w.Increase("synapse_http_server_requests_received_total", sendWindow, sentMessages[0]) + ")",
			"onPath":   onSendPath(w),
			"origins": "sum by (server_name, origin_type) (" +
				w.Increase("synapse_storage_events_persisted_events_sep_total", sendWindow, `origin_type=~"local|application_service"`) + ")",
			"token": "sum " + PerServer + "(" + w.Rate("synapse_api_auth_delegated_introspection_response_sum", sendWindow) + ") / (sum " + PerServer +
				"(" + w.Rate("synapse_api_auth_delegated_introspection_response_count", sendWindow) + ") > 0)",
		}
	},
	Signal: func(w Where) Signal {
		return Signal{PromQL: "1 - " + sends(w, PerServer, "_bucket", within(slowSend)) + fmt.Sprintf(" / (%s >= %d)", sends(w, PerServer, "_count"), enoughSends)}
	},
	Judge: judgeSendTime,
}

// onSendPath are the processes that a message goes through: those that take it from the client, and those that store it.
func onSendPath(w Where) string {
	return "sum " + PerProcess + "(" + w.Rate("synapse_http_server_requests_received_total", sendWindow, sentMessages[0]) + ") > 0 or sum " +
		PerProcess + "(" + w.Rate("synapse_storage_events_persisted_events_total", sendWindow) + ") > 0"
}

func judgeSendTime(in Input) []Finding {
	switch {
	case !in.Has("sends") && in.Total("received") >= enoughSends:
		return Blind(fmt.Sprintf("%.0f sends were received in the last hour, but Prometheus has no %s of a successful one: it is dropped, or all of them fail.", in.Total("received"), sendHistogram))
	case !in.Has("sends") && !in.Has("scraped"):
		return Absent("synapse_http_server_requests_received_total")
	case !in.Has("sends") && in.Total("received") >= 1:
		return Fine(fmt.Sprintf("Messages received in the last hour: about %.0f, and none was accepted: too few to judge.", in.Total("received")))
	case !in.Has("sends"):
		return Fine("No message was sent in the last hour: nothing to judge.")
	case !in.Has("slow") || !in.Has("verySlow"):
		return Absent(sendHistogram + "_bucket")
	}
	total := in.Total("sends")
	if total < enoughSends {
		return Fine(fmt.Sprintf("Messages sent in the last hour: about %.0f, too few to judge.", total))
	}
	slow, verySlow := max(0, 1-in.Total("slow")/total), max(0, 1-in.Total("verySlow")/total)
	worst, next, several := slowestWorkers(in)
	f := Finding{
		Value: &slow, Threshold: Threshold(in.Warning),
		Evidence: fmt.Sprintf("%s of %.0f sends in the last hour took longer than 1 s, %s longer than 2.5 s; %s.",
			percent(slow), total, percent(verySlow), sendQuantile(in)),
		Advice: "1. See whether a finding that stands above explains it: a full process, a slow database, a full pool of connections, state resolution. " + vouching(in) +
			"2. If none does, look at spam-checker and other modules and at the proxy in front, which no metric shows.",
		Remedy:    "Query type eventSendTime, format byWorker: is it all of them, or one?",
		Processes: in.Processes("onPath"),
	}
	oneOnly := several && worst.Value >= outlierFactor*in.Warning && worst.Value >= outlierFactor*next.Value
	switch {
	case verySlow >= in.Critical:
		f.Severity, f.Value, f.Threshold = Critical, &verySlow, Threshold(in.Critical)
	case slow >= in.Warning:
		f.Severity = Warning
	case oneOnly:
		share := worst.Value
		f.Severity, f.Value, f.Subject = Warning, &share, Subject{Name: worst.Process()}
		f.Title = "Sending messages is slow on " + worst.Process()
	default:
		return []Finding{f}
	}
	if oneOnly {
		f.Evidence += fmt.Sprintf(" It is %s above all: %s of its sends took longer than 1 s, on the next worker %s.", worst.Process(), percent(worst.Value), percent(next.Value))
	}
	f.Evidence += bridges(in)
	return []Finding{f}
}

// slowestWorkers are the two with the largest shares of slow sends.
func slowestWorkers(in Input) (worst, next Sample, several bool) {
	workers := in.Samples("workers")
	if len(workers) < 2 {
		return worst, next, false
	}
	return workers[0], workers[1], true
}

// bridges says how many of the homeserver's own events came from them.
func bridges(in Input) string {
	total, bridged := 0.0, 0.0
	for _, s := range in.Samples("origins") {
		total += s.Value
		if s.Label("origin_type") == "application_service" {
			bridged += s.Value
		}
	}
	if total == 0 || bridged/total < 0.01 {
		return ""
	}
	return fmt.Sprintf(" %s of the events sent here came from bridges.", percent(bridged/total))
}

// slowVouching is the mean time in seconds for a token to be vouched for above which it is worth a word. Source: ours.
const slowVouching = 0.2

func vouching(in Input) string {
	if v := in.Samples("token"); len(v) > 0 && v[0].Value >= slowVouching {
		return fmt.Sprintf("The authentication service takes %s on average to vouch for a token, which is part of a send. ", seconds(v[0].Value))
	}
	return ""
}

// sendQuantile is a clause about the 95th percentile; the histogram ends at 10 s.
func sendQuantile(in Input) string {
	samples := in.Samples("p95")
	switch {
	case len(samples) == 0:
		return "how long 95 of 100 took is not known"
	case samples[0].Value >= 10:
		return "at least 5 of 100 took >10 s"
	}
	return "95 of 100 were answered within " + seconds(samples[0].Value)
}
