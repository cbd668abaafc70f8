package checks

import (
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// syncsOfDay judge sliding syncs on a server that never has enough of them.
var syncsOfDay = countFew(fewOf{one: "sliding sync", many: "sliding syncs", verdict: tookLonger},
	func(s Scope, d time.Duration) string {
		return s.Counted(metrics.SlidingSyncTime.Count(), d, nil, slidingSyncs)
	},
	func(s Scope, d time.Duration) string {
		return s.Counted(metrics.SlidingSyncTime.Bucket(), d, nil, slidingSyncs, upTo(plain(slowSend.Value)))
	},
	func(s Scope) string { return syncSliding.PromQL(s) + " >= " + plain(enoughSyncs.Value) })

// olderOfDay do it for sync v2, of which no histogram leaves out the wait for news: each quarter of an hour counts with its mean.
var olderOfDay = countFew(fewOf{one: "quarter of an hour with syncs", many: "quarters of an hour with syncs", verdict: "had a mean above " + slowSend.String(), prefix: "older"},
	func(s Scope, d time.Duration) string { return "(" + olderMean(s, d) + " >= 0) ^ 0" },
	func(s Scope, d time.Duration) string {
		return "(" + olderMean(s, d) + " <= " + plain(slowSend.Value) + ") ^ 0"
	},
	func(s Scope) string { return syncOrdinary.PromQL(s) + " >= " + plain(enoughSyncs.Value) })

// olderWork is what Synapse counts of the work on a sync v2.
var olderWork = []*metrics.Metric{metrics.ResponseUserCPU, metrics.ResponseSystemCPU, metrics.ResponseDatabaseTime, metrics.ResponseScheduleTime}

// olderMean is the mean work of the syncs of each process; where there were none, no number.
func olderMean(s Scope, d time.Duration) string {
	increase := func(m *metrics.Metric) string {
		return s.SumPerProcess(s.Increase(m.Series(), d, ordinary, incremental))
	}
	work := make([]string, len(olderWork))
	for i, kind := range olderWork {
		work[i] = increase(kind)
	}
	return "(" + strings.Join(work, " + ") + ") / " + increase(metrics.ResponseCount)
}
