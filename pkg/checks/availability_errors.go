package checks

import (
	"fmt"
	"slices"
	"strconv"
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
	ofKey   = []query.Matcher{metrics.SendServlets.Or(metrics.SyncServlets).Are(), metrics.NotPreflight}
	ofOther = []query.Matcher{metrics.SendServlets.Or(metrics.SyncServlets).Or(metrics.PassingOnErrors).Or(metrics.NotOfUsers).AreNot(), metrics.NotPreflight}

	keyErrors   = measure("keyErrors", func(s Scope) string { return s.held(failing(s, ofKey)) })
	otherErrors = measure("otherErrors", func(s Scope) string {
		failed, all := failedAnswers(s, s.scrapes(4, outageFor), ofOther), answers(s, s.scrapes(4, outageFor), ofOther)
		servlets := failing(s, ofOther) + " >= " + plain(0.5)
		by := "by (" + s.PerProcess() + ") "
		return s.held(fmt.Sprintf("max %[1]s(%[2]s) and count %[1]s(%[2]s) >= %[3]g and sum %[1]s(%[4]s) / sum %[1]s(%[5]s) >= %[6]g",
			by, servlets, severalServlets.Value, failed, all, failedSpread.Value))
	})
	keyErrorsLong   = measure("keyErrorsLong", func(s Scope) string { return risen(s, "servlet", ofKey) })
	otherErrorsLong = measure("otherErrorsLong", func(s Scope) string {
		return fmt.Sprintf("(%s) >= %g and on (%s) count by (%[3]s) (%s >= %g) >= %g", risen(s, "", ofOther), failedSpread.Value, s.PerProcess(),
			failedAnswers(s, shortWindow, ofOther), fewFailed.Value, severalServlets.Value)
	})
	// errorAnswers are the failed answers, for the evidence.
	errorAnswers = measure("errorAnswers", func(s Scope) string {
		both := append([]query.Matcher{metrics.PassingOnErrors.Or(metrics.NotOfUsers).AreNot(), metrics.NotPreflight}, metrics.ServerErrors.Are())
		return s.SumPerProcess(s.Counted(metrics.ResponseTime.Count(), shortWindow, both...), "servlet", "code") + " > 0"
	})
	errorShare = measure("errorShare", func(s Scope) string {
		rate := func(more ...query.Matcher) string {
			return s.SumPerProcess(s.Rate(metrics.ResponseTime.Count(), outageFor, append(more, ofKey...)...), "servlet")
		}
		return "max by (" + s.PerProcess() + ") (" + rate(metrics.ServerErrors.Are()) + " / " + rate() + ")"
	})
)

func failedAnswers(s Scope, d time.Duration, of []query.Matcher) string {
	return s.SumPerProcess(s.Counted(metrics.ResponseTime.Count(), d, append([]query.Matcher{metrics.ServerErrors.Are()}, of...)...), "servlet")
}

func answers(s Scope, d time.Duration, of []query.Matcher) string {
	return s.SumPerProcess(s.Counted(metrics.ResponseTime.Count(), d, append([]query.Matcher{metrics.ClientLeft.AreNot()}, of...)...), "servlet")
}

// failing is the share of failed answers of each kind of request where they are enough and have gone on for two minutes: a
// restart of the database or of a worker makes a burst that is shorter.
func failing(s Scope, of []query.Matcher) string {
	now, lasting := failedAnswers(s, s.scrapes(4, outageFor), of), s.scrapes(3, outageFor)
	share := now + " / " + answers(s, s.scrapes(4, outageFor), of)
	return fmt.Sprintf("(%s and %s > 0 and %s - %s > 0 and (%s >= %g or %s >= %g and %s >= %g))", share,
		failedAnswers(s, s.scrapes(1, 30*time.Second), of), failedAnswers(s, lasting+3*time.Minute, of), failedAnswers(s, lasting, of),
		now, someFailed.Value, now, fewFailed.Value, share, nearlyAllFailed.Value)
}

// risen is the share of failed answers of 15 minutes where they are enough, no burst that is over, and more than a week ago where
// that is known.
func risen(s Scope, by string, of []query.Matcher) string {
	labels, server := s.PerProcess(), "server_name"
	if by != "" {
		labels, server = labels+", "+by, server+", "+by
	}
	within := func(d time.Duration) string { return "sum by (" + labels + ") (" + failedAnswers(s, d, of) + ")" }
	failed, newest, recent := within(shortWindow), within(s.scrapes(4, shortWindow/3)), within(s.scrapes(8, 2*shortWindow/3))
	share := failed + " / sum by (" + labels + ") (" + answers(s, shortWindow, of) + ")"
	then := func(more query.Matcher) string {
		selector := s.Homeserver().Filters.Selector(append([]query.Matcher{more}, of...)...)
		return "sum by (" + server + ") (" + metrics.ResponseTime.Count().Increase(selector, metrics.Window(time.Hour)+metrics.Offset(week)) + ")"
	}
	usual := fmt.Sprintf("%g * %s / %s", failedRise.Value, then(metrics.ServerErrors.Are()), then(metrics.ClientLeft.AreNot()))
	return fmt.Sprintf("(%s and %s >= %g and %s > 0 and %[2]s - %[5]s > 0) unless on (%[6]s) (%[1]s < on (%[6]s) group_left () (%[7]s))",
		share, failed, failedLong.Value, newest, recent, server, usual)
}

const week = 7 * 24 * time.Hour

func judgeErrors(in Input) []Finding {
	var found []Finding
	for _, m := range []*Measurement{keyErrors, otherErrors, keyErrorsLong, otherErrorsLong} {
		for _, p := range in.Samples(m) {
			f := in.graded(p.Value, Finding{Subject: Subject{Name: p.Process()}, Title: "Requests fail", NotCausedBy: notCausedBut("database-connections")})
			switch urgent := m == keyErrors || m == otherErrors; {
			case urgent && f.Severity < Critical, f.Severity < Warning:
				continue
			case !urgent: // the share of 15 minutes never is more than a warning
				f.Severity, f.Threshold = Warning, limits.At(in.Warning)
			}
			f.Evidence = fmt.Sprintf("%s of the answers to %s failed (%s in the last 15 min).", words.Percent(p.Value), kindOf(p), codesOf(in, p))
			found = append(found, blameAuthentication(in, p, f))
		}
	}
	return found
}

// kindOf names the kind of requests that a sample is about.
func kindOf(p Sample) string {
	if servlet := p.Label("servlet"); servlet != "" {
		return servlet
	}
	return "several kinds of requests"
}

// codesOf lists the failed answers of a process: "120 × 500 to RoomSendEventRestServlet".
func codesOf(in Input, p Sample) string {
	var all []string
	for _, s := range in.SamplesFor(errorAnswers, p) {
		if p.Label("servlet") != "" && p.Label("servlet") != s.Label("servlet") {
			continue
		}
		text := words.Number(s.Value) + " × " + strconv.Itoa(metrics.StatusOf(s.Label("code")))
		if p.Label("servlet") == "" {
			text += " to " + s.Label("servlet")
		}
		all = append(all, text)
	}
	return words.List(slices.Clip(all[:min(len(all), 3)]))
}
