package transactions

import (
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/transactions"
)

var columns = []query.Column[row]{
	query.CountColumn("rank", "Rank", "Place by cost among the homeserver's selected transactions. 1 costs most.",
		func(r row) int64 { return r.rank }),
	query.TextColumn("server_name", "Homeserver", "The homeserver. Empty where Synapse is older than this label.",
		func(r row) string { return r.id.server }),
	query.TextColumn("transaction", "Transaction", "Synapse's name of the database transaction.",
		func(r row) string { return r.id.desc }),
	query.NumberColumn("calls_per_second", "Calls", "cps", "Calls per second, over all processes.",
		func(r row) float64 { return r.usage.Calls }),
	query.NumberColumn("mean_duration", "Mean duration", "s",
		"Mean duration of one call, measured in the process: the statements, the commit and any wait for Python's interpreter.",
		func(r row) float64 { return r.usage.Mean() }),
	query.NumberColumn("cost", "Cost", "none",
		"Seconds of database time per second: calls times mean duration, the mean number of connections that it keeps busy. Not CPU time.",
		func(r row) float64 { return r.usage.Cost }),
	query.NumberColumn("share", "Share", "percentunit", "Share of the homeserver's whole cost.",
		func(r row) float64 { return r.usage.Share() }),
	query.NumberColumn("cost_change", "Change", "none",
		"Cost divided by the cost of the same window earlier. Empty where that is not known, where a process started near the start of a window, "+
			"and below a share of "+
			transactions.GrownShare.String()+".",
		func(r row) *float64 { return r.change }),
	query.TextColumn("verdict", "Verdict",
		"hot: expensive and frequent. slow: expensive per call. chatty: frequent and cheap. maintenance: Synapse runs it by itself. quiet: none of these.",
		func(r row) string { return string(r.verdict) }).WithColours(
		query.Colour{Value: string(transactions.Hot), Colour: "red"}, query.Colour{Value: string(transactions.Slow), Colour: "orange"},
		query.Colour{Value: string(transactions.Chatty), Colour: "blue"}, query.Colour{Value: string(transactions.Routine), Colour: "purple"},
		query.Colour{Value: string(transactions.Quiet), Colour: "green"}),
	query.TextColumn("cache", "Cache in front", "The cache whose misses lead to this transaction, where one is known.",
		func(r row) string { return r.guard }),
	query.NumberColumn("cache_hit_ratio", "Cache hit ratio", "percentunit", "Share of the lookups that this cache could answer.",
		func(r row) *float64 {
			if r.cache == nil {
				return nil
			}
			return r.cache.hitRatio()
		}),
	query.NumberColumn("cache_misses_per_second", "Cache misses", "cps", "Lookups per second that this cache could not answer.",
		func(r row) *float64 {
			if r.cache == nil {
				return nil
			}
			return &r.cache.misses
		}),
	query.TextColumn("explanation", "What it means", "What to conclude, with the numbers.",
		row.explain).AsSentence(),
}
