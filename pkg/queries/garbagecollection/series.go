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

// served selects the processes of the asked homeservers. Which homeserver a process serves is joined afterwards: a
// process may have several generations, and in rare cases several homeservers.
func served(f query.Filters, processes string) string {
	return "(" + processes + ") and on (job, index, instance) synapse_storage_schedule_time_count" + f.Selector()
}

func share(f query.Filters, window string) string { return served(f, per(f, "_sum", window, "")) }

func meanPause(f query.Filters, window string) string {
	return served(f, per(f, "_sum", window, ", gen")+" / "+per(f, "_count", window, ", gen"))
}

// homes are the homeservers of each process, with every label that names it.
type homes map[model.Fingerprint][]model.Metric

// homesQuery tells which processes there were within the range.
func homesQuery(s *query.Session, identity synapse.Identity) string {
	return "count by (" + identity.Labels() + ") (last_over_time(synapse_storage_schedule_time_count" + s.Filters.Selector() + s.Range.Window() + "))"
}

func homesOf(present model.Vector) homes {
	h := homes{}
	for _, sample := range present {
		at := processOf(sample.Metric)
		h[at] = append(h[at], sample.Metric)
	}
	return h
}

func processOf(m model.Metric) model.Fingerprint {
	return model.Metric{"job": m["job"], "index": m["index"], "instance": m["instance"]}.Fingerprint()
}

// labelled gives a series' labels once for each homeserver of its process.
func (h homes) labelled(m model.Metric) []model.Metric {
	var all []model.Metric
	for _, home := range h[processOf(m)] {
		labels := home.Clone()
		for name, value := range m {
			labels[name] = value
		}
		all = append(all, labels)
	}
	return all
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
	var found, matrix model.Matrix
	var present model.Vector
	if err := s.Ask(ctx, query.Over(promql, &found), query.At(homesQuery(s, identity), &present)); err != nil {
		return nil, err
	}
	homes := homesOf(present)
	for _, stream := range found {
		for _, labels := range homes.labelled(stream.Metric) {
			matrix = append(matrix, &model.SampleStream{Metric: labels, Values: stream.Values})
		}
	}
	if len(matrix) == 0 {
		if err := synapse.TellSparse(ctx, s); err != nil {
			return nil, err
		}
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
	return perServer(s, all, func(line query.Series) string { return line.Labels["server_name"] }, "Lines")
}

// perServer keeps the first of each homeserver and says how many more there are.
func perServer[T any](s *query.Session, all []T, server func(T) string, things string) []T {
	shown := map[string]int{}
	kept := slices.DeleteFunc(slices.Clone(all), func(one T) bool { shown[server(one)]++; return shown[server(one)] > s.Limit })
	if left := len(all) - len(kept); left > 0 {
		s.Inform("%s that are not shown: %d (limit %d for each homeserver).", things, left, s.Limit)
	}
	return kept
}
