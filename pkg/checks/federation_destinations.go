package checks

import (
	"context"
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var (
	outageEnough = limits.Limit{Name: "enough", Value: 20, Meaning: "number of destinations, and of attempts in 30 min, from which an outage is judged", Source: "ours"}
	// At night a quiet server tries only destinations that are long dead.
	outageBefore = limits.Limit{Name: "successesBefore", Value: 100, Meaning: "number of successes in the hour before from which attempts alone are judged", Source: "ours"}
	outageMany   = limits.Limit{Name: "manyAtOnce", Value: 0.1, Unit: "percentunit", Meaning: "share of working destinations that began to fail within an hour that is an info", Source: "ours"}
	outageHour   = limits.Limit{Name: "newly", Value: 3600, Unit: "s", Meaning: "time within which a destination began to fail to count", Source: "ours"}
)

// outageWindow is the time within which nothing went out, for an outage to be certain. Source: ours.
const outageWindow = 30 * time.Minute

var (
	sendAttempts = measure("attempts", func(s Scope) string {
		return s.Sum(s.Increase(metrics.BlockCount.Series(), outageWindow, query.Equal("block_name", "_send_new_transaction")))
	})
	sendSuccesses       = measure("successes", func(s Scope) string { return s.Sum(s.Increase(metrics.SentTransactions.Series(), outageWindow)) })
	sendSuccessesBefore = measure("before", func(s Scope) string {
		window := metrics.Window(time.Hour) + metrics.Offset(max(outageWindow, 4*s.Scrape))
		return s.Sum(metrics.SentTransactions.Series().Increase(s.Filters.Selector(), window))
	})
)

var federationDestinations = Check{
	ID:    "federation-destinations",
	Topic: "Reachable homeservers",
	Title: "Other homeservers unreachable",
	Meaning: "Other homeservers come and go: a third to two thirds of all that a server ever met being unreachable is normal, and Synapse tries them less and less often. " +
		"If many fail at once, the fault is on this side: name resolution, TLS, or the way out.",
	Decides: "Of the destinations that worked {newly} ago, from PostgreSQL: the share that has begun to fail since then. {warning} is a warning, if it is at least {enough} destinations; critical if, in addition, " +
		"at least {enough} attempts within 30 min all failed. {manyAtOnce} is an info. Without PostgreSQL only the attempts decide, and only after {successesBefore} successes in the hour before.",
	CannotKnow: "Whether a destination is gone for good, and whether other homeservers reach this one. Destinations to which nothing was sent within the hour count as working, so an outage on a quiet server shows late or not at all.",
	Thresholds: limits.Thresholds{
		Check: "federation-destinations", Warning: limits.At(0.5), Unit: "percentunit", WarningOf: "of the working destinations failing at once",
		Source: "ours, on Synapse's table destinations and its counters of transactions",
	},
	Limits: []limits.Limit{outageHour, outageEnough, outageMany, outageBefore},
	Steps: []string{
		"Run on the federation sender's host: `curl -sv https://matrix.org/.well-known/matrix/server` and `curl -sv https://matrix-federation.matrix.org/_matrix/federation/v1/version`. " +
			"Name error: DNS. Timeout: firewall, proxy or `ip_range_blacklist`. Certificate error: ca-certificates or the clock.",
		"Check this homeserver's own certificate and .well-known with https://federationtester.matrix.org: others refuse what they can't verify.",
		"After the repair, wait: Synapse retries every destination by itself, and at once if it sends a request. Do not reset the retry timings of all destinations: that makes a burst.",
	},
	Panel:       "destinations",
	Completions: true,
	CriticalToo: true,
	Measures:    []*Measurement{sendAttempts, sendSuccesses, sendSuccessesBefore},
	Read:        readDestinations,
	WholeTable:  true,
	Judge:       judgeDestinations,
}

// destinationsSQL is one pass over a table with a row per homeserver ever met: a few tens of thousands on the largest
// servers. A destination that never failed has no retry_interval.
const destinationsSQL = `SELECT count(*) AS everyone,
  count(*) FILTER (WHERE retry_interval > 0) AS failing,
  count(*) FILTER (WHERE retry_interval > 0 AND failure_ts >= $1) AS newly,
  count(*) FILTER (WHERE retry_interval > 0 AND failure_ts < $2) AS old
FROM destinations`

// destinationCounts are numbers of destinations: that fail, that began to within an hour, and that have for a week.
type destinationCounts struct {
	Everyone, Failing, Newly, Old int64
}

func readDestinations(ctx context.Context, tx query.Tx, in ReadInput) (any, error) {
	rows, err := query.Rows[destinationCounts](ctx, tx, destinationsSQL,
		in.Now.Add(-outageHour.Duration()).UnixMilli(), in.Now.Add(-7*24*time.Hour).UnixMilli())
	if err != nil || len(rows) == 0 {
		return destinationCounts{}, err
	}
	return rows[0], nil
}

func judgeDestinations(in Input) []Finding {
	counts, ok := in.Rows.(destinationCounts)
	if !ok {
		return judgeAttempts(in)
	}
	newly, worked := float64(counts.Newly), float64(counts.Everyone-counts.Failing+counts.Newly)
	text := fmt.Sprintf("%s of %s that worked an hour ago fail now", words.Number(newly), words.Count(worked, "homeserver", "homeservers"))
	if worked < outageEnough.Value {
		return okFinding(text + ": too few to judge.")
	}
	text += fmt.Sprintf(". Of all %s, %s fail (%s for more than a week)", words.Number(float64(counts.Everyone)), words.Number(float64(counts.Failing)), words.Number(float64(counts.Old)))
	if in.Has(sendAttempts) {
		text += "; " + attemptsText(in)
	}
	share := newly / worked
	f := in.graded(share, Finding{Evidence: text + "."})
	switch {
	case newly < outageEnough.Value:
		f.Severity = OK
	case f.Severity >= Warning && nothingSent(in):
		f.Severity = Critical
	case f.Severity < Warning && share >= outageMany.Value:
		f.Severity, f.Title, f.Threshold = Info, "Many homeservers fail at once", limits.At(outageMany.Value)
		f.Steps = []string{"Open \"Destinations that fail or miss events\" and see what they have in common, such as a hoster.", in.check.Steps[0], in.check.Steps[2]}
	}
	return []Finding{f}
}

// nothingSent tells whether enough was tried and nothing succeeded.
func nothingSent(in Input) bool {
	return in.Total(sendAttempts) >= outageEnough.Value && in.Has(sendSuccesses) && in.Total(sendSuccesses) < 1
}

func attemptsText(in Input) string {
	attempts := in.Total(sendAttempts)
	return fmt.Sprintf("%s of %s to send succeeded in the last %s", words.Number(min(in.Total(sendSuccesses), attempts)), words.Count(attempts, "attempt", "attempts"), words.Duration(outageWindow))
}

// judgeAttempts judges without PostgreSQL: only that nothing goes out any more is certain enough.
func judgeAttempts(in Input) []Finding {
	if !in.Has(sendAttempts) || !in.Has(sendSuccesses) {
		return UnknownFinding(in.RowsMissing + " Prometheus has no " + metrics.SentTransactions.Name + " either: nothing was sent, or the federation sender is not scraped.")
	}
	attempts, successes, before := in.Total(sendAttempts), in.Total(sendSuccesses), in.Total(sendSuccessesBefore)
	text := fmt.Sprintf("%s, %s in the hour before.", attemptsText(in), words.Number(before))
	switch {
	case nothingSent(in) && before >= outageBefore.Value:
		return []Finding{{Severity: Warning, Evidence: text, Confidence: 0.7}}
	case successes >= outageEnough.Value && successes >= attempts/2:
		return okFinding(text + " Which homeservers fail is not known: " + in.RowsMissing)
	}
	return UnknownFinding(in.RowsMissing + " " + text + " Too little to judge by that alone.")
}
