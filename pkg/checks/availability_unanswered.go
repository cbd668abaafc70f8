package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// Requests that were received and not answered well. A refusal (4xx) and a client that left (499) are answers: a muted bot is
// no outage. Only requests that change something are looked at: the others may be answered from memory.
var (
	manyReceived = limits.Limit{Name: "manyReceived", Value: 10, Meaning: "number of requests of a kind without any good answer that is critical", Source: "ours"}
	fewReceived  = limits.Limit{Name: "fewReceived", Value: 3, Meaning: "number of requests of a kind without any good answer that is a warning", Source: "ours"}
)

const (
	// answerTime is how long a request may be under way before it counts as unanswered.
	answerTime = time.Minute
	// joinTime is the same for joins, which wait for other homeservers.
	joinTime = 10 * time.Minute
)

var (
	changing = []query.Matcher{metrics.SendServlets.Or(metrics.LoginServlets).Or(metrics.TransactionServlets).Are(), `method=~"PUT|POST"`}
	joining  = []query.Matcher{metrics.JoinServlets.Are(), `method=~"PUT|POST"`}

	// The longer window is for servers that receive little.
	unanswered = measure("unanswered", func(s Scope) string {
		in := func(d time.Duration) string { return withoutAnswer(s, d, answerTime, metrics.ServerErrors, changing) }
		return s.held(in(shortWindow) + " or " + in(s.scrapes(4, outageFor)))
	})
	// A join fails with 502 where the other homeserver fails.
	unansweredJoins = measure("joins", func(s Scope) string {
		return s.held(withoutAnswer(s, 2*joinTime, joinTime, metrics.InternalErrors, joining))
	})
)

// withoutAnswer is the requests received within d, of which none was answered with another status than the bad ones, and some
// are older than a good answer takes. Of joins only those count that are.
func withoutAnswer(s Scope, d, takes time.Duration, bad metrics.Statuses, of []query.Matcher) string {
	received := func(d time.Duration) string {
		return s.Counted(metrics.RequestsReceived.Series(), d, byServlet, of...)
	}
	good := s.Counted(metrics.ResponseTime.Count(), d, byServlet, append([]query.Matcher{bad.AreNot()}, of...)...)
	counted := "(" + received(d) + " > " + received(takes) + ")"
	if takes == joinTime {
		counted = "(" + received(d) + " - " + received(takes) + ")"
	}
	return fmt.Sprintf("(%s >= %g unless %s > 0)", counted, fewReceived.Value, good)
}

func judgeUnanswered(in Input) []Finding {
	var found []Finding
	for _, m := range []*Measurement{unanswered, unansweredJoins} {
		for _, p := range in.Samples(m) {
			if p.Value < fewReceived.Value {
				continue
			}
			f := Finding{Subject: Subject{Name: p.Process()}, Severity: Warning, Confidence: 0.6, Title: "Requests are not answered", Unit: "none",
				Value: limits.At(p.Value), Threshold: limits.At(fewReceived.Value), NotCausedBy: notCausedBut("open-files", "database-locks", "database-connections")}
			if p.Value >= manyReceived.Value {
				f.Severity, f.Confidence, f.Threshold = Critical, 0, limits.At(manyReceived.Value)
			}
			failed := codesOf(in, p)
			if failed == "" {
				failed = "and none with an error: they hang"
			}
			f.Evidence = fmt.Sprintf("%s received by %s, and none was answered well (%s).", words.Count(p.Value, "request was", "requests were"), p.Label("servlet"), failed)
			found = append(found, f)
		}
	}
	return found
}
