package checks

import (
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/transactions"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// Without data of last week some numbers are too high in any week. They are less sure than a comparison, and say so.
var (
	persistNorm = limits.Limit{Name: "persistNorm", Value: 0.06, Unit: "s", Meaning: "mean duration of persist_events on a healthy homeserver", Source: "ours: healthy ones stay below it"}
	persistSlow = limits.Limit{Name: "persistSlow", Value: 5, Meaning: "number of times that duration from which the database is slow without data of last week", Source: "ours"}
	// dominantShare and sendsShare: the transaction must be most of the database's time, and enough of it to explain the sends.
	dominantShare = limits.Limit{Name: "dominant", Value: 0.6, Unit: "percentunit", Meaning: "share of the whole database time of one transaction that explains slow sends without data of last week", Source: "ours"}
	sendsShare    = limits.Limit{Name: "sendsShare", Value: 0.3, Unit: "percentunit", Meaning: "its cost as a share of the time that all sends take", Source: "ours"}

	// slowSendSeconds is the time per second that all sends take, where one takes a second or more on average.
	slowSendSeconds = measure("slowSendSeconds", func(s Scope) string {
		seconds, number := s.Sum(s.Rate(metrics.ResponseTime.Sum(), txnWindow, sentMessages...)), s.Sum(s.Increase(metrics.ResponseTime.Count(), txnWindow, sentMessages...))
		return fmt.Sprintf("%s and on (server_name) %[1]s * %d / %s >= %g and on (server_name) %[3]s >= %[5]g",
			seconds, int64(txnWindow.Seconds()), number, slowSend.Value, fewLeast.Value)
	})
)

// noLastWeek is the reason that findings by these norms give.
const noLastWeek = " No data of last week to compare with."

// judgePersistNorm finds that writing events is slow in any week.
func judgePersistNorm(in Input) (Finding, bool) {
	if in.Has(txnLastWeek) {
		return Finding{}, false
	}
	for _, t := range txns(in, false) {
		if t.Name != transactions.PersistEvents || t.Calls == 0 || t.Mean() < persistSlow.Value*persistNorm.Value {
			continue
		}
		mean := t.Mean()
		f := Finding{
			Subject: Subject{Name: t.Name}, Severity: Warning, Confidence: 0.5, Title: "Writing events is slow", Value: &mean,
			Threshold: limits.At(persistSlow.Value * persistNorm.Value), Unit: "s", Takes: Amounts{DatabaseTime: t.Cost}, NotCausedBy: []string{"cpu-saturation"},
			Evidence: fmt.Sprintf("%s each on average in the last hour%s; healthy homeservers stay below %s.", words.Seconds(mean), t.saturatedNote(), persistNorm) + noLastWeek,
			Steps: []string{
				"Check the write and flush latency of PostgreSQL's disk (`iostat -x 5`), a synchronous standby, and checkpoints in PostgreSQL's log.",
				"Check for lost statistics and old open transactions: the findings about PostgreSQL maintenance name them.",
				"Check the network between Synapse and PostgreSQL: a transaction makes many round trips.",
			},
		}
		if t.onSaturated >= transactions.MostlySaturated.Value {
			f.Severity, f.NotCausedBy = Info, nil
		}
		return f, true
	}
	return Finding{}, false
}

// judgeDominant finds one transaction that takes most of the database's time while sends take seconds.
func judgeDominant(in Input) (Finding, bool) {
	if in.Has(txnLastWeek) || !in.Has(slowSendSeconds) {
		return Finding{}, false
	}
	for _, t := range txns(in, false) {
		if t.Name == transactions.PersistEvents || transactions.IsMaintenance(t.Name) || t.Cost < dominantShare.Value*t.AllCost || t.Cost < sendsShare.Value*in.Total(slowSendSeconds) {
			continue
		}
		share := t.Share()
		return Finding{
			Subject: Subject{Name: t.Name}, Severity: Warning, Confidence: 0.5, Title: "Transaction takes most of the database time", Value: &share, Threshold: &dominantShare.Value,
			Unit: "percentunit", Takes: t.takes(), NotCausedBy: []string{"cpu-saturation", "database-slow", "extremities"}, Steps: t.costSteps(),
			Evidence: fmt.Sprintf("%s of the database time in the last hour (%s) while a send takes %s or more on average.", words.Percent(share), t.callsText(), slowSend) + noLastWeek,
		}, true
	}
	return Finding{}, false
}
