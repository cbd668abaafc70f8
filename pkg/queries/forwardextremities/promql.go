package forwardextremities

import (
	"context"
	"fmt"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// highest is a gauge that any process may export of one database.
func highest(s *query.Session, by string, series metrics.Series, more ...query.Matcher) string {
	return "max by (" + by + ") (" + series.Of(s.Filters.Selector(more...)) + ")"
}

// roomsAbove is the rooms with more extremities.
func roomsAbove(s *query.Session, more int64) string {
	all := highest(s, "server_name", metrics.ForwardExtremities.GCount())
	if more == 0 {
		return all
	}
	return all + " - " + highest(s, "server_name", metrics.ForwardExtremities.Bucket(), process.UpTo(float64(more)))
}

// eventsAbove is the share of events in rooms with more: a true histogram, summed over the event persisters.
func eventsAbove(s *query.Session, more int64) string {
	point := process.PerPoint(s)
	all := point.SumRate("server_name", metrics.ExtremitiesPersisted.Count())
	if more == 0 {
		return fmt.Sprintf("%s / (%s > 0)", all, all)
	}
	return fmt.Sprintf("1 - %s / (%s > 0)", point.SumRate("server_name", metrics.ExtremitiesPersisted.Bucket(), process.UpTo(float64(more))), all)
}

// activeServers are the homeservers that persist events, and so have rooms to count.
func activeServers(s *query.Session) string {
	return "group by (server_name) (" + metrics.ExtremitiesPersisted.Count().Of(s.Filters.Selector()) + ")"
}

// fetchHistogram reads the buckets as they are now. They are a gauge: a snapshot that every process exports of one
// database, so max, and never rate.
func fetchHistogram(ctx context.Context, s *query.Session) (query.Result, error) {
	var buckets, active model.Vector
	err := s.Ask(ctx,
		query.At(highest(s, "server_name, le", metrics.ForwardExtremities.Bucket()), &buckets),
		query.At(activeServers(s), &active))
	if err != nil {
		return nil, err
	}
	counted := map[string]bool{}
	for _, sample := range buckets {
		counted[query.ServerOf(sample.Metric)] = true
	}
	tellNotSampled(s, active, counted)
	return histogram{bandsOf(buckets)}, nil
}

// fetchCounts draws one of two measures per homeserver: rooms with many extremities, or events that were added to such rooms.
func fetchCounts(ctx context.Context, s *query.Session) (query.Result, error) {
	more := boundBelow(least(s))
	tellRounded(s, more)
	events := s.Text("measure") == "events"
	lines, promql := query.Lines{Name: "Rooms with many forward extremities", Measure: roomsMeasure(more)}, roomsAbove(s, more)
	if events {
		lines, promql = query.Lines{Name: "Events in rooms with many forward extremities", Measure: eventsMeasure(more)}, eventsAbove(s, more)
	}
	var matrix model.Matrix
	var active model.Vector
	if err := s.Ask(ctx, query.Over(promql, &matrix), query.At(activeServers(s), &active)); err != nil {
		return nil, err
	}
	counted := map[string]bool{}
	for _, stream := range matrix {
		counted[query.ServerOf(stream.Metric)] = true
		lines.Lines = append(lines.Lines, query.NewSeries(legendOf(stream, lines.Measure.Name), stream))
	}
	switch {
	case !events:
		tellNotSampled(s, active, counted)
	case len(matrix) == 0:
		tellNoEvents(s, active)
	}
	return lines, nil
}
