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

func sends(w Where, part string, more ...query.Matcher) string {
	more = append(more, query.Equal("servlet", "RoomSendEventRestServlet"), `code=~"2.."`)
	return "sum " + PerServer + "(" + w.Increase(sendHistogram+part, sendWindow, more...) + ")"
}

func within(bound string) query.Matcher { return query.Matcher(fmt.Sprintf(`le=~"%s([.]0)?"`, bound)) }

var eventSendTime = Check{
	ID:      "event-send-time",
	Title:   "Sending messages is slow",
	Meaning: "How long the server takes to accept a message from a client: what people notice first.",
	Decides: "The share of successful sends within the last hour that took longer than 1 s (warning) or 2.5 s (critical). " +
		"With fewer than 100 sends it does not judge.",
	Source: "The guide's graph; its panel draws lines at 1 s and 2 s, the histogram has bounds at 1 s and 2.5 s. The share is ours.",
	CannotKnow: "Spam-checker and other modules, and the proxy in front, cost time that no metric tells apart. A client " +
		"that hangs up counts as a success that took until then. Sends of bridges are among them.",
	Unit:    "percentunit",
	Warning: Threshold(0.05), Critical: Threshold(0.05),
	Causes: []string{"cpu-saturation", "database-slow", "database-pool", "state-resolution", "extremities", "gc-pauses"},
	Measures: func(w Where) map[string]string {
		return map[string]string{
			"sends":    sends(w, "_count"),
			"slow":     sends(w, "_bucket", within(slowSend)),
			"verySlow": sends(w, "_bucket", within(verySlowSend)),
			"p95":      "histogram_quantile(0.95, sum by (server_name, le) (" + w.Rate(sendHistogram+"_bucket", sendWindow, query.Equal("servlet", "RoomSendEventRestServlet"), `code=~"2.."`) + "))",
		}
	},
	Judge: judgeSendTime,
}

func judgeSendTime(in Input) []Finding {
	if !in.Has("sends") {
		return Fine("No message was sent in the last hour: nothing to judge.")
	}
	total := in.Total("sends")
	if total < enoughSends {
		return Fine(fmt.Sprintf("Only about %.0f messages were sent in the last hour: too few to judge.", total))
	}
	slow, verySlow := 1-in.Total("slow")/total, 1-in.Total("verySlow")/total
	f := Finding{
		Evidence: fmt.Sprintf("%s of %.0f sends in the last hour took longer than 1 s, %s longer than 2.5 s; 95 of 100 were answered within %s.",
			percent(slow), total, percent(verySlow), sendQuantile(in)),
		Advice: "Go down the list: what explains it stands above. If nothing does, look at spam-checker and other modules and at the proxy in front, which no metric shows.",
	}
	switch {
	case verySlow >= in.Critical:
		f.Severity, f.Value, f.Threshold = Critical, &verySlow, Threshold(in.Critical)
	case slow >= in.Warning:
		f.Severity, f.Value, f.Threshold = Warning, &slow, Threshold(in.Warning)
	default:
		f.Value, f.Threshold = &slow, Threshold(in.Warning)
	}
	return []Finding{f}
}

func sendQuantile(in Input) string {
	samples := in.Samples("p95")
	switch {
	case len(samples) == 0:
		return "an unknown time"
	case samples[0].Value >= 10:
		return ">10 s"
	}
	return seconds(samples[0].Value)
}
