package checks

import (
	"fmt"
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

const (
	// outageFor is the time over which answers are counted; four scrapes where they are further apart.
	outageFor = 2 * time.Minute
	// outageHeld is how long good requests must go on for an outage to be over.
	outageHeld = 5 * time.Minute
)

var (
	// requestsInFlight is 0, not absent, where no request is in progress.
	requestsInFlight = measure("inFlight", func(s Scope) string {
		return inFlight(s, metrics.LongPolls.Or(metrics.SlowByNature).Or(metrics.NotOfUsers).AreNot(), metrics.NotPreflight)
	})
	requestsAnswered = measure("answered", func(s Scope) string {
		return s.Counted(metrics.ResponseTime.Count(), outageHeld, nil, metrics.NotOfUsers.AreNot(), metrics.NotPreflight)
	})
)

var availabilityCauses = slices.Concat(
	whenFound("open-files", "database-locks", "database-connections", "restarts"), whenNamed("authentication"), byLoopTime("gc-pauses", "state-resolution"),
)

var availability = Check{
	ID:    "availability",
	Topic: "Availability",
	Title: "Requests fail or hang",
	Meaning: "Requests reach Synapse and fail, or are never answered: the database is gone or hangs, an event loop is blocked, or a process has stopped. Users notice at once. " +
		"While this lasts, checks that measure what finished can't be trusted.",
	Decides: "Per process, over two minutes or four scrapes. Critical: {critical} of the answers to sends or syncs, or to {severalServlets} other kinds of requests, are 5xx and have been for two minutes " +
		"(at least {someFailed} answers, or {fewFailed} where {nearlyAll} fail); {manyReceived} sends, logins, joins or federation transactions were received and none was answered well (4xx and 499 are answers); " +
		"requests in flight stay at {climb} × their median of a day and at least {manyInFlight}, while what finishes fell to {fallenTo} of the half hour before, or to nothing; {fullPool} of the database " +
		"connections are busy at every scrape of five minutes and at most {perConnection} transactions per connection finish in that time; the event loop is away for {blockedCritical} in two scrapes in a row; " +
		"no scrape of a process succeeds that was there within the last hour. Warning: {warning} of the answers and {failedLong} in a quarter of an hour are 5xx, {rise} × the share of a week ago; {fewReceived} " +
		"requests received and none answered well; sends that stay in flight while none finishes; the event loop away for {blockedWarning}; PostgreSQL gives this data source no new connection, which is " +
		"critical together with any of these; a send in progress for {oldSend}. It is over after five minutes without.",
	CannotKnow: "Errors that the reverse proxy answers itself: no request reaches Synapse then. With nobody asking there is nothing to see. 5xx that pass on somebody else's error (profiles, remote joins, media, " +
		"URL previews) are left out. An open session is no proof that PostgreSQL is well, so the check never says that it is.",
	Thresholds: limits.Thresholds{
		Check: "availability", Warning: limits.At(0.05), Critical: limits.At(0.5), Unit: "percentunit", WarningOf: "of the answers failed", CriticalOf: "of the answers failed", Source: "ours",
	},
	Limits: []limits.Limit{
		someFailed, fewFailed, nearlyAllFailed, severalServlets, failedSpread, failedLong, failedRise, manyReceived, fewReceived, manyInFlight, inFlightClimb, finishedFall, oldSend,
		fullPool, perConnection, loopBlockedWarning, loopBlockedCritical,
	},
	Steps: []string{
		"Find the exception: `journalctl -u matrix-synapse --since -10min | grep -m5 -A20 'Failed handle request via'` (in a container: `docker logs --since 10m <container> 2>&1 | grep …`). It names PostgreSQL, the disk or a bug.",
		"Check that PostgreSQL runs and has room on its disk: `systemctl status postgresql`, `df -h`, and the end of its log.",
		"Open \"Processes\" on this dashboard and see whether all processes are affected or one.",
		"If the database is well and requests still hang, run `py-spy dump --pid <pid>` on the process, which changes nothing, and restart that process only then: a restart destroys the evidence.",
	},
	Causes:      availabilityCauses,
	Panel:       "processes",
	PerProcess:  true,
	CriticalToo: true,
	For:         "1m",
	Connects:    true,
	Measures: []*Measurement{
		requestsInFlight, requestsAnswered, errorsNow, errorsLong, errorSpread, errorAnswers, unanswered, unansweredJoins, stuckRequests, stuckSends, oldestSend,
		fullPools, poolFinished, loopBlocked, silentProcesses, silentLately,
	},
	Signal: &Signal{Measurement: errorShare, Subject: subjectOfProcess},
	Judge:  judgeAvailability,
	Rule: Rule{Expr: `
count by (server_name) (
  ` + failingRule("errors", "critical") + `
{{- if pick "warning" ""}}
  or ` + failingRule("errorsLong", "warning") + `
{{- end}}
  or {{.unanswered}} >= {{pick .fewReceived .manyReceived}}
{{- if pick "warning" ""}}
  or {{.oldestSend}}
{{- end}}
  or {{.joins}} >= {{pick .fewReceived .manyReceived}}
  or {{.sendsInFlight}} >= {{pick "1" .manyInFlight}}
  or {{.stuck}}
  or {{.fullPools}}
  or {{.blocked}} >= {{pick .blockedWarning .blockedCritical}}
  or {{.silent}} and on ({{.by}}) {{.silentLately}}
  or {{.silent}} unless on (server_name) {{.inFlight}}
)`},
}

func judgeAvailability(in Input) []Finding {
	signs := slices.Concat(judgeBlocked(in), judgeSilent(in), judgePools(in), judgeErrors(in), judgeUnanswered(in), judgeStuck(in))
	found := worstPerProcess(in, signs)
	if in.Refusal != nil && len(found) == 0 {
		found = []Finding{in.Refusal.alone(in.Total(requestsAnswered))}
	}
	flying := in.Total(requestsInFlight)
	for i := range found {
		if found[i].Severity >= Warning && len(signs) > 0 {
			found[i].Unfinished = fmt.Sprintf("Too few requests finish to judge: %s in flight, and availability is %s.", words.Count(flying, "request is", "requests are"), found[i].Severity)
		}
	}
	if len(found) == 0 && !in.Has(requestsInFlight) {
		return UnknownFinding("Prometheus has no value of any process of this homeserver from the last 5 min. Check Status → Targets in Prometheus.")
	}
	return orOK(found, fmt.Sprintf("%s in the last 5 min, %s in flight.", words.Count(in.Total(requestsAnswered), "request was answered", "requests were answered"), words.Number(flying)))
}

// worstPerProcess keeps one finding of each process: the worst sign, the first one where several are, with the next one or what
// PostgreSQL says as its second sentence.
func worstPerProcess(in Input, signs []Finding) []Finding {
	byProcess := map[string][]Finding{}
	var names []string
	for _, sign := range signs {
		name := sign.Subject.Key()
		if byProcess[name] == nil {
			names = append(names, name)
		}
		byProcess[name] = append(byProcess[name], sign)
	}
	var found []Finding
	for _, name := range names {
		of := byProcess[name]
		worst := worstFirst(of)[0]
		switch {
		case in.Refusal != nil:
			worst = in.Refusal.with(worst)
		default:
			if other := slices.IndexFunc(of, func(f Finding) bool { return f.Title != worst.Title }); other > 0 {
				worst.Evidence += " " + of[other].Evidence
			}
		}
		found = append(found, worst)
	}
	return worstFirst(found)
}

// notCausedBut names the causes of the check that do not explain a sign.
func notCausedBut(causes ...string) []string {
	return slices.DeleteFunc(causeIDs(availabilityCauses), func(id string) bool { return slices.Contains(causes, id) })
}
