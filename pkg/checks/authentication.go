package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// authenticationService is the subject of findings about it: availability names it where its failed answers are 503.
const authenticationService = "authentication service"

// accessTokens is the subject where they are refused: request-surge names it where what comes in a loop is refused with 401.
const accessTokens = "access tokens"

// failedChecks are the results of a token check that leave the client with a 503: no answer, an error, or a refusal of Synapse itself
// because of a wrong secret. Source: api/auth/mas.py and msc3861_delegated.py.
const failedChecks query.Matcher = `code=~"ERR|4..|5.."`

var (
	tokensLeast   = limits.Limit{Name: "least", Value: 5, Meaning: "number of failed token checks in 5 min below which they are not judged", Source: "ours"}
	tokensSlow    = limits.Limit{Name: "slow", Value: 1, Unit: "s", Meaning: "mean duration of a token check that is a warning", Source: "ours: every request without a cached token waits for it"}
	tokensEnough  = limits.Limit{Name: "enoughChecks", Value: 20, Meaning: "number of token checks in 15 min from which their mean is judged", Source: "ours"}
	loggedOut     = limits.Limit{Name: "loggedOut", Value: 0.5, Unit: "percentunit", Meaning: "share of syncs and sends refused with 401", Source: "ours"}
	loggedOutMany = limits.Limit{Name: "loggedOutMany", Value: 30, Meaning: "number of syncs and sends refused with 401 in 15 min below which they are not judged", Source: "ours"}
	loggedOutWas  = limits.Limit{Name: "loggedOutBefore", Value: 0.1, Unit: "percentunit", Meaning: "share of the day before up to which 401 is news", Source: "ours"}

	tokensFailed = measure("failed", func(s Scope) string { return tokenChecks(s, 5*time.Minute, failedChecks) })
	tokensAll    = measure("checks", func(s Scope) string { return tokenChecks(s, 5*time.Minute) })
	tokensShare  = measure("share", func(s Scope) string {
		return "(" + tokensFailed.PromQL(s) + " >= " + plain(tokensLeast.Value) + ") / " + tokensAll.PromQL(s)
	})
	tokensMean = measure("mean", func(s Scope) string {
		in15 := func(series metrics.Series) string { return s.Sum(s.Homeserver().Increase(series, shortWindow)) }
		return in15(metrics.IntrospectionTime.Sum()) + " / (" + in15(metrics.IntrospectionTime.Count()) + " >= " + plain(tokensEnough.Value) + ")"
	})
	tokensRefused = measure("refused", func(s Scope) string {
		return s.Sum(s.Homeserver().Counted(metrics.ResponseTime.Count(), shortWindow, nil, ofLoggedIn, metrics.LoggedOut.Are()))
	})
	tokensRefusedShare = measure("refusedShare", func(s Scope) string { return refusedTokens(s, shortWindow, 0) })
	tokensRefusedUsual = measure("refusedBefore", func(s Scope) string { return refusedTokens(s, 24*time.Hour, 30*time.Minute) })
)

// ofLoggedIn are requests that only clients with a token send.
var ofLoggedIn = (metrics.SyncServlets + "|" + metrics.SendServlets).Are()

func tokenChecks(s Scope, d time.Duration, of ...query.Matcher) string {
	return s.Sum(s.Homeserver().Counted(metrics.IntrospectionTime.Count(), s.scrapes(4, d), nil, of...))
}

// refusedTokens is the share of these requests that were refused because of their token.
func refusedTokens(s Scope, d, ago time.Duration) string {
	answers := func(of ...query.Matcher) string {
		selector := s.Homeserver().Filters.Selector(append(of, ofLoggedIn, metrics.NotPreflight)...)
		return s.Sum(metrics.ResponseTime.Count().Over("increase", selector, s.Window(d)+metrics.Offset(ago)))
	}
	all := answers()
	return "(" + answers(metrics.LoggedOut.Are()) + " or " + all + " * 0) / (" + all + " > 0)"
}

