package checks

import (
	"fmt"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// limitedByDesign are over their limit on a healthy homeserver: presence may change every ten seconds since 1.124, and the limit of
// other homeservers belongs to federation-inbound.
const limitedByDesign metrics.Servlets = "PresenceStatusRestServlet|Federation.*|" + metrics.NotOfUsers

// limitedWork is what people wait for.
const limitedWork = metrics.SendServlets + "|RoomMembershipRestServlet|" + metrics.JoinServlets

var (
	limitedShare = limits.Limit{Name: "share", Value: 0.05, Unit: "percentunit", Meaning: "share of a kind of requests over a rate limit that is reported", Source: "ours"}
	limitedRate  = limits.Limit{Name: "rate", Value: 0.2, Unit: "reqps", Meaning: "requests over a rate limit per second below which they are not reported", Source: "ours"}
	limitedMany  = limits.Limit{Name: "many", Value: 1, Unit: "reqps", Meaning: "sends or joins over a rate limit per second below which a single bot may explain them", Source: "ours"}

	limitedNow = measure("limited", func(s Scope) string {
		return overLimit(s, limitedByDesign.AreNot()) + " >= " + plain(limitedRate.Value)
	})
	limitedOf = measure("share", func(s Scope) string { return shareOfAnswers(s, limitedNow.PromQL(s)) })
	// limitedHard are the sends and joins that a single bot does not explain.
	limitedHard = measure("hard", func(s Scope) string {
		return shareOfAnswers(s, overLimit(s, limitedWork.Are())+" >= "+plain(limitedMany.Value))
	})
)

// overLimit is the requests per second that were over a rate limit, by kind.
func overLimit(s Scope, of query.Matcher) string {
	return s.Sum(s.Homeserver().Rate(metrics.ResponseTime.Count(), shortWindow, metrics.TooMany.Are(), of), "servlet")
}

func shareOfAnswers(s Scope, limited string) string {
	answers := s.Sum(s.Homeserver().Rate(metrics.ResponseTime.Count(), shortWindow, metrics.ClientLeft.AreNot(), limitedByDesign.AreNot(), metrics.NotPreflight), "servlet")
	return "(" + limited + ") / on (server_name, servlet) " + answers
}

var rateLimited = Check{
	ID:      "rate-limited",
	Topic:   "Rate limits",
	Title:   "Clients are held back by rate limits",
	Meaning: "Synapse answers 429 where a client sends more than its rate limits allow. The client has to wait and try again: bridges, bots and busy people report that as a slow homeserver.",
	Decides: "Per kind of requests, over 15 min: an info if at least {share} of the answers are 429, at least {rate}. A warning for sends and joins from {warning}, if that is at least {many}. " +
		"Presence and requests of other homeservers are left out: they are over a limit on a healthy homeserver too.",
	CannotKnow: "Whose requests they are, and whether one bot sends them or many people do: no metric has users. Synapse's log names them.",
	Thresholds: limits.Thresholds{
		Check: "rate-limited", Warning: limits.At(0.2), Unit: "percentunit", WarningOf: "of the sends or joins over a rate limit", Source: "ours",
	},
	Limits: []limits.Limit{limitedShare, limitedRate, limitedMany},
	Steps: []string{
		"Find who it is: `grep 'Processed request' homeserver.log | grep ' 429 ' | grep -o '@[^ ]*' | sort | uniq -c | sort -rn | head`.",
		"If it is a bridge, set `rate_limited: false` in its registration file and restart Synapse.",
		"If it is one user that may send so much, such as a bot, lift its limit alone: admin API `POST /_synapse/admin/v1/users/<user>/override_ratelimit`. Don't raise `rc_message` for everybody.",
	},
	Causes:   whenNamed("request-surge"),
	Panel:    "graph:requests-by-code",
	Measures: []*Measurement{limitedNow, limitedOf, limitedHard, requestsScraped},
	Signal:   &Signal{Measurement: limitedOf, Subject: byLabel("servlet"), SinceOnly: true},
	Judge:    judgeRateLimited,
	Rule:     Rule{Expr: `max by (server_name) ({{.hard}} >= {{.threshold}})`},
}

func judgeRateLimited(in Input) []Finding {
	if !in.Has(requestsScraped) {
		return metricMissing(metrics.RequestsReceived)
	}
	rates, hard := in.valuesBy(limitedNow, byLabel("servlet")), in.valuesBy(limitedHard, byLabel("servlet"))
	found := judgeEach(in.Samples(limitedOf), func(s Sample) Finding {
		servlet := s.Label("servlet")
		f := Finding{Subject: Subject{Name: servlet}, Value: limits.At(s.Value), Threshold: limits.At(limitedShare.Value), Confidence: 0.7, CauseSubjects: []string{servlet + " 429"},
			Evidence: fmt.Sprintf("%s of the answers in the last 15 min were 429, %s.", words.Percent(s.Value), words.PerSecond(rates[servlet]))}
		switch {
		case hard[servlet] >= in.Warning:
			f.Severity, f.Threshold = Warning, limits.At(in.Warning)
		case s.Value >= limitedShare.Value:
			f.Severity = Info
		}
		if metrics.LoginServlets.Has(servlet) {
			f.Title, f.Steps = "Logins held back by the rate limit", slices.Clone(guessedLogins)
		}
		return f
	})
	return orOK(found, fmt.Sprintf("No kind of requests had %s of 429 answers or more in the last 15 min.", limitedShare))
}

// guessedLogins are what to do about logins over their limit.
var guessedLogins = []string{
	"Most likely somebody tries passwords: the limit does its work. Leave `rc_login` as it is.",
	"Count the addresses behind `/login` with status 429 in the reverse proxy's log.",
	"Block these addresses in the reverse proxy.",
}
