package transactions

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// selection is the transactions that a query is about.
type selection struct {
	filters query.Filters
	names   []string // empty: all
}

func (s selection) selector() string { return s.filters.Selector(query.OneOf("desc", s.names)) }

const byTransaction = "sum by (server_name, desc) "

func (s selection) calls(window string) string {
	return byTransaction + "(" + synapse.TransactionCount.Rate(s.selector(), window) + ")"
}

func (s selection) cost(window string) string {
	return byTransaction + "(" + synapse.TransactionSum.Rate(s.selector(), window) + ")"
}

// totalCost is that of every transaction, of the named ones and all others.
func (s selection) totalCost(window string) string {
	return "sum by (server_name) (" + synapse.TransactionSum.Rate(s.filters.Selector(), window) + ")"
}

func (s selection) totalCalls(window string) string {
	return "sum by (server_name) (" + synapse.TransactionCount.Rate(s.filters.Selector(), window) + ")"
}

func (s selection) meanDuration(window string) string {
	return s.cost(window) + " / " + s.calls(window)
}

// costOnFull is the part of the cost that was measured by processes whose event loop was full.
func (s selection) costOnFull(window string) string {
	return byTransaction + "(" + synapse.TransactionSum.Rate(s.selector(), window) +
		" and on (job, index, instance) " + synapse.FullProcesses(s.filters, window) + ")"
}

// restarts counts, per homeserver, the processes that started within an hour of the start of a window: cold caches
// cost more, so such a window says nothing about a change.
func restarts(f query.Filters, start int64, offset string) string {
	return fmt.Sprintf("count by (server_name) (synapse_storage_schedule_time_count%s%s and on (job, index, instance) "+
		"(abs(process_start_time_seconds%s%s - %d) < 3600))", f.Selector(), offset, f.ProcessSelector(), offset, start)
}

// covered counts, per homeserver, the processes seen at both ends of the window of the given length that ended so long ago.
func covered(f query.Filters, length, ago time.Duration) string {
	seen := func(ago time.Duration) string {
		return fmt.Sprintf("count by (server_name) (last_over_time(synapse_storage_schedule_time_count%s[5m]%s))", f.Selector(), synapse.Offset(ago))
	}
	return seen(ago) + " and " + seen(ago+max(0, length-5*time.Minute))
}

func countPerServer(promql string) string {
	return fmt.Sprintf("count by (server_name) (%s > 0)", promql)
}

func topPerServer(n int, promql string) string {
	return fmt.Sprintf("topk by (server_name) (%d, %s > 0)", n, promql)
}
