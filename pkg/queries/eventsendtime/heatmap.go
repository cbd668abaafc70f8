package eventsendtime

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// frameTypeHeatmapRows is Grafana's name for a time field and one field per band, named by its upper bound.
const frameTypeHeatmapRows data.FrameType = "heatmap-rows"

// band is one bucket of one homeserver over time, not cumulated.
type band struct {
	bound  float64 // seconds, +Inf for the last
	values []*float64
}

// heatmap is one homeserver's bands, the quickest first.
type heatmap struct {
	server string
	times  []time.Time
	bands  []band
}

type heatmaps []heatmap

func (h heatmaps) Frames(query.View) data.Frames {
	var frames data.Frames
	for _, m := range h {
		frame := data.NewFrame("Event send time", query.TimeField(m.times))
		for _, b := range m.bands {
			name := strconv.FormatFloat(b.bound, 'g', -1, 64)
			field := data.NewField(name, data.Labels{"server_name": m.server, "le": name}, b.values)
			field.SetConfig(bandConfig(b.bound))
			frame.Fields = append(frame.Fields, field)
		}
		frames = append(frames, frame.SetMeta(&data.FrameMeta{Type: frameTypeHeatmapRows, TypeVersion: data.FrameTypeVersion{0, 1}}))
	}
	if len(frames) == 0 {
		// Without a time and a band Grafana's panel breaks, and never shows the notice that says why it is empty.
		last := data.NewField("+Inf", data.Labels{"le": "+Inf"}, []*float64{})
		last.SetConfig(bandConfig(math.Inf(1)))
		none := data.NewFrame("Event send time", query.TimeField([]time.Time{}), last)
		frames = data.Frames{none.SetMeta(&data.FrameMeta{Type: frameTypeHeatmapRows, TypeVersion: data.FrameTypeVersion{0, 1}})}
	}
	return frames
}

func bandConfig(bound float64) *data.FieldConfig {
	return &data.FieldConfig{DisplayNameFromDS: bandName(bound), Unit: "cps",
		Description: "Sends per second that took at most this long, and longer than the band below."}
}

func bandName(bound float64) string {
	switch {
	case math.IsInf(bound, 1):
		return ">10 s"
	case bound < 1:
		return strconv.FormatFloat(bound*1000, 'f', -1, 64) + " ms"
	}
	return strconv.FormatFloat(bound, 'g', -1, 64) + " s"
}

func runHeatmap(ctx context.Context, s *query.Session) (query.Result, error) {
	var sent sends
	var matrix model.Matrix
	if err := s.Ask(ctx, sent.ask(s.Filters), query.Over(perBand(s.Filters, s.Range.RateWindow()), &matrix)); err != nil {
		return nil, err
	}
	return newHeatmaps(matrix), sent.explain(ctx, s, len(matrix))
}

func newHeatmaps(matrix model.Matrix) heatmaps {
	perServer := map[string][]*model.SampleStream{}
	for _, stream := range matrix {
		server := string(stream.Metric["server_name"])
		perServer[server] = append(perServer[server], stream)
	}
	var all heatmaps
	for server, streams := range perServer {
		all = append(all, newHeatmap(server, streams))
	}
	slices.SortFunc(all, func(a, b heatmap) int { return cmp.Compare(a.server, b.server) })
	return all
}

// newHeatmap turns cumulated buckets into bands. Buckets need not have the same times.
func newHeatmap(server string, streams []*model.SampleStream) heatmap {
	slices.SortFunc(streams, func(a, b *model.SampleStream) int { return cmp.Compare(bound(a), bound(b)) })
	index := map[model.Time]int{}
	var stamps []model.Time
	for _, stream := range streams {
		for _, p := range stream.Values {
			if _, there := index[p.Timestamp]; !there {
				index[p.Timestamp] = 0
				stamps = append(stamps, p.Timestamp)
			}
		}
	}
	slices.Sort(stamps)
	m := heatmap{server: server, times: make([]time.Time, len(stamps))}
	for i, stamp := range stamps {
		index[stamp] = i
		m.times[i] = stamp.Time().UTC()
	}
	below := make([]float64, len(stamps))
	for _, stream := range streams {
		b := band{bound: bound(stream), values: make([]*float64, len(stamps))}
		for _, p := range stream.Values {
			i := index[p.Timestamp]
			value := max(0, float64(p.Value)-below[i])
			b.values[i], below[i] = &value, float64(p.Value)
		}
		m.bands = append(m.bands, b)
	}
	return m
}

func bound(stream *model.SampleStream) float64 {
	value, err := strconv.ParseFloat(string(stream.Metric["le"]), 64)
	if err != nil {
		return math.Inf(1)
	}
	return value
}
