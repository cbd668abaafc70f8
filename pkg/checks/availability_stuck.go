package checks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// Requests that stay in flight. A request that can't be cancelled stays there when its client has left, so in a hang they
// climb. What waits by design (long polls) or for somebody else (remote joins, media, key queries) is left out.
var (
	manyInFlight  = limits.Limit{Name: "manyInFlight", Value: 5, Meaning: "number of requests in flight that count as a queue", Source: "ours"}
	inFlightClimb = limits.Limit{Name: "climb", Value: 5, Meaning: "number of times the median of a day", Source: "ours"}
	// oldSend is far above what a send waits for by itself: five seconds for another process.
	oldSend      = limits.Limit{Name: "oldSend", Value: 600, Unit: "s", Meaning: "age of the oldest send in progress from which one room hangs", Source: "ours"}
	finishedFall = limits.Limit{Name: "fallenTo", Value: 0.2, Unit: "percentunit", Meaning: "share of the requests that finished in the half hour before", Source: "ours"}
)

// beforeClimb is the time whose finished requests are the usual ones.
const beforeClimb = 30 * time.Minute

var (
	ofInFlight = []query.Matcher{metrics.LongPolls.Or(metrics.SlowByNature).Or(metrics.NotOfUsers).AreNot(), metrics.NotPreflight}

	// The usual number is frozen: it is that of the last moment at which few requests were in flight. A base that moved with
	// the present would be the outage itself after an hour. A process that never had such a moment must finish nothing at all.
	stuckRequests = measure("stuck", func(s Scope) string {
		window := s.scrapes(4, outageFor)
		return s.held(strings.NewReplacer(
			"$lowest", s.lowestOf(inFlight(s, ofInFlight...), window), "$floor", usualInFlight(s), "$process", s.PerProcess(), "$finished", finished(s, window, ofInFlight),
			"$few", fmt.Sprintf("%g * %s", finishedFall.Value*window.Seconds(), finishedBefore(s)),
		).Replace("$lowest >= $floor unless on ($process) $finished > ($few or $finished * 0)"))
	})
	// A room in which nothing can be sent holds up few requests. The age of a block of code that is still in progress shows it; a send
	// waits for no other homeserver there.
	oldestSend = measure("oldestSend", func(s Scope) string {
		return "max by (" + s.PerProcess() + ") (" + s.Now(metrics.BlockLongest.Series(), `block_name="handle_new_client_event"`) + ") >= " + plain(oldSend.Value)
	})
	// On small servers a single send tells: it is in flight at every scrape, and none finishes.
	stuckSends = measure("sendsInFlight", func(s Scope) string {
		sends, window := []query.Matcher{metrics.SendServlets.Are(), `method=~"PUT|POST"`}, s.scrapes(4, 90*time.Second)
		return s.held(fmt.Sprintf("%s >= 1 unless on (%s) %s > 0", s.lowestOf(inFlight(s, sends...), window), s.PerProcess(), finished(s, window, sends)))
	})
)

// inFlight is the requests in progress on each process. A kind without requests has no series, so a process without any is
// told from a series that every process has.
func inFlight(s Scope, of ...query.Matcher) string {
	return "(" + s.SumPerProcess(s.Now(metrics.InFlightRequests.Series(), of...)) + " or " + s.SumPerProcess(s.Now(metrics.ScheduleTime.Count())+" * 0") + ")"
}

// usualInFlight is the number in flight from which it is unusual, by the day until the end of the asked time.
func usualInFlight(s Scope) string {
	return fmt.Sprintf("clamp_min(%g * quantile_over_time(0.5, %s[1d:5m] @ end()), %g)", inFlightClimb.Value, inFlight(s, ofInFlight...), manyInFlight.Value)
}

func finished(s Scope, d time.Duration, of []query.Matcher) string {
	return s.Counted(metrics.ResponseCount.Series(), d, nil, of...)
}

// finishedBefore is the requests that finished per second in the half hour before they began to stay.
func finishedBefore(s Scope) string {
	total := s.SumPerProcess(s.Now(metrics.ResponseCount.Series(), ofInFlight...))
	then := s.SumPerProcess(metrics.ResponseCount.Series().Of(s.Filters.Selector(ofInFlight...) + metrics.Offset(beforeClimb)))
	return fmt.Sprintf("last_over_time((((%s - %s) / %g >= 0) and on (%s) (%s < %s))[12h:10m] @ end())", total, then, beforeClimb.Seconds(),
		s.PerProcess(), inFlight(s, ofInFlight...), usualInFlight(s))
}

func judgeStuck(in Input) []Finding {
	var found []Finding
	add := func(p Sample, what string, f Finding) {
		f.Subject, f.Unit, f.Value, f.NotCausedBy = Subject{Name: p.Process()}, "none", limits.At(p.Value), notCausedBut("database-locks")
		f.Evidence = fmt.Sprintf("%s at every scrape of the last minutes, and %s.", words.Count(p.Value, what+" was in flight", what+"s were in flight"), f.Evidence)
		found = append(found, f)
	}
	for _, p := range in.Samples(stuckRequests) {
		add(p, "request", Finding{Severity: Critical, Title: "Requests hang", Threshold: limits.At(manyInFlight.Value),
			Evidence: "at most " + words.Percent(finishedFall.Value) + " of the usual number finished"})
	}
	for _, p := range in.Samples(stuckSends) {
		f := Finding{Severity: Warning, Confidence: 0.5, Title: "Sends hang", Threshold: limits.At(1), Evidence: "none finished"}
		if p.Value >= manyInFlight.Value {
			f.Severity, f.Confidence, f.Threshold = Critical, 0, limits.At(manyInFlight.Value)
		}
		add(p, "send", f)
	}
	for _, p := range in.Samples(oldestSend) {
		found = append(found, Finding{Subject: Subject{Name: p.Process()}, Severity: Warning, Confidence: 0.6, Title: "Sends to one room hang", Value: limits.At(p.Value), Threshold: limits.At(oldSend.Value), Unit: "s",
			NotCausedBy: notCausedBut("database-locks"), Steps: slices.Clone(oneRoomHangs),
			Evidence: fmt.Sprintf("The oldest send in progress began %s ago, while others finish: most likely one room hangs.", words.Seconds(p.Value))})
	}
	return found
}

// oneRoomHangs are what to do about a room in which nothing can be sent.
var oneRoomHangs = []string{
	"Find the room: in the reverse proxy's log, requests `PUT …/rooms/<room>/send/…` that end with 499 or 504 name it.",
	"Before you change anything, run `py-spy dump --pid <pid>` on the process and keep it with its log since then: they show what the send waits for.",
	"Restart that process. The send and those that wait behind it fail, and clients send them again.",
}
