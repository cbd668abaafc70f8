package query

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"
)

// Measure says what the values of a series are.
type Measure struct {
	Name, Unit, Help string
	// Highest is the last bound of the histogram that the values come from, 0 where there is none.
	Highest float64
}

// Series is one line of a graph.
type Series struct {
	Legend string
	Labels data.Labels
	Times  []time.Time
	Values []float64
}

// NewSeries turns one stream of a range query into a line. A ratio without requests has no point there, so that a graph shows
// a gap and an alert sees no data.
func NewSeries(legend string, stream *model.SampleStream) Series {
	s := Series{Legend: legend, Labels: data.Labels{"server_name": ""}} // empty where Synapse is older than the label
	for name, value := range stream.Metric {
		s.Labels[string(name)] = string(value)
	}
	for _, p := range stream.Values {
		s.Times = append(s.Times, p.Timestamp.Time().UTC())
		s.Values = append(s.Values, float64(p.Value))
	}
	return s
}

// Server is the homeserver that the line belongs to.
func (s Series) Server() string { return s.Labels["server_name"] }

// Mean is that of the points, not a number where there are none.
func (s Series) Mean() float64 {
	sum := 0.0
	for _, v := range s.Values {
		sum += v
	}
	return sum / float64(len(s.Values))
}

// LinesOf makes a line of each stream. name is what its legend says, with the homeserver where there are several.
func LinesOf(streams model.Matrix, name func(model.Metric) string) []Series {
	several := SeveralServers(streams)
	lines := make([]Series, len(streams))
	for i, stream := range streams {
		lines[i] = NewSeries(Legend(name(stream.Metric), stream.Metric, several), stream)
	}
	return lines
}

// SortByLegend orders lines as people look them up.
func SortByLegend(lines []Series) {
	slices.SortStableFunc(lines, func(a, b Series) int { return cmp.Compare(a.Legend, b.Legend) })
}

// KeepHighest keeps the lines of each homeserver whose mean is highest, the highest first.
func (s *Session) KeepHighest(lines []Series) []Series {
	slices.SortStableFunc(lines, func(a, b Series) int {
		return cmp.Or(cmp.Compare(b.Mean(), a.Mean()), cmp.Compare(a.Legend, b.Legend))
	})
	return KeepLimit(s, lines, Series.Server, "line with lower values", "lines with lower values")
}

// SeriesFrames makes one frame per line, dataplane type timeseries-multi. Without lines it is one frame without
// fields: "no data", which can still carry notices.
func SeriesFrames(name string, m Measure, lines []Series) data.Frames {
	meta := func() *data.FrameMeta {
		return &data.FrameMeta{
			Type: data.FrameTypeTimeSeriesMulti, TypeVersion: data.FrameTypeVersion{0, 1},
			PreferredVisualization: data.VisTypeGraph,
		}
	}
	if len(lines) == 0 {
		return data.Frames{data.NewFrame(name).SetMeta(meta())}
	}
	frames := make(data.Frames, len(lines))
	for i, line := range lines {
		value := data.NewField(m.Name, line.Labels, line.Values)
		value.SetConfig(&data.FieldConfig{DisplayNameFromDS: line.Legend, Unit: m.Unit, Description: m.Help, Mappings: overflowMappings(m.Highest)})
		frames[i] = data.NewFrame(name, TimeField(line.Times), value).SetMeta(meta())
	}
	return frames
}

// TimeField is the time of the points of a graph.
func TimeField(times []time.Time) *data.Field {
	return data.NewField("time", nil, times).SetConfig(&data.FieldConfig{Description: "The time of the point."})
}

// overflowMappings lets the last bound of a histogram of seconds read as ">10 s": a quantile there is only known to be longer.
func overflowMappings(highest float64) data.ValueMappings {
	if highest == 0 {
		return nil
	}
	bound := fmt.Sprint(highest)
	return data.ValueMappings{data.ValueMapper{bound: {Text: ">" + bound + " s"}}}
}

// Lines are lines of a graph as a Result.
type Lines struct {
	Name    string
	Measure Measure
	Lines   []Series
}

// Frames gives the same lines to everyone.
func (l Lines) Frames(View) data.Frames { return SeriesFrames(l.Name, l.Measure, l.Lines) }
