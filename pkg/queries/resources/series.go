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

// shape is one graph: PromQL over a window, with server_name and what names a process on every series.
type shape struct {
	promql  func(i synapse.Identity, f query.Filters, window string) string
	measure query.Measure
	metric  string
	// parts are further lines of each process, where Prometheus has them, by what is added to its name.
	parts map[string]func(i synapse.Identity, f query.Filters) string
}

// ofProcess draws a metric of whole processes.
func ofProcess(format string) func(synapse.Identity, query.Filters, string) string {
	return func(i synapse.Identity, f query.Filters, window string) string {
		return i.PerServer(f, fmt.Sprintf(format, f.ProcessSelector()+window))
	}
}

// allocated is what jemalloc says of a process's memory; it is there only where jemalloc is loaded.
func allocated(kind string) func(synapse.Identity, query.Filters) string {
	return func(i synapse.Identity, f query.Filters) string {
		return i.PerServer(f, "jemalloc_stats_app_memory_bytes"+f.ProcessSelector(query.Equal("type", kind)))
	}
}

var shapes = map[string]shape{
	"cpu": {promql: ofProcess("rate(process_cpu_seconds_total%s)"), metric: "process_cpu_seconds_total",
		measure: query.Measure{Name: "cpu_cores", Unit: "none", Help: "Cores used. The event loop can use one; threads for the database and media come on top."}},
	"memory": {
		promql: func(i synapse.Identity, f query.Filters, _ string) string {
			return i.PerServer(f, "process_resident_memory_bytes"+f.ProcessSelector())
		},
		measure: query.Measure{Name: "memory", Unit: "bytes", Help: "Resident memory; where jemalloc is loaded, also what is in use of it, and what the allocator holds."},
		metric:  "process_resident_memory_bytes",
		parts:   map[string]func(synapse.Identity, query.Filters) string{" in use": allocated("allocated"), " held by jemalloc": allocated("resident")},
	},
	"reactor": {promql: ofProcess("rate(python_twisted_reactor_tick_time_sum%s)"), metric: "python_twisted_reactor_tick_time_sum",
		measure: query.Measure{Name: "reactor_busy", Unit: "percentunit", Help: "Share of time that the event loop was busy."}},
	"databasePool": {promql: poolWait, metric: "synapse_storage_schedule_time", measure: query.Measure{Name: "database_pool_wait", Unit: "s",
		Help: "Mean wait for a database connection; on a full process it holds the wait for the processor too."}},
}

func poolWait(i synapse.Identity, f query.Filters, window string) string {
	part := func(name string) string {
		return "sum by (server_name, " + i.Labels() + ") (rate(synapse_storage_schedule_time_" + name + f.Selector() + window + "))"
	}
	return part("sum") + " / " + part("count")
}

func runSeries(ctx context.Context, s *query.Session) (query.Result, error) {
	shape := shapes[s.Format.ID]
	identity, err := synapse.FindIdentity(ctx, s)
	if err != nil {
		return nil, err
	}
	answers := map[string]*model.Matrix{"": {}}
	questions := []query.Question{query.Over(shape.promql(identity, s.Filters, s.Range.RateWindow()), answers[""])}
	for part, promql := range shape.parts {
		answers[part] = &model.Matrix{}
		questions = append(questions, query.Over(promql(identity, s.Filters), answers[part]))
	}
	if err := s.Ask(ctx, questions...); err != nil {
		return nil, err
	}
	if len(*answers[""]) == 0 {
		told, err := synapse.TellSparse(ctx, s)
		if err != nil {
			return nil, err
		}
		if !told {
			synapse.WarnAbsent(s, shape.metric)
		}
	}
	return query.Lines{Name: s.Format.Title, Measure: shape.measure, Lines: lines(s, identity, answers)}, nil
}

// lines are those of the busiest processes of each homeserver, by the mean of what is drawn, with their parts.
func lines(s *query.Session, identity synapse.Identity, answers map[string]*model.Matrix) []query.Series {
	whole := slices.Clone(*answers[""])
	several := query.SeveralServers(whole)
	slices.SortStableFunc(whole, func(a, b *model.SampleStream) int { return cmp.Compare(mean(b), mean(a)) })
	shown, left := query.LimitPerServer(whole, s.Limit, func(stream *model.SampleStream) string { return query.ServerOf(stream.Metric) })
	if left > 0 {
		s.Inform("Processes that are not shown: %d (limit %d for each homeserver).", left, s.Limit)
	}
	kept := map[place]bool{}
	for _, stream := range shown {
		kept[placeOf(identity, stream.Metric)] = true
	}
	var all []query.Series
	for part, matrix := range answers {
		for _, stream := range *matrix {
			line := query.NewSeries(query.Legend(identity.Name(stream.Metric)+part, stream.Metric, several), stream)
			if kept[placeOf(identity, stream.Metric)] {
				all = append(all, line)
			}
		}
	}
	slices.SortFunc(all, func(a, b query.Series) int { return cmp.Compare(a.Legend, b.Legend) })
	return all
}

func mean(stream *model.SampleStream) float64 {
	total := 0.0
	for _, p := range stream.Values {
		total += float64(p.Value)
	}
	return total / float64(max(1, len(stream.Values)))
}
