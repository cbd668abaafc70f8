package checks

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// trafficClasses are the kinds of requests whose rate is regular, by what people call them. Both ways to sync count together:
// clients move from one to the other.
var trafficClasses = []struct {
	name     string
	servlets metrics.Servlets
}{
	{"syncs", metrics.SyncServlets}, {"sends", "RoomSendEventRestServlet"}, {federationClass, metrics.TransactionServlets}, {"logins", metrics.LoginServlets},
}

const federationClass = "federation transactions"

var (
	dropDays      = limits.Limit{Name: "days", Value: 3, Meaning: "number of earlier days with enough requests at the same time", Source: "ours"}
	dropEnough    = limits.Limit{Name: "enough", Value: 30, Meaning: "number of requests in a slot of an earlier day from which it is compared", Source: "ours"}
	dropStep      = limits.Limit{Name: "step", Value: 0.2, Unit: "percentunit", Meaning: "share of the requests that is left from one slot to the next but one: a holiday comes slower", Source: "ours"}
	dropYoung     = limits.Limit{Name: "tooYoung", Value: 600, Unit: "s", Meaning: "uptime of a process below which nothing is judged", Source: "ours"}
	importantGap  = limits.Limit{Name: "gap", Value: 3, Meaning: "number of times the longest silence of the week before", Source: "ours"}
	importantTime = limits.Limit{Name: "silence", Value: 3600, Unit: "s", Meaning: "silence of an important homeserver that is judged at all", Source: "ours"}
)

// dropSlots are compared: the hour is for servers that receive too little in a quarter of it.
const (
	dropSlot     = 15 * time.Minute
	dropLongSlot = time.Hour
)

var (
	received       = measure("received", func(s Scope) string { return receivedIn(s, dropSlot) })
	receivedHour   = measure("receivedHour", func(s Scope) string { return receivedIn(s, dropLongSlot) })
	receivedDays   = measure("usual", func(s Scope) string { return receivedOnDays(s, dropSlot) })
	receivedHourly = measure("usualHour", func(s Scope) string { return receivedOnDays(s, dropLongSlot) })
	receivedStep   = measure("fall", func(s Scope) string {
		return "min_over_time((" + receivedAgo(s, dropSlot, 0) + " / " + receivedAgo(s, dropSlot, 2*dropSlot) + ")" + subquery(24*time.Hour, dropSlot) + ")"
	})
	processesNow  = measure("processes", func(s Scope) string { return countProcesses(s, 0) })
	processesThen = measure("processesThen", func(s Scope) string { return countProcesses(s, 24*time.Hour) })
	youngest      = measure("youngest", func(s Scope) string { return "min by (server_name) (" + uptime.PromQL(s.Homeserver()) + ")" })
	// Before Synapse 1.136 the label is server_name, which is no homeserver of ours.
	importantSilent = measure("silent", func(s Scope) string {
		now := "(time() - max by (server_name, origin_server_name) (" + metrics.LastReceivedPDU.Series().Of(s.Homeserver().Filters.Selector(`origin_server_name!=""`)) + "))"
		usual := "max_over_time(" + now + subquery(6*24*time.Hour, 30*time.Minute) + metrics.Offset(24*time.Hour) + ")"
		return fmt.Sprintf("%s >= %g and %s > %g * %s", now, importantTime.Value, now, importantGap.Value, usual)
	})
)

// receivedIn is the requests of each class that were received lately, by all processes.
func receivedIn(s Scope, slot time.Duration) string {
	return "sum by (server_name, class) (" + classed(s.Homeserver().Counted(metrics.RequestsReceived.Series(), slot, byServlet, allTraffic...)) + ")"
}

// receivedAgo is the same as it was some time ago.
func receivedAgo(s Scope, slot, ago time.Duration) string {
	return "sum by (server_name, class) (" + classed(metrics.RequestsReceived.Series().Increase(s.Homeserver().Filters.Selector(allTraffic...), metrics.Window(slot)+metrics.Offset(ago))) + ")"
}

