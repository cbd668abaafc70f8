package checks

import (
	"fmt"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// Most homeservers handle too few requests in an hour for a share of them to mean much. Over a day each request counts: of 9
// sends 4 slow ones are no chance. The day is looked at in slots, so that those soon after a start can be left out, and the
// verdict is the one at the last request: a night without requests changes nothing.
const fewDay = 24 * time.Hour

var (
	fewLeast = limits.Limit{Name: "fewLeast", Value: 5, Meaning: "number of requests in 24 h below which single requests are not judged", Source: "ours"}
	fewShare = limits.Limit{Name: "fewShare", Value: 0.05, Unit: "percentunit", Meaning: "share of slow requests that chance may exceed", Source: "ours: the share that is a warning where there are many"}
	// fewSpread and fewBase make the number of slow requests that comes by chance once in a thousand times, if the share is
	// fewShare: the smallest such line above the binomial distribution (see the test).
	fewSpread = limits.Limit{Name: "fewSpread", Value: 3.1, Meaning: "factor of the square root in the number of slow requests that chance explains", Source: "binomial distribution, 0.1%"}
	fewBase   = limits.Limit{Name: "fewBase", Value: 1.41, Meaning: "constant in the number of slow requests that chance explains", Source: "binomial distribution, 0.1%"}
	// fewKept keeps a verdict from changing with every request.
	fewKept = limits.Limit{Name: "fewKept", Value: 1, Meaning: "number of slow requests by which a verdict of the last 24 h may miss the limit and stay", Source: "ours"}

	tookLonger = "took longer than " + slowSend.String()

	fewLimits = []limits.Limit{fewLeast, fewShare, fewSpread, fewBase, fewKept}
)

// fewOf is what is judged one by one, in words, and the beginning of its measurements' names where a check has several.
type fewOf struct{ one, many, verdict, prefix string }

// fewRequests are the measurements of requests that are judged one by one.
type fewRequests struct {
	fewOf
	// all and slow are counts of the day; last and most are by how many more are slow than chance explains: when the last
	// request came, and the most of the day; age is the time since that last request.
	all, slow, last, most, age *Measurement
}

// countFew declares the measurements. counted is the requests in a window, of all and of those that were not slow; enough
// has a series where there are enough of them for the usual judgement.
func countFew(of fewOf, all, notSlow func(Scope, time.Duration) string, enough func(Scope) string) fewRequests {
	day := func(s Scope, expression string) string {
		return "sum_over_time((" + expression + ")" + subquery(fewDay, fewSlot(s)) + ")"
	}
	settled := func(s Scope, counted func(Scope, time.Duration) string) string {
		return s.Sum(fmt.Sprintf("%s unless on (%s) (time() - %s < %g)", counted(s, fewSlot(s)), s.Identity.Labels(),
			s.Now(metrics.ProcessStart.Series()), limits.Young.Value+fewSlot(s).Seconds()))
	}
	allOf := func(s Scope) string { return "round(" + day(s, settled(s, all)) + ")" }
	slowOf := func(s Scope) string {
		return "round(" + day(s, settled(s, all)) + " - " + day(s, settled(s, notSlow)) + ")"
	}
	excess := func(s Scope, function string) string {
		n := allOf(s)
		return fmt.Sprintf("%s((%s - %g * %s - %g * sqrt(%g * %s) - %g and %s >= %g and %s > 0)%s) unless on (server_name) count_over_time((%s)%s)",
			function, slowOf(s), fewShare.Value, n, fewSpread.Value, fewShare.Value, n, fewBase.Value, n, fewLeast.Value, settled(s, all), subquery(fewDay, fewSlot(s)),
			enough(s), subquery(fewDay, fewSlot(s)))
	}
	name := func(name string) string {
		if of.prefix == "" {
			return name
		}
		return of.prefix + strings.ToUpper(name[:1]) + name[1:]
	}
	return fewRequests{
		fewOf: of, all: measure(name("dayAll"), allOf), slow: measure(name("daySlow"), slowOf),
		last: measure(name("lastExcess"), func(s Scope) string { return excess(s, "last_over_time") }),
		most: measure(name("mostExcess"), func(s Scope) string { return excess(s, "max_over_time") }),
		age: measure(name("lastAge"), func(s Scope) string {
			return "time() - max_over_time((timestamp(" + settled(s, all) + " > 0))" + subquery(fewDay, fewSlot(s)) + ")"
		}),
	}
}

// fewSlot is the length of a slot: no shorter than a counter needs.
func fewSlot(s Scope) time.Duration { return max(shortWindow, 4*s.Scrape) }

func (few fewRequests) measures() []*Measurement {
	return []*Measurement{few.all, few.slow, few.last, few.most, few.age}
}

// judge finds that more requests of the day are slow than chance explains. It is sure of little: a warning at most.
func (few fewRequests) judge(in Input) (Finding, bool) {
	if !in.Has(few.last) || !in.Has(few.most) || in.Total(few.last) <= -fewKept.Value || in.Total(few.most) < 0 {
		return Finding{}, false
	}
	share := in.Total(few.slow) / max(1, in.Total(few.all))
	return Finding{
		Severity: Warning, Confidence: 0.6, Value: &share, Threshold: &fewShare.Value, Unit: "percentunit", Takes: Amounts{LoopTime: share},
		Evidence: few.text(in) + " With so few, the cause is uncertain.",
	}, true
}

// text says how many of the day were slow, and how old that is.
func (few fewRequests) text(in Input) string {
	age := ""
	if since := in.Total(few.age); since >= 3600 {
		age = "; the last one came " + words.Seconds(since) + " ago"
	}
	return fmt.Sprintf("%s of %s in 24 h %s%s.", words.Number(in.Total(few.slow)), words.Count(in.Total(few.all), few.one, few.many), few.verdict, age)
}

// tooFewFinished tells that many requests were received and most of them have not finished: what did finish proves nothing.
func tooFewFinished(in Input, received, answered *Measurement, enough float64, period string) (Finding, bool) {
	n, done := in.Total(received), in.Total(answered)
	if n < enough || done >= n/2 {
		return Finding{}, false
	}
	finished := words.Number(done) + " answered"
	if !in.Has(answered) {
		finished = "none answered, or Prometheus lacks " + metrics.ResponseTime.Name
	}
	return UnknownFinding(fmt.Sprintf("Too few finished: %s received in %s, %s.", words.Count(n, "request was", "requests were"), period, finished))[0], true
}
