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

// questions writes the PromQL about the processes that the query selects. Which homeserver a process serves is joined
// afterwards: a process may have several generations, and in rare cases several homeservers.
type questions struct {
	identity synapse.Identity
	filters  query.Filters
	window   string
}

// per sums one part of the histogram by process and, where wanted, by generation.
func (q questions) per(part, by string) string {
	return "sum by (" + q.identity.Labels() + by + ") (rate(" + metric + part + q.filters.ProcessSelector() + q.window + "))"
}

// served selects the processes of the asked homeservers.
func (q questions) served(processes string) string {
	return "(" + processes + ") and on (" + q.identity.Labels() + ") synapse_storage_schedule_time_count" + q.filters.Selector()
}

func (q questions) share() string { return q.served(q.per("_sum", "")) }

func (q questions) meanPause() string {
	return q.served(q.per("_sum", ", gen") + " / " + q.per("_count", ", gen"))
}

func runSeries(ctx context.Context, s *query.Session) (query.Result, error) {
	identity, err := synapse.FindIdentity(ctx, s)
	if err != nil {
		return nil, err
	}
	q := questions{identity, s.Filters, s.Range.RateWindow()}
	promql, measure := q.share(), query.Measure{Name: "gc_share", Unit: "percentunit", Help: "Share of time spent collecting garbage."}
	if s.Format.ID == "pauses" {
		promql, measure = q.meanPause(), query.Measure{Name: "mean_pause", Unit: "s", Help: "Mean length of a collection."}
	}
	var found, matrix model.Matrix
	var present model.Vector
	if err := s.Ask(ctx, query.Over(promql, &found), query.At(identity.Seen(s.Filters, s.Range.Window()), &present)); err != nil {
		return nil, err
	}
	homes := identity.Homes(present)
	for _, stream := range found {
		for _, labels := range homes.Labelled(stream.Metric) {
			matrix = append(matrix, &model.SampleStream{Metric: labels, Values: stream.Values})
		}
	}
	if len(matrix) == 0 {
		told, err := synapse.TellSparse(ctx, s)
		if err != nil {
			return nil, err
		}
		if !told {
			warnAbsent(s)
		}
	}
	return query.Lines{Name: s.Format.Title, Measure: measure, Lines: lines(s, identity, matrix)}, nil
}

func warnAbsent(s *query.Session) {
	s.Warn("Prometheus has no %s for this selection and time range: on PyPy it does not exist, else Synapse is not scraped or the filter does not match.", metric)
}

func lines(s *query.Session, identity synapse.Identity, matrix model.Matrix) []query.Series {
	several := query.SeveralServers(matrix)
	all := make([]query.Series, len(matrix))
	for i, stream := range matrix {
		name := identity.Name(stream.Metric)
		if generation := string(stream.Metric["gen"]); generation != "" {
			name += " generation " + generation
		}
		all[i] = query.NewSeries(query.Legend(name, stream.Metric, several), stream)
	}
	slices.SortFunc(all, func(a, b query.Series) int { return cmp.Compare(a.Legend, b.Legend) })
	shown, left := query.LimitPerServer(all, s.Limit, query.Series.Server)
	if left > 0 {
		s.Inform("Lines that are not shown: %d (limit %d for each homeserver).", left, s.Limit)
	}
	return shown
}
