package checks

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var (
	surgeShare  = limits.Limit{Name: "share", Value: 0.9, Unit: "percentunit", Meaning: "share of a kind of requests that is refused", Source: "ours"}
	surgeMany   = limits.Limit{Name: "many", Value: 10, Unit: "reqps", Meaning: "refused requests per second that matter whatever their share", Source: "ours"}
	surgeTimes  = limits.Limit{Name: "times", Value: 5, Meaning: "number of times the usual rate", Source: "ours"}
	surgeRate   = limits.Limit{Name: "rate", Value: 5, Unit: "reqps", Meaning: "requests per second of one kind below which a rise is not judged", Source: "ours"}
	surgeCPU    = limits.Limit{Name: "cpuShare", Value: 0.3, Unit: "percentunit", Meaning: "share of the CPU of a process that one kind of requests uses from which the rise matters", Source: "ours"}
	surgeOutage = limits.Limit{Name: "outage", Value: 0.05, Unit: "percentunit", Meaning: "share of failed answers after which everybody comes back", Source: "ours"}
	surgeReturn = limits.Limit{Name: "calm", Value: 1800, Unit: "s", Meaning: "time after a restart or failed requests in which a rise is that of everybody coming back", Source: "ours"}
)

// refusalWindow is the part of the quarter of an hour in which requests are refused all the time: a burst is no loop.
const refusalWindow = 5 * time.Minute

// risesBySelf are kinds of requests of which five times the usual number is healthy: other homeservers catch up, a large room is
// joined, keys are restored from a backup, scanners probe.
const risesBySelf = metrics.LongPolls + "|" + metrics.NotOfUsers + "|Federation.*|RoomKeys.*|ClientRestResource|TransportLayerServer|unrecognised_request_handler"

var (
	// refusals are the refused requests per second, in each part of the last quarter of an hour.
	refusals = measure("refused", func(s Scope) string {
		rate := "sum by (server_name, servlet, code) (" + s.Homeserver().Rate(metrics.ResponseTime.Count(), refusalWindow, metrics.Refused.Are(), metrics.NotOfUsers.AreNot(), metrics.NotPreflight) + ")"
		return "min_over_time(" + rate + subquery(2*refusalWindow, refusalWindow) + ")"
	})
	// refusalsLong is the mean over the quarter of an hour: a kind that has just appeared has no earlier part.
	refusalsLong = measure("refusedLong", func(s Scope) string { return refusedRate(s, shortWindow) })
	answersLong  = measure("answers", func(s Scope) string {
		return s.Sum(s.Homeserver().Rate(metrics.ResponseTime.Count(), shortWindow, metrics.ClientLeft.AreNot(), metrics.NotOfUsers.AreNot(), metrics.NotPreflight), "servlet")
	})
	requestRate = measure("rate", func(s Scope) string { return surgedRate(s, 0) + " >= " + plain(surgeRate.Value) })
	// requestUsual is the rate of the same quarter of an hour a week ago; where there is none, the 95th percentile of the day
	// until an hour ago.
	requestUsual = measure("usual", func(s Scope) string {
		return surgedRate(s, week) + " or (quantile_over_time(0.95, " + surgedRate(s, 0) + subquery(24*time.Hour, time.Hour) + metrics.Offset(time.Hour) + ") unless on (server_name) " +
			metrics.ScheduleTime.Count().Of(s.Homeserver().Filters.Selector()+metrics.Offset(week)) + ")"
	})
	// requestCPU is the largest share of a process's CPU that each kind of requests uses, and which process that is.
	requestCPU = measure("cpuShare", func(s Scope) string {
		used := func(m *metrics.Metric) string { return s.SumPerProcess(s.Rate(m.Series(), shortWindow), "servlet") }
		return "topk by (server_name, servlet) (1, (" + used(metrics.ResponseUserCPU) + " + " + used(metrics.ResponseSystemCPU) + ") / on (" + s.PerProcess() + ") group_left () " +
			"sum by (" + s.PerProcess() + ") (" + cpu.PromQL(s) + "))"
	})
	// requestErrors is the share of failed answers in the time after which everybody is back.
	requestErrors = measure("errors", func(s Scope) string {
		rate := func(of ...query.Matcher) string {
			return s.Sum(s.Homeserver().Rate(metrics.ResponseTime.Count(), surgeReturn.Duration()+shortWindow, append(of, metrics.PassingOnErrors.Or(metrics.NotOfUsers).AreNot())...))
		}
		return rate(metrics.ServerErrors.Are()) + " / " + rate()
	})
	// surgeSignal leaves out what is far from a surge: there are hundreds of kinds.
	surgeSignal = measure("signal", func(s Scope) string { return surgedRate(s, 0) + " > 1 or " + refusedRate(s, shortWindow) + " > 0.1" })
)

