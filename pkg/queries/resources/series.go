package resources

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// shape is one graph: PromQL over a window, with server_name on every series.
type shape struct {
	promql  func(f query.Filters, window string) string
	measure query.Measure
	metric  string
}

// ofProcess draws a metric of whole processes.
func ofProcess(format string) func(query.Filters, string) string {
	return func(f query.Filters, window string) string {
		return synapse.PerServer(f, fmt.Sprintf(format, f.ProcessSelector()+window))
	}
}

var shapes = map[string]shape{
	"cpu": {ofProcess("rate(process_cpu_seconds_total%s)"),
		query.Measure{Name: "cpu_cores", Unit: "none", Help: "Cores used. The event loop can use one; threads for the database and media come on top."}, "process_cpu_seconds_total"},
	"memory": {func(f query.Filters, _ string) string {
		return synapse.PerServer(f, "process_resident_memory_bytes"+f.ProcessSelector())
	}, query.Measure{Name: "memory", Unit: "bytes", Help: "Resident memory."}, "process_resident_memory_bytes"},
	"reactor": {ofProcess("rate(python_twisted_reactor_tick_time_sum%s)"),
		query.Measure{Name: "reactor_busy", Unit: "percentunit", Help: "Share of time that the event loop was busy."}, "python_twisted_reactor_tick_time_sum"},
	"databasePool": {poolWait, query.Measure{Name: "database_pool_wait", Unit: "s",
		Help: "Mean wait for a database connection; on a full process it holds the wait for the processor too."}, "synapse_storage_schedule_time"},
}

func poolWait(f query.Filters, window string) string {
	part := func(name string) string {
		return "sum by (server_name, job, index, instance) (rate(synapse_storage_schedule_time_" + name + f.Selector() + window + "))"
	}
	return part("sum") + " / " + part("count")
}

func runSeries(ctx context.Context, s *query.Session) (query.Result, error) {
	shape := shapes[s.Format.ID]
	identity, err := synapse.FindIdentity(ctx, s)
	if err != nil {
		return nil, err
	}
	var matrix model.Matrix
	if err := s.Ask(ctx, query.Over(shape.promql(s.Filters, s.Range.RateWindow()), &matrix)); err != nil {
		return nil, err
	}
	if len(matrix) == 0 {
		s.Warn("Prometheus has no %s for this selection and time range. Is Synapse scraped, and does the filter match?", shape.metric)
	}
	several := query.SeveralServers(matrix)
	var lines []query.Series
	for _, stream := range matrix {
		lines = append(lines, query.NewSeries(query.Legend(identity.Name(stream.Metric), stream.Metric, several), stream))
	}
	slices.SortFunc(lines, func(a, b query.Series) int { return cmp.Compare(a.Legend, b.Legend) })
	if left := len(lines) - s.Limit; left > 0 {
		lines = lines[:s.Limit]
		s.Inform("%d more processes are not shown (limit %d).", left, s.Limit)
	}
	return query.Lines{Name: s.Format.Title, Measure: shape.measure, Lines: lines}, nil
}
