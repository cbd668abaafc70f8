package forwardextremities

import (
	"context"
	"fmt"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// counts draws one of two measures per homeserver: rooms with many extremities, or events that were added to such rooms.
func counts(ctx context.Context, s *query.Session) (query.Result, error) {
	more := bound(least(s))
	if more != least(s) && more > 0 {
		s.Inform("Synapse's metrics don't tell rooms with more than %d extremities; shown are those with more than %d.", least(s), more)
	}
	lines := query.Lines{
		Name: "Rooms with many forward extremities",
		Measure: query.Measure{Name: "rooms", Unit: "none", Help: fmt.Sprintf("Rooms with more than %d forward extremities, "+
			"counted by Synapse once an hour. Rooms that were left long ago count as well.", more)},
	}
	promql := roomsAbove(s, more)
	if s.Text("measure") == "events" {
		lines.Name = "Events in rooms with many forward extremities"
		lines.Measure = query.Measure{Name: "share", Unit: "percentunit", Help: fmt.Sprintf("Share of the events that were added to "+
			"rooms with more than %d forward extremities, among those that changed a room's extremities. Only rooms in use count.", more)}
		promql = eventsAbove(s, more)
	}
	var matrix model.Matrix
	var active model.Vector
	if err := s.Ask(ctx, query.Over(promql, &matrix), query.At(activeServers(s), &active)); err != nil {
		return nil, err
	}
	var counted []string
	for _, stream := range matrix {
		lines.Lines = append(lines.Lines, query.NewSeries(legend(stream, lines.Measure.Name), stream))
		counted = append(counted, string(stream.Metric["server_name"]))
	}
	if s.Text("measure") == "rooms" {
		tellNotSampled(s, active, counted)
	} else if len(matrix) == 0 {
		tellNoEvents(s, active)
	}
	return lines, nil
}

// tellNoEvents tells a homeserver on which nothing happens from one that is not measured.
func tellNoEvents(s *query.Session, active model.Vector) {
	if len(active) > 0 {
		s.Inform("No event changed the forward extremities of any room in this time range.")
		return
	}
	s.Warn("No process exports %s: it is there once an event was persisted; the filters may leave the event persisters out.", eventsCount)
}

func legend(stream *model.SampleStream, measure string) string {
	if server := string(stream.Metric["server_name"]); server != "" {
		return server
	}
	return measure
}

// roomsAbove: the histogram is a gauge that any process may export of one database.
func roomsAbove(s *query.Session, more int64) string {
	all := fmt.Sprintf("max by (server_name) (%s%s)", roomsCount, s.Filters.Selector())
	if more == 0 {
		return all
	}
	return all + fmt.Sprintf(" - max by (server_name) (%s%s)", roomsBucket, s.Filters.Selector(le(more)))
}

// eventsAbove: a true histogram, summed over the event persisters.
func eventsAbove(s *query.Session, more int64) string {
	rate := func(metric, selector string) string {
		return fmt.Sprintf("sum by (server_name) (rate(%s%s%s))", metric, selector, s.Range.RateWindow())
	}
	all := rate(eventsCount, s.Filters.Selector())
	if more == 0 {
		return fmt.Sprintf("%s / (%s > 0)", all, all)
	}
	return fmt.Sprintf("1 - %s / (%s > 0)", rate(eventsBucket, s.Filters.Selector(le(more))), all)
}
