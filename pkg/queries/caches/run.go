package caches

import (
	"cmp"
	"context"
	"slices"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

// run ranks over the whole range first, then draws the top caches only.
func run(ctx context.Context, s *query.Session) (query.Result, error) {
	shape, asked := shapeOf(s.Format.ID), selection{dataCaches, s.Filters, s.List("cache")}
	if s.Flag("responseCaches") {
		asked.family = responseCaches
	}
	result := query.Lines{Name: s.Format.Title, Measure: shape.measure}
	ranking, err := rank(ctx, s, shape, asked)
	if err != nil {
		return nil, err
	}
	if len(ranking) == 0 {
		return result, explainNothing(ctx, s, shape, asked)
	}
	ranked := query.Ranked(ranking, "name")
	asked.names = ranked.Names()
	var streams model.Matrix
	if err := s.Ask(ctx, query.Over(shape.draw(asked, s.Range.RateWindow()), &streams)); err != nil {
		return nil, err
	}
	if shape.byReason {
		streams = notAllZero(streams)
	}
	result.Lines = ranked.Lines(streams)
	if len(result.Lines) == 0 {
		return result, explainNothing(ctx, s, shape, asked)
	}
	if shape.byReason {
		addReasons(result.Lines)
	}
	return result, nil
}

// rank gives the top caches of each homeserver, or all that the query names.
func rank(ctx context.Context, s *query.Session, shape shape, asked selection) (model.Vector, error) {
	promql := shape.rankBy(asked, s.Range.Window())
	if len(asked.names) == 0 {
		promql = top(s.Limit, promql)
	}
	var ranking model.Vector
	if err := s.Ask(ctx, query.At(promql, &ranking)); err != nil {
		return nil, err
	}
	if len(asked.names) > 0 {
		return ranking, nil
	}
	return cut(s, ranking), nil
}

// cut keeps the limit's number of caches of each homeserver and tells that it left some out.
func cut(s *query.Session, ranking model.Vector) model.Vector {
	ranking = slices.SortedFunc(slices.Values(ranking), func(a, b *model.Sample) int { return cmp.Compare(b.Value, a.Value) })
	seen := map[model.LabelValue]int{}
	return slices.DeleteFunc(ranking, func(sample *model.Sample) bool {
		seen[sample.Metric["server_name"]]++
		over := seen[sample.Metric["server_name"]] > s.Limit
		if over {
			s.Inform("Only the top %d caches of each homeserver are drawn; \"limit\" shows more.", s.Limit)
		}
		return over
	})
}

// explainNothing tells an absent metric from caches that had nothing to do.
func explainNothing(ctx context.Context, s *query.Session, shape shape, asked selection) error {
	metric := shape.needs(asked.family)
	var there model.Vector
	if err := s.Ask(ctx, query.At(present(metric, asked.selector(), s.Range.Window()), &there)); err != nil {
		return err
	}
	if len(there) == 0 {
		s.Warn("Prometheus has no %s for this selection and time range. Is Synapse scraped, and does the filter match?", metric)
	} else {
		s.Inform("The metric is there, but the selected caches had nothing to count in this time range.")
	}
	return nil
}

// notAllZero drops the reasons that never happened.
func notAllZero(streams model.Matrix) model.Matrix {
	return slices.DeleteFunc(slices.Clone(streams), func(stream *model.SampleStream) bool {
		return !slices.ContainsFunc(stream.Values, func(p model.SamplePair) bool { return p.Value > 0 })
	})
}

// addReasons says in the legend why entries left, in words that don't mislead.
func addReasons(lines []query.Series) {
	for i, line := range lines {
		lines[i].Legend += ": " + reasonWord(line.Labels["name"], line.Labels["reason"])
	}
}

// reasonWord: on LRU caches, and on those of modules that the catalogue does not know, "invalidation" is the expiry of
// unused entries or the memory limit (synapse/util/caches/lrucache.py, _expire_old_entries).
func reasonWord(cache, reason string) string {
	known, ok := cachecatalogue.Lookup(cache)
	switch {
	case reason == cachecatalogue.ReasonSize:
		return "full"
	case reason == cachecatalogue.ReasonTime:
		return "expired"
	case reason == cachecatalogue.ReasonInvalidation && (!ok || known.Kind == cachecatalogue.LRU):
		return "unused or memory limit"
	}
	return "removed"
}