func refusedRate(s Scope, d time.Duration) string {
	return s.Sum(s.Homeserver().Rate(metrics.ResponseTime.Count(), d, metrics.Refused.Are(), metrics.NotOfUsers.AreNot(), metrics.NotPreflight), "servlet", "code")
}

func surgedRate(s Scope, ago time.Duration) string {
	selector := s.Homeserver().Filters.Selector(risesBySelf.AreNot(), metrics.NotPreflight)
	return s.Sum(metrics.RequestsReceived.Series().Rate(selector, s.Window(shortWindow)+metrics.Offset(ago)), "servlet")
}

var requestSurge = Check{
	ID:    "request-surge",
	Topic: "Request surges",
	Title: "A client sends requests in a loop",
	Meaning: "One kind of requests comes far more often than usual, or nearly all of its requests are refused: most likely one client or bot in a loop. It costs CPU and memory, and hides real requests in " +
		"the graphs.",
	Decides: "Per kind of requests, over a quarter of an hour. A warning if at least {warning} are refused with one status (4xx) all the time and {share} of that kind are refused, or {many} " +
		"whatever the share; sends refused with 403 count from {many} on only, and refusals that are normal (first step of an authentication, lookups of what does not exist, left rooms, presence over its limit) never. Five times the usual rate ({times} ×, " +
		"that of a week ago, else of the day before) at {rate} or more is an info, and a warning if it uses {cpuShare} of the CPU of a process. A rise is not judged within {calm} of a restart or of an outage ({outage} of the answers failed), " +
		"nor one of syncs, federation or key backups.",
	CannotKnow: "Whether it is one client or many, and whose: no metric has users or addresses. The access log names them.",
	Thresholds: limits.Thresholds{
		Check: "request-surge", Warning: limits.At(1), Unit: "reqps", WarningOf: "refused requests of one kind", Source: "ours",
	},
	Limits: []limits.Limit{surgeShare, surgeMany, surgeTimes, surgeRate, surgeCPU, surgeOutage, surgeReturn},
	Steps: []string{
		"Find who it is: `grep 'Processed request' homeserver.log | grep '<path>' | grep -o '@[^ ]*' | sort | uniq -c | sort -rn | head`, or count addresses in the reverse proxy's log.",
		"Log that device out, or ask its owner to update the client: admin API `DELETE /_synapse/admin/v2/users/<user>/devices/<device>`. The user has to log in again on that device.",
		"Until then, limit that path for that address in the reverse proxy. Synapse's own rate limits do not cover every path.",
	},
	Causes:   whenNamed("authentication"),
	Panel:    "requests-cpu",
	Measures: []*Measurement{refusals, refusalsLong, answersLong, requestRate, requestUsual, requestCPU, requestErrors, youngest},
	Signal:   &Signal{Measurement: surgeSignal, Subject: subjectOfRequests, SinceOnly: true},
	Judge:    judgeRequestSurge,
	Rule:     Rule{None: "which refusals are normal depends on the pair of request and status."},
}

// subjectOfRequests names a kind of requests, and the status where it is about refused ones.
func subjectOfRequests(s Sample) string {
	if status := metrics.StatusOf(s.Label("code")); status > 0 {
		return s.Label("servlet") + " " + strconv.Itoa(status)
	}
	return s.Label("servlet")
}

func judgeRequestSurge(in Input) []Finding {
	if !in.Has(answersLong) {
		return okFinding("No request was answered in the last 15 min: nothing to judge.")
	}
	found := append(judgeRefusals(in), judgeRise(in)...)
	return orOK(found, fmt.Sprintf("%s per second were answered in the last 15 min; no kind of requests is in a loop.", words.Count(in.Total(answersLong), "request", "requests")))
}