var authentication = Check{
	ID:    "authentication",
	Topic: "Authentication",
	Title: "Authentication service fails",
	Meaning: "With Matrix Authentication Service (MAS), Synapse asks it whether a token is valid. If it fails, clients get 503 for every request; if it is slow, every request waits. Clients whose tokens are " +
		"refused are logged out.",
	Decides: "The share of token checks that failed (no answer, 4xx or 5xx) over five minutes, from {least} failed ones: {critical} is critical. A warning: token checks take {slow} on average over 15 min (at least " +
		"{enoughChecks}); or {loggedOut} of the syncs and sends in 15 min (at least {loggedOutMany}) were refused with 401, which was at most {loggedOutBefore} in the day before.",
	CannotKnow: "What happens inside the authentication service, LDAP and other password providers: only the time of logins shows them. Synapse keeps a checked token for two minutes, so a " +
		"failure shows that much later.",
	Thresholds: limits.Thresholds{
		Check: "authentication", Critical: limits.At(0.2), Unit: "percentunit", CriticalOf: "of the token checks failed", Source: "ours, on Synapse's histogram of token checks",
	},
	Limits: []limits.Limit{tokensLeast, tokensSlow, tokensEnough, loggedOut, loggedOutMany, loggedOutWas},
	Steps: []string{
		"Run on Synapse's host: `time curl -sv http://<authentication service>/health`. It must answer 200 at once.",
		"If it does not, read the log of the authentication service (MAS), and check that it runs and that its own database answers.",
		"If it does, check its address and secret in homeserver.yaml (`matrix_authentication_service` from Synapse 1.136 on; `experimental_features.msc3861` from 1.86 until 1.156), and the network between the two.",
	},
	Panel:       "graph:token-checks",
	CriticalToo: true,
	For:         "1m",
	Measures:    []*Measurement{tokensFailed, tokensAll, tokensShare, tokensMean, tokensRefused, tokensRefusedShare, tokensRefusedUsual, requestsScraped},
	Signal:      &Signal{Measurement: tokensShare, Subject: func(Sample) string { return authenticationService }},
	Judge:       judgeAuthentication,
	Rule: Rule{Expr: `
{{.share}} >= {{.critical}}
{{- if pick "warning" ""}}
or on (server_name) {{.mean}} >= {{.slow}}
or on (server_name) ({{.refusedShare}} >= {{.loggedOut}} and on (server_name) {{.refused}} >= {{.loggedOutMany}} and on (server_name) {{.refusedBefore}} <= {{.loggedOutBefore}})
{{- end}}`},
}

func judgeAuthentication(in Input) []Finding {
	if !in.Has(requestsScraped) {
		return metricMissing(metrics.RequestsReceived)
	}
	var found []Finding
	service := Subject{Name: authenticationService}
	share, mean := in.Total(tokensShare), in.Total(tokensMean)
	switch {
	case share >= in.Critical:
		found = append(found, in.graded(share, Finding{Subject: service,
			Evidence: fmt.Sprintf("%s of %s failed in the last 5 min (%s).", words.Percent(share), words.Count(in.Total(tokensAll), "token check", "token checks"), words.Number(in.Total(tokensFailed)))}))
	case mean >= tokensSlow.Value:
		found = append(found, Finding{Subject: service, Severity: Warning, Title: "Authentication service is slow", Value: &mean, Threshold: limits.At(tokensSlow.Value), Unit: "s",
			Evidence: fmt.Sprintf("Token checks took %s on average in the last 15 min. Every request waits for one, unless its token was checked within two minutes.", words.Seconds(mean))})
	}
	if f, out := judgeLoggedOut(in); out {
		found = append(found, f)
	}
	if in.Total(tokensAll) > 0 {
		return orOK(found, fmt.Sprintf("%s in the last 5 min, %s failed.", words.Count(in.Total(tokensAll), "token check", "token checks"), words.Number(in.Total(tokensFailed))))
	}
	return orOK(found, fmt.Sprintf("No token was checked by an authentication service in the last 5 min; %s of the syncs and sends in 15 min were refused with 401.", words.Percent(in.Total(tokensRefusedShare))))
}

// judgeLoggedOut finds that most clients' tokens are refused all of a sudden.
func judgeLoggedOut(in Input) (Finding, bool) {
	share, usual, n := in.Total(tokensRefusedShare), in.Total(tokensRefusedUsual), in.Total(tokensRefused)
	if n < loggedOutMany.Value || share < loggedOut.Value || !in.Has(tokensRefusedUsual) || usual > loggedOutWas.Value {
		return Finding{}, false
	}
	return Finding{
		Subject: Subject{Name: accessTokens}, Severity: Warning, Title: "Clients are logged out", Value: &share, Threshold: limits.At(loggedOut.Value), Confidence: 0.8,
		Evidence: fmt.Sprintf("%s of the syncs and sends in the last 15 min were refused with 401 (%s); in the day before %s.", words.Percent(share), words.Number(n), words.Percent(usual)),
		Steps: []string{
			"Check what changed: a restored database, a proxy that leads to another homeserver, or sessions ended in the authentication service make tokens invalid.",
			"Log in with one client. If that works, tokens were lost; if it does not, read the answers to `/login` in Synapse's log.",
			"If an old backup was restored, stop Synapse before more clients are refused: a client that is logged out may lose keys that are in no key backup.",
		},
	}, true
}