// receivedOnDays is the lowest number of a slot within an hour of the same time, on each of the last seven days that had enough:
// nights and weekends are quiet every week.
func receivedOnDays(s Scope, slot time.Duration) string {
	var days []string
	for day := 1; day <= 7; day++ {
		lowest := fmt.Sprintf("min_over_time(%s%s%s)", receivedAgo(s, slot, 0), subquery(2*time.Hour, slot), metrics.Offset(time.Duration(day)*24*time.Hour-time.Hour))
		days = append(days, fmt.Sprintf(`label_replace(%s >= %g, "day", "%d", "", "")`, lowest, dropEnough.Value, day))
	}
	return strings.Join(days, " or ")
}

var allTraffic = []query.Matcher{metrics.SyncServlets.Or("RoomSendEventRestServlet").Or(metrics.TransactionServlets).Or(metrics.LoginServlets).Are(), metrics.NotPreflight}

func classed(expression string) string {
	for _, c := range trafficClasses {
		expression = fmt.Sprintf(`label_replace(%s, "class", %q, "servlet", %q)`, expression, c.name, c.servlets)
	}
	return expression
}

func countProcesses(s Scope, ago time.Duration) string {
	return "count by (server_name) (" + metrics.ScheduleTime.Count().Of(s.Homeserver().Filters.Selector()+metrics.Offset(ago)) + ")"
}

var trafficDrop = Check{
	ID:    "traffic-drop",
	Topic: "Incoming requests",
	Title: "Requests have stopped arriving",
	Meaning: "Far fewer requests reach Synapse than at the same time on any earlier day. Synapse itself may be well: an expired certificate, the reverse proxy, DNS or a firewall keeps clients or " +
		"other homeservers away.",
	Decides: "Of syncs, sends, federation transactions and logins: the share that is missing in the last quarter of an hour against the quietest slot at the same time, an hour more or less, of at least {days} of the " +
		"last seven days with {enough} requests each; where there are fewer, in the last hour. {warning} missing, in one step, is critical if it is syncs or two kinds, and a warning if it is federation transactions " +
		"alone. Important homeservers: a silence of {silence} and {gap} × the longest of the week before is a warning. Not judged: a homeserver with a process younger than {tooYoung}, or with fewer processes than a day ago.",
	CannotKnow: "Anything in the first three days. Which homeservers are important: only those named in Synapse's `federation_metrics_domains` have a metric, and only since 1.136. Logins are not seen where the " +
		"authentication service has them. A drop that is older than a day is no step any more.",
	Thresholds: limits.Thresholds{
		Check: "traffic-drop", Warning: limits.At(0.9), Unit: "percentunit", WarningOf: "of the usual requests missing", Source: "ours",
	},
	Limits: []limits.Limit{dropDays, dropEnough, dropStep, dropYoung, importantGap, importantTime},
	Steps: []string{
		"Run from outside, not on the server: `curl -sv https://<domain>/_matrix/client/versions`. Certificate error: renew it. Timeout or 502: the reverse proxy or a firewall. Name error: DNS.",
		trafficDropFederation,
		"Read the log of the reverse proxy since the drop, and what was changed then: its configuration, certificates, DNS, routes to workers.",
	},
	Causes:      whenFound("availability", "scrape-health"),
	Panel:       "requests-cpu",
	CriticalToo: true,
	Measures:    []*Measurement{received, receivedHour, receivedDays, receivedHourly, receivedStep, processesNow, processesThen, youngest, importantSilent},
	Judge:       judgeTrafficDrop,
	Rule:        Rule{None: "it compares with up to seven earlier days, which a rule would read again every minute."},
}

