package transactions

import (
	"fmt"

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

// covered counts, per homeserver, the processes seen at both ends of the window of the given length, offset seconds ago.
func covered(f query.Filters, length, offset int64) string {
	seen := func(ago int64) string {
		return fmt.Sprintf("count by (server_name) (last_over_time(synapse_storage_schedule_time_count%s[5m] offset %ds))", f.Selector(), ago)
	}
	return seen(offset) + " and " + seen(offset+max(0, length-300))
}

func countPerServer(promql string) string {
	return fmt.Sprintf("count by (server_name) (%s > 0)", promql)
}

func topPerServer(n int, promql string) string {
	return fmt.Sprintf("topk by (server_name) (%d, %s > 0)", n, promql)
}
