package garbagecollection

import (
	"cmp"
	"context"
	"slices"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

const metric = "python_gc_time"

// per sums one part of the histogram by process and, where wanted, by generation.
func per(f query.Filters, part, window, by string) string {
	return "sum by (job, index, instance" + by + ") (rate(" + metric + part + f.ProcessSelector() + window + "))"
}

func share(f query.Filters, window string) string {
	return synapse.PerServer(f, per(f, "_sum", window, ""))
}

// byGeneration labels a vector per process and generation with the homeserver. PerServer can't: several generations of
// one process would meet one series of it.
func byGeneration(f query.Filters, processes string) string {
	return "(" + processes + ") * on (job, index, instance) group_left (server_name) " +
		"max by (server_name, job, index, instance) (synapse_storage_schedule_time_count" + f.Selector() + " * 0 + 1)"
}

func meanPause(f query.Filters, window string) string {
	return byGeneration(f, per(f, "_sum", window, ", gen")+" / "+per(f, "_count", window, ", gen"))
}

func runSeries(ctx context.Context, s *query.Session) (query.Result, error) {
	identity, err := synapse.FindIdentity(ctx, s)
	if err != nil {
		return nil, err
	}
	promql, measure := share(s.Filters, s.Range.RateWindow()), query.Measure{Name: "gc_share", Unit: "percentunit", Help: "Share of time spent collecting garbage."}
	if s.Format.ID == "pauses" {
		promql, measure = meanPause(s.Filters, s.Range.RateWindow()), query.Measure{Name: "mean_pause", Unit: "s", Help: "Mean length of a collection."}
	}
	var matrix model.Matrix
	if err := s.Ask(ctx, query.Over(promql, &matrix)); err != nil {
		return nil, err
	}
	if len(matrix) == 0 {
		s.Warn("Prometheus has no %s for this selection and time range: on PyPy it does not exist, else Synapse is not scraped or the filter does not match.", metric)
	}
	return query.Lines{Name: s.Format.Title, Measure: measure, Lines: lines(s, identity, matrix)}, nil
}

func lines(s *query.Session, identity synapse.Identity, matrix model.Matrix) []query.Series {
	several := query.SeveralServers(matrix)
	var all []query.Series
	for _, stream := range matrix {
		name := identity.Name(stream.Metric)
		if generation := string(stream.Metric["gen"]); generation != "" {
			name += " generation " + generation
		}
		if line := query.NewSeries(query.Legend(name, stream.Metric, several), stream); len(line.Values) > 0 {
			all = append(all, line)
		}
	}
	slices.SortFunc(all, func(a, b query.Series) int { return cmp.Compare(a.Legend, b.Legend) })
	if left := len(all) - s.Limit; left > 0 {
		all = all[:s.Limit]
		s.Inform("%d more lines are not shown (limit %d).", left, s.Limit)
	}
	return all
}
