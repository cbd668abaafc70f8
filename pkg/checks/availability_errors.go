package checks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// Answers with 5xx, per kind of request: of all requests of a homeserver they may stay few, since a sync without news needs no
// database. One broken room that one client asks for again and again is one kind of request.
var (
	someFailed      = limits.Limit{Name: "someFailed", Value: 5, Meaning: "number of failed answers of a kind of request from which their share is judged", Source: "ours"}
	fewFailed       = limits.Limit{Name: "fewFailed", Value: 3, Meaning: "number of failed answers that is enough where nearly all fail", Source: "ours"}
	nearlyAllFailed = limits.Limit{Name: "nearlyAll", Value: 0.9, Unit: "percentunit", Meaning: "share of failed answers that is nearly all", Source: "ours"}
	severalServlets = limits.Limit{Name: "severalServlets", Value: 2, Meaning: "number of kinds of requests other than sends and syncs that must fail", Source: "ours: one is a broken room"}
	failedSpread    = limits.Limit{Name: "spread", Value: 0.2, Unit: "percentunit", Meaning: "share of failed answers among all requests other than sends and syncs below which some kinds of them are not judged", Source: "ours"}
	failedLong      = limits.Limit{Name: "failedLong", Value: 10, Meaning: "number of failed answers in 15 minutes from which their share is a warning", Source: "ours"}
	failedRise      = limits.Limit{Name: "rise", Value: 3, Meaning: "number of times the share of failed answers of the same hour a week ago", Source: "ours"}
)

var (
	// errorsNow is the share of failed answers of each kind of request where they are enough and have gone on for two minutes: a
	// restart of the database or of a worker makes a burst that is shorter.
	errorsNow = measure("errors", func(s Scope) string {
		return s.held(strings.NewReplacer(
			"$now", failedAnswers(s, s.scrapes(4, outageFor)), "$all", answers(s, s.scrapes(4, outageFor)), "$recent", failedAnswers(s, s.scrapes(1, 30*time.Second)),
			"$before", failedAnswers(s, s.scrapes(3, outageFor)), "$wide", failedAnswers(s, s.scrapes(3, outageFor)+3*time.Minute),
			"$enough", plain(someFailed.Value), "$few", plain(fewFailed.Value), "$nearly", plain(nearlyAllFailed.Value),
		).Replace("($now >= $enough or $now >= clamp_min($nearly * $all, $few)) / $all and $recent > 0 and $wide > $before"))
	})
	// errorsLong is the share of 15 minutes where they are enough, no burst that is over, and more than a week ago where that is
	// known.
	errorsLong = measure("errorsLong", func(s Scope) string {
		then := func(more query.Matcher) string {
			selector := s.Homeserver().Filters.Selector(append([]query.Matcher{more}, ofUsers...)...)
			return s.Sum(metrics.ResponseTime.Count().Increase(selector, metrics.Window(time.Hour)+metrics.Offset(week)), "servlet")
		}
		long := failedAnswers(s, shortWindow)
		return fmt.Sprintf("((%s > %s) >= %g and %s > 0) / %s > on (server_name, servlet) group_left () (%g * %s / %s or 0 * %s)",
			long, failedAnswers(s, 2*shortWindow/3), failedLong.Value, failedAnswers(s, s.scrapes(4, shortWindow/3)), answers(s, shortWindow),
			failedRise.Value, then(metrics.ServerErrors.Are()), then(metrics.ClientLeft.AreNot()), s.Sum(s.Now(metrics.ResponseTime.Count(), ofUsers...), "servlet"))
	})
	// errorSpread is the share among all requests other than sends and syncs.
	errorSpread = measure("errorSpread", func(s Scope) string {
		of := append([]query.Matcher{keyServlets.AreNot()}, ofUsers...)
		return s.Counted(metrics.ResponseTime.Count(), outageHeld, nil, append([]query.Matcher{metrics.ServerErrors.Are()}, of...)...) + " / " +
			s.Counted(metrics.ResponseTime.Count(), outageHeld, nil, append([]query.Matcher{metrics.ClientLeft.AreNot()}, of...)...)
	})
	// errorAnswers are the failed answers, for the evidence.
	errorAnswers = measure("errorAnswers", func(s Scope) string {
		of := append([]query.Matcher{metrics.ServerErrors.Are()}, metrics.NotOfUsers.AreNot(), metrics.NotPreflight)
		return s.Counted(metrics.ResponseTime.Count(), shortWindow, []string{"servlet", "code"}, of...) + " > 0"
	})
	errorShare = measure("errorShare", func(s Scope) string {
		rate := func(more ...query.Matcher) string {
			return s.SumPerProcess(s.Rate(metrics.ResponseTime.Count(), outageFor, append(more, keyServlets.Are(), metrics.NotPreflight)...), "servlet")
		}
		return "max by (" + s.PerProcess() + ") (" + rate(metrics.ServerErrors.Are()) + " / " + rate() + ")"
	})
)

