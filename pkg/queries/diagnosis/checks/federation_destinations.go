package checks

import (
	"context"
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

const (
	// outageWindow is the time within which nothing went out, for an outage to be certain. Source: ours.
	outageWindow = 30 * time.Minute
	// outageFloor is the least number of destinations, and of tries, below which it does not judge. Source: ours.
	outageFloor = 20.0
	// outageBefore is the least number of successes in the hour before, where PostgreSQL does not tell: at night a quiet
	// server tries only destinations that are long dead. Source: ours.
	outageBefore = 100.0
	// outagePart is the share of destinations from which it is told that many fail at once. Source: ours.
	outagePart = 0.1
)

var federationDestinations = Check{
	ID:    "federation-destinations",
	Title: "This homeserver can't reach the others",
	Meaning: "Other homeservers come and go: a third to two thirds of all that a server ever met being unreachable is normal, and Synapse tries them less and less often. " +
		"When many fail at once, the fault is on this side: name resolution, TLS, the way out.",
	Decides: "Of the destinations that worked an hour ago, from PostgreSQL: the share that fails now and began to within the last hour. More than half, and at least 20 of them, is a warning; critical where, " +
		"besides, at least 20 tries within half an hour all failed. 10 % is an info. Without PostgreSQL only the tries are looked at, and only where there were 100 successes in the hour before.",
	Source:     "Synapse's table destinations and its counters of transactions. The shares are ours.",
	CannotKnow: "Whether a destination is gone for good. Destinations to which nothing was sent within the hour count as working, so an outage on a quiet server shows late or not at all.",
	Unit:       "percentunit",
	Warning:    Threshold(0.5),
	Measures: func(w Where) map[string]string {
		const tries, successes = "synapse_util_metrics_block_count_total", "synapse_federation_client_sent_transactions_total"
		sending := query.Equal("block_name", "_send_new_transaction")
		return map[string]string{
			"tries":     "sum " + PerServer + "(" + w.Increase(tries, outageWindow, sending) + ")",
			"successes": "sum " + PerServer + "(" + w.Increase(successes, outageWindow) + ")",
			"before": fmt.Sprintf("sum %s(increase(%s%s[3600s] offset %ds))", PerServer, successes, w.Selector(),
				int(max(outageWindow, 4*w.Scrape).Seconds())),
		}
	},
	Read:  readDestinations,
	Judge: judgeDestinations,
}

// destinationsSQL is one pass over a table with a row per homeserver ever met: a few tens of thousands on the largest
// servers. A destination that never failed has no retry_interval.
const destinationsSQL = `SELECT count(*) AS everyone,
  count(*) FILTER (WHERE retry_interval > 0) AS failing,
  count(*) FILTER (WHERE retry_interval > 0 AND failure_ts >= $1) AS newly,
  count(*) FILTER (WHERE retry_interval > 0 AND failure_ts < $2) AS old
FROM destinations`

// destinationCounts are numbers of destinations: that fail, that began to within an hour, and that do for a week.
type destinationCounts struct {
	Everyone, Failing, Newly, Old int64
}

func readDestinations(ctx context.Context, tx query.Tx, in ReadInput) (any, error) {
	rows, err := query.Rows[destinationCounts](ctx, tx, destinationsSQL,
		in.Now.Add(-time.Hour).UnixMilli(), in.Now.Add(-7*24*time.Hour).UnixMilli())
	if err != nil || len(rows) == 0 {
		return destinationCounts{}, err
	}
	return rows[0], nil
}

// worked is the number that worked an hour ago.
func (d destinationCounts) worked() float64 { return float64(d.Everyone - d.Failing + d.Newly) }

const outageAdvice = "1. Check that this homeserver resolves names and reaches others on port 8448 and 443: proxy, firewall, DNS, ip_range_blacklist in homeserver.yaml, a certificate store out of date. " +
	"2. Check with the federation tester that its own certificate and .well-known are right: others refuse what they can't verify. 3. Once it works, Synapse tries all " +
	"again by itself, each at its time; a request that comes in from a homeserver makes it try that one at once. Do not reset all of them."

func judgeDestinations(in Input) []Finding {
	counts, ok := in.Rows.(destinationCounts)
	if !ok {
		return judgeTries(in)
	}
	text := fmt.Sprintf("%d of %d known homeservers can't be reached, %d of them for more than a week; %d that worked an hour ago began to fail since then.",
		counts.Failing, counts.Everyone, counts.Old, counts.Newly)
	if tries := in.Total("tries"); in.Has("tries") {
		text += fmt.Sprintf(" %.0f of %.0f tries to send succeeded within half an hour.", min(in.Total("successes"), tries), tries)
	}
	if counts.worked() < outageFloor {
		return Fine(text + " Too few worked an hour ago to judge.")
	}
	share := float64(counts.Newly) / counts.worked()
	f := Finding{Evidence: text, Value: &share, Threshold: Threshold(in.Warning)}
	enough := float64(counts.Newly) >= outageFloor
	switch {
	case enough && share > in.Warning && nothingWent(in):
		f.Severity, f.Advice = Critical, outageAdvice
	case enough && share > in.Warning:
		f = in.Graded(share, f)
		f.Advice = outageAdvice
	case enough && share >= outagePart:
		f.Severity, f.Title, f.Threshold = Info, "Many homeservers began to fail at once", Threshold(outagePart)
		f.Advice = "See in the list of destinations whether they have something in common, such as a hoster. If they are of all kinds: " + outageAdvice
	}
	return []Finding{f}
}

// nothingWent tells whether enough was tried and nothing succeeded.
func nothingWent(in Input) bool {
	return in.Total("tries") >= outageFloor && in.Has("successes") && in.Total("successes") < 1
}

// judgeTries judges without PostgreSQL: only that nothing goes out any more is certain enough.
func judgeTries(in Input) []Finding {
	if !in.Has("tries") || !in.Has("successes") {
		return Blind(in.RowsMissing + " Prometheus has no synapse_federation_client_sent_transactions_total either: nothing was sent, or the federation sender is not scraped.")
	}
	tries, successes := in.Total("tries"), in.Total("successes")
	text := fmt.Sprintf("%.0f of %.0f tries to send to other homeservers succeeded within half an hour, %.0f in the hour before.", min(successes, tries), tries, in.Total("before"))
	switch {
	case nothingWent(in) && in.Total("before") >= outageBefore:
		return []Finding{{Severity: Warning, Evidence: text, Advice: outageAdvice, Confidence: 0.7}}
	case successes >= outageFloor && successes >= tries/2:
		return Fine(text + " Which homeservers fail, only PostgreSQL tells: " + in.RowsMissing)
	}
	return Blind(in.RowsMissing + " " + text + " Too little to judge by that alone.")
}
