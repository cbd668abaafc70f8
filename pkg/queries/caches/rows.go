package caches

import (
	"context"
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// run ranks over the whole range first, then draws the top caches only.
func run(ctx context.Context, s *query.Session) (query.Result, error) {
	shape, asked := shapeOf(s.Format.ID), selection{dataCaches, s.Filters, s.List("cache")}
	if s.Flag("responseCaches") {
		asked.family = responseCaches
	}
	result := query.Lines{Name: s.Format.Title, Measure: shape.measure}
	ranked, err := rankCaches(ctx, s, shape, asked)
	if err != nil {
		return nil, err
	}
	if ranked.Empty() {
		return result, explainNothing(ctx, s, shape, asked)
	}
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
	warnMissing(s, result.Lines)
	if shape.byReason {
		addReasons(result.Lines)
	}
	return result, nil
}

// rankCaches gives the top caches of each homeserver, or all that the query names.
func rankCaches(ctx context.Context, s *query.Session, shape shape, asked selection) (query.Ranking, error) {
	promql := shape.rankBy(asked, s.Range.Window())
	if len(asked.names) == 0 {
		return query.RankTop(ctx, s, promql+" > 0", "name", "Only the top %d caches of each homeserver are drawn; \"limit\" shows more.")
	}
	var named model.Vector
	err := s.Ask(ctx, query.At(promql, &named))
	return query.RankingOf(named, "name"), err
}

// explainNothing tells rare scrapes and an absent metric from caches that had nothing to do.
func explainNothing(ctx context.Context, s *query.Session, shape shape, asked selection) error {
	if told, err := process.WarnScrapeGap(ctx, s); told || err != nil {
		return err
	}
	metric := shape.needs(asked.family)
	var there model.Vector
	if err := s.Ask(ctx, query.At(asked.present(metric, s.Range.Window()), &there)); err != nil {
		return err
	}
	if len(there) == 0 {
		process.WarnAbsent(s, metric.Name)
	} else {
		s.Inform("The metric exists, but nothing was counted for the selected caches in this time range.")
	}
	return nil
}

// warnMissing names the caches that were asked for and have no line.
func warnMissing(s *query.Session, lines []query.Series) {
	missing := slices.DeleteFunc(slices.Clone(s.List("cache")), func(cache string) bool {
		return slices.ContainsFunc(lines, func(line query.Series) bool { return line.Labels["name"] == cache })
	})
	if len(missing) > 0 {
		s.Inform("No data for %s in this time range: nothing was counted, or Prometheus does not have it.", strings.Join(missing, ", "))
	}
}