// keyServlets are the kinds of which one alone is an outage.
var keyServlets = metrics.SendServlets.Or(metrics.SyncServlets)

// ofUsers leaves out what says nothing about users, and what passes on somebody else's errors.
var ofUsers = []query.Matcher{metrics.PassingOnErrors.Or(metrics.NotOfUsers).AreNot(), metrics.NotPreflight}

// failingRule is how a rule decides by such shares: sends or syncs, or several other kinds that are many of all requests.
func failingRule(shares, threshold string) string {
	return strings.NewReplacer("$key", string(keyServlets), "$failing", "{{."+shares+"}} >= {{."+threshold+"}}").Replace(`(
    label_replace($failing, "key", "yes", "servlet", "$key") and on (key) label_replace(vector(1), "key", "yes", "", "")
  )
  or (
    count by ({{.by}}) ($failing) >= {{.severalServlets}} and on ({{.by}}) {{.errorSpread}} >= {{.spread}}
  )`)
}

func failedAnswers(s Scope, d time.Duration) string {
	return s.Counted(metrics.ResponseTime.Count(), d, byServlet, append([]query.Matcher{metrics.ServerErrors.Are()}, ofUsers...)...)
}

func answers(s Scope, d time.Duration) string {
	return s.Counted(metrics.ResponseTime.Count(), d, byServlet, append([]query.Matcher{metrics.ClientLeft.AreNot()}, ofUsers...)...)
}

const week = 7 * 24 * time.Hour

func judgeErrors(in Input) []Finding {
	return append(failing(in, errorsNow, in.Critical, Critical), failing(in, errorsLong, in.Warning, Warning)...)
}

// failing gives a finding for each process on which sends or syncs fail, or several other kinds of requests that are many of them.
func failing(in Input, m *Measurement, threshold float64, severity limits.Severity) []Finding {
	var found []Finding
	seen := map[string]bool{}
	for _, p := range in.Samples(m) {
		if seen[p.Process()] || p.Value < threshold {
			continue
		}
		failed := slices.DeleteFunc(in.SamplesFor(m, p), func(s Sample) bool { return s.Value < threshold })
		key := slices.DeleteFunc(slices.Clone(failed), func(s Sample) bool { return !keyServlets.Has(s.Label("servlet")) })
		spread, _ := in.ValueFor(errorSpread, p)
		if len(key) == 0 && (len(failed) < int(severalServlets.Value) || spread < failedSpread.Value) {
			continue
		}
		seen[p.Process()] = true
		worst := append(key, failed...)[0]
		f := Finding{Subject: Subject{Name: p.Process()}, Severity: severity, Title: "Requests fail", Value: limits.At(worst.Value), Threshold: limits.At(threshold),
			NotCausedBy: notCausedBut("open-files", "database-locks", "database-connections", authentication.ID)}
		f.Evidence = fmt.Sprintf("%s of the answers to %s failed (%s in the last 15 min).", words.Percent(worst.Value), worst.Label("servlet"), codesOf(in, worst))
		if others := len(failed) - 1; others > 0 {
			f.Evidence = strings.TrimSuffix(f.Evidence, ".") + fmt.Sprintf(", and %s.", words.Count(others, "other kind of requests fails", "other kinds of requests fail"))
		}
		if mostlyUnavailable(in, p) {
			f.CauseSubjects = []string{authenticationService}
		}
		found = append(found, f)
	}
	return found
}

// codesOf lists the failed answers of one kind of requests on a process: "120 × 500".
func codesOf(in Input, p Sample) string {
	var all []string
	for _, s := range in.SamplesFor(errorAnswers, p) {
		if p.Label("servlet") == s.Label("servlet") {
			all = append(all, words.Number(s.Value)+" × "+strconv.Itoa(metrics.StatusOf(s.Label("code"))))
		}
	}
	return words.List(all[:min(len(all), 3)])
}

// mostlyUnavailable tells whether at least half of a process's failed answers are 503: what it answers where the authentication
// service fails.
func mostlyUnavailable(in Input, p Sample) bool {
	all, unavailable := 0.0, 0.0
	for _, s := range in.SamplesFor(errorAnswers, p) {
		all += s.Value
		if metrics.StatusOf(s.Label("code")) == 503 {
			unavailable += s.Value
		}
	}
	return unavailable >= all/2
}