func judgeRefusals(in Input) []Finding {
	all, lowest := in.valuesBy(answersLong, byLabel("servlet")), in.valuesBy(refusals, subjectOfRequests)
	return judgeEach(in.Samples(refusalsLong), func(s Sample) Finding {
		servlet, status := s.Label("servlet"), metrics.StatusOf(s.Label("code"))
		rate := min(s.Value, lowest[subjectOfRequests(s)])
		share := s.Value / max(all[servlet], s.Value)
		// A client without permission is a matter of that client: on a small homeserver it is most of the sends.
		few := share < surgeShare.Value || status == 403 && metrics.SendServlets.Has(servlet)
		if metrics.UsualRefusal(servlet, status) || few && rate < surgeMany.Value {
			return Finding{}
		}
		f := in.graded(rate, Finding{Subject: Subject{Name: subjectOfRequests(s)}, Confidence: 0.8, Takes: Amounts{LoopTime: cpuOf(in, servlet)}, Processes: busiestWith(in, servlet)})
		f.Evidence = fmt.Sprintf("%s refused with %d in the last 15 min: %s of these requests.", words.PerSecond(s.Value), status, words.Percent(share))
		f.Steps = surgeSteps(in, servlet)
		if status == 401 {
			f.CauseSubjects = []string{accessTokens}
		}
		return f
	})
}

func judgeRise(in Input) []Finding {
	if age := in.Samples(youngest); len(age) > 0 && age[0].Value < surgeReturn.Value || in.Total(requestErrors) >= surgeOutage.Value {
		return nil
	}
	usual := in.valuesBy(requestUsual, byLabel("servlet"))
	var found []Finding
	for _, s := range in.Samples(requestRate) {
		servlet := s.Label("servlet")
		before, known := usual[servlet]
		if !known || s.Value < surgeTimes.Value*before {
			continue
		}
		f := Finding{Subject: Subject{Name: servlet}, Severity: Info, Title: "Unusually many requests of one kind", Value: limits.At(s.Value),
			Threshold: limits.At(math.Max(surgeRate.Value, surgeTimes.Value*before)), Confidence: 0.6, Takes: Amounts{LoopTime: cpuOf(in, servlet)}, Processes: busiestWith(in, servlet), Steps: surgeSteps(in, servlet)}
		f.Evidence = fmt.Sprintf("%s in the last 15 min, usually %s; %s of the CPU of a process.", words.PerSecond(s.Value), words.PerSecond(before), words.Percent(cpuOf(in, servlet)))
		if cpuOf(in, servlet) >= surgeCPU.Value {
			f.Severity = Warning
		}
		found = append(found, f)
	}
	return found
}

func cpuOf(in Input, servlet string) float64 {
	return in.valuesBy(requestCPU, byLabel("servlet"))[servlet]
}

// busiestWith is the process that spends most of its CPU on these requests.
func busiestWith(in Input, servlet string) []string {
	return namesOf(slices.DeleteFunc(in.Samples(requestCPU), func(s Sample) bool { return s.Label("servlet") != servlet }))
}

// surgeSteps are the check's, with the path where it is known.
func surgeSteps(in Input, servlet string) []string {
	steps := append([]string{}, in.check.Steps...)
	if path, known := surgePaths[servlet]; known {
		steps[0] = strings.ReplaceAll(steps[0], "<path>", path)
	}
	return steps
}

// surgePaths are what the access log shows for the kinds of requests that clients repeat. Source: Synapse 1.157.
var surgePaths = map[string]string{
	"KeyUploadServlet": "/keys/upload", "KeyQueryServlet": "/keys/query", "OneTimeKeyServlet": "/keys/claim", "SyncRestServlet": "/sync", "SlidingSyncRestServlet": "simplified_msc3575/sync",
	"RoomSendEventRestServlet": "/send/", "SendToDeviceRestServlet": "/sendToDevice/", "LoginRestServlet": "/login", "RoomMessageListRestServlet": "/messages",
	"PresenceStatusRestServlet": "/presence/", "ReceiptRestServlet": "/receipt/", "RoomTypingRestServlet": "/typing/", "AccountDataServlet": "/account_data/",
	"PushersSetRestServlet": "/pushers/set", "WhoamiRestServlet": "/account/whoami",
}
