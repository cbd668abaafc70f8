package transactions

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// asked writes the PromQL about the transactions that a query names, or all of them.
type asked struct {
	process.Selection
	names []string
}

const byTransaction = "server_name, desc"

func (a asked) named() query.Matcher { return query.OneOf("desc", a.names) }

func (a asked) calls() string {
	return a.SumRate(byTransaction, metrics.TransactionCount.Series(), a.named())
}

func (a asked) cost() string {
	return a.SumRate(byTransaction, metrics.TransactionTime.Series(), a.named())
}

func (a asked) meanDuration() string { return a.cost() + " / " + a.calls() }

// totalCost and totalCalls are those of every transaction, of the named ones and all others.
func (a asked) totalCost() string { return a.SumRate("server_name", metrics.TransactionTime.Series()) }

func (a asked) totalCalls() string {
	return a.SumRate("server_name", metrics.TransactionCount.Series())
}

// costOnSaturated is the part of the cost that was measured by saturated processes.
func (a asked) costOnSaturated(i process.Identity) string {
	return "sum by (" + byTransaction + ") (" + a.Rate(metrics.TransactionTime.Series(), a.named()) + " and on (" + i.Labels() + ") " +
		process.Saturated(a.Filters, a.Window) + ")"
}

// restarts counts, per homeserver, the processes that started within an hour of the start of a window: cold caches
// cost more, so such a window says nothing about a change.
func restarts(f query.Filters, i process.Identity, start time.Time, ago time.Duration) string {
	offset := metrics.Offset(ago)
	started := metrics.ProcessStart.Series().Of(f.ProcessSelector() + offset)
	return fmt.Sprintf("count by (server_name) (%s and on (%s) (abs(%s - %d) < %g))", metrics.ScheduleTime.Count().Of(f.Selector()+offset), i.Labels(),
		started, start.Add(-ago).Unix(), limits.Warm.Value)
}

// covered counts, per homeserver, the processes seen at both ends of the window of the given length that ended so long ago.
func covered(f query.Filters, length, ago time.Duration) string {
	const lookBack = 5 * time.Minute
	seen := func(ago time.Duration) string {
		return "count by (server_name) (" + metrics.ScheduleTime.Count().Over("last_over_time", f.Selector(), metrics.Window(lookBack)+metrics.Offset(ago)) + ")"
	}
	return seen(ago) + " and " + seen(ago+max(0, length-lookBack))
}

// cacheRate is the rate of one of the caches' counters.
func cacheRate(s process.Selection, counter *metrics.Metric, names []string, more ...query.Matcher) string {
	return s.SumRate("server_name, name", counter.Series(), append(more, query.OneOf("name", names))...)
}