func judgeTrafficDrop(in Input) []Finding {
	switch age := in.Samples(youngest); {
	case !in.Has(processesNow):
		return metricMissing(metrics.ScheduleTime)
	case len(age) > 0 && age[0].Value < dropYoung.Value:
		return okFinding("A process has run for only " + words.Seconds(age[0].Value) + ": too early to compare.")
	case in.Total(processesNow) < in.Total(processesThen):
		return okFinding(fmt.Sprintf("%s scraped now, %s a day ago: the requests of the others are not known.",
			words.Count(in.Total(processesNow), "process is", "processes are"), words.Number(in.Total(processesThen))))
	}
	silent := judgeImportant(in)
	compared, dropped := compareTraffic(in)
	names := make([]string, len(dropped))
	for i, d := range dropped {
		names[i] = d.class
	}
	switch {
	case len(compared) == 0 && len(silent) == 0:
		return okFinding("Fewer than " + dropDays.String() + " earlier days had enough requests at this time of day: nothing to compare with.")
	case !slices.Contains(names, "syncs") && !slices.Contains(names, federationClass) && len(dropped) < 2:
		if len(silent) > 0 {
			return silent
		}
		return okFinding(compared[0].text() + ".")
	}
	worst := dropped[0]
	f := in.graded(worst.missing(), Finding{Evidence: worst.text(), Confidence: worst.confidence})
	f.Severity = Warning
	if slices.Contains(names, "syncs") || len(dropped) > 1 {
		f.Severity = Critical
	} else {
		f.Title, f.Steps = "Federation has stopped arriving", []string{trafficDropFederation, "Read the log of the reverse proxy since the drop, and what was changed then."}
	}
	for _, other := range dropped[1:min(2, len(dropped))] { // the third says no more
		f.Evidence += ". " + other.text()
	}
	f.Evidence += "."
	return append([]Finding{f}, silent...)
}

const trafficDropFederation = "For federation, run from outside: `curl -sv https://<domain>/.well-known/matrix/server` and `curl -sv https://<domain>:8448/_matrix/federation/v1/version`, or use https://federationtester.matrix.org."

// drop is one class of requests, now and usually.
type drop struct {
	class      string
	now, usual float64
	slot       time.Duration
	confidence float64
}

func (d drop) missing() float64 { return max(0, 1-d.now/d.usual) }

func (d drop) text() string {
	return fmt.Sprintf("%s in the last %s: %s, at least %s at this time on earlier days", strings.ToUpper(d.class[:1])+d.class[1:], words.Duration(d.slot), words.Number(math.Round(d.now)), words.Number(d.usual))
}

// compareTraffic gives the classes that can be compared, and those of them that have dropped in one step.
func compareTraffic(in Input) (compared, dropped []drop) {
	for _, c := range trafficClasses {
		d := drop{class: c.name, slot: dropSlot, confidence: 0.8}
		var days int
		if d.usual, days = quietest(in, receivedDays, c.name); days < int(dropDays.Value) {
			d.slot, d.confidence = dropLongSlot, 0.5
			if d.usual, days = quietest(in, receivedHourly, c.name); days < int(dropDays.Value) {
				continue
			}
		}
		d.now, _ = ofClass(in, map[time.Duration]*Measurement{dropSlot: received, dropLongSlot: receivedHour}[d.slot], c.name)
		compared = append(compared, d)
		fall, known := ofClass(in, receivedStep, c.name)
		if d.missing() >= in.Warning && (d.now < 1 || known && fall <= dropStep.Value) {
			dropped = append(dropped, d)
		}
	}
	return compared, dropped
}

// quietest is the lowest number of the earlier days, and how many there are.
func quietest(in Input, m *Measurement, class string) (lowest float64, days int) {
	lowest = math.Inf(1)
	for _, s := range in.Samples(m) {
		if s.Label("class") == class {
			lowest, days = min(lowest, s.Value), days+1
		}
	}
	return lowest, days
}

func ofClass(in Input, m *Measurement, class string) (float64, bool) {
	for _, s := range in.Samples(m) {
		if s.Label("class") == class {
			return s.Value, true
		}
	}
	return 0, false
}

// judgeImportant finds important homeservers that have fallen silent. Only the subject names them.
func judgeImportant(in Input) []Finding {
	var found []Finding
	for _, s := range in.Samples(importantSilent) {
		found = append(found, Finding{
			Subject: Subject{Hidden: query.NewDestination(in.Settings, s.Label("origin_server_name"))}, Severity: Warning, Title: "An important homeserver is silent", Unit: "s",
			Value: limits.At(s.Value), Threshold: limits.At(importantTime.Value), Confidence: 0.6,
			Evidence: fmt.Sprintf("No event from it for %s, more than %s × the longest silence of the week before.", words.Seconds(s.Value), importantGap),
			Steps:    []string{trafficDropFederation, "If others arrive, ask the administrator of that homeserver whether it can reach yours."},
		})
	}
	return found
}
