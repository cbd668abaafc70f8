package query

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// Bands says what the bands of a heatmap are.
type Bands struct {
	Name string
	// Unit is that of the bounds, Of that of the numbers in a band.
	Unit, Of string
	// Help explains a band.
	Help string
}

// band is one bucket of one homeserver over time, not cumulated.
type band struct {
	bound  float64 // +Inf for the last
	values []*float64
}

// serverBands are one homeserver's bands, the lowest first.
type serverBands struct {
	server string
	times  []time.Time
	bands  []band
}

// HeatmapResult is a heatmap of each homeserver as a Result.
type HeatmapResult struct {
	Bands
	servers []serverBands
}

// HeatmapOf turns the cumulated buckets of homeservers, told apart by le, into bands.
func HeatmapOf(of Bands, buckets model.Matrix) HeatmapResult {
	perServer := map[string][]*model.SampleStream{}
	for _, stream := range buckets {
		server := ServerOf(stream.Metric)
		perServer[server] = append(perServer[server], stream)
	}
	h := HeatmapResult{Bands: of}
	for server, streams := range perServer {
		h.servers = append(h.servers, bandsOf(server, streams))
	}
	slices.SortFunc(h.servers, func(a, b serverBands) int { return cmp.Compare(a.server, b.server) })
	return h
}

// bandsOf turns cumulated buckets into bands. Buckets need not have the same times.
func bandsOf(server string, streams []*model.SampleStream) serverBands {
	slices.SortFunc(streams, func(a, b *model.SampleStream) int { return cmp.Compare(boundOf(a), boundOf(b)) })
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
	m := serverBands{server: server, times: make([]time.Time, len(stamps))}
	for i, stamp := range stamps {
		index[stamp] = i
		m.times[i] = stamp.Time().UTC()
	}
	below := make([]float64, len(stamps))
	for _, stream := range streams {
		b := band{bound: boundOf(stream), values: make([]*float64, len(stamps))}
		for _, p := range stream.Values {
			i := index[p.Timestamp]
			b.values[i], below[i] = new(max(0, float64(p.Value)-below[i])), float64(p.Value)
		}
		m.bands = append(m.bands, b)
	}
	return m
}

func boundOf(stream *model.SampleStream) float64 {
	value, err := strconv.ParseFloat(string(stream.Metric["le"]), 64)
	if err != nil {
		return math.Inf(1)
	}
	return value
}

// frameTypeHeatmapRows is Grafana's name for a time field and one field per band, named by its upper bound.
const frameTypeHeatmapRows data.FrameType = "heatmap-rows"

// Frames gives the same bands to everyone.
func (h HeatmapResult) Frames(View) data.Frames {
	servers := h.servers
	if len(servers) == 0 {
		// Without a time and a band Grafana's panel breaks, and never shows the notice that says why it is empty.
		servers = []serverBands{{times: []time.Time{}, bands: []band{{bound: math.Inf(1), values: []*float64{}}}}}
	}
	var frames data.Frames
	for _, m := range servers {
		frame := data.NewFrame(h.Name, TimeField(m.times))
		for i, b := range m.bands {
			name := strconv.FormatFloat(b.bound, 'g', -1, 64)
			field := data.NewField(name, data.Labels{"server_name": m.server, "le": name}, b.values)
			field.SetConfig(&data.FieldConfig{DisplayNameFromDS: h.nameBand(m.bands, i), Unit: h.Of, Description: h.Help})
			frame.Fields = append(frame.Fields, field)
		}
		frames = append(frames, frame.SetMeta(&data.FrameMeta{Type: frameTypeHeatmapRows, TypeVersion: data.FrameTypeVersion{0, 1}}))
	}
	return frames
}

// nameBand is the upper bound of a band: "75 ms"; of the last one, what it is more than: ">10 s".
func (b Bands) nameBand(bands []band, i int) string {
	bound, more := bands[i].bound, ""
	if math.IsInf(bound, 1) {
		if i == 0 {
			return "any"
		}
		bound, more = bands[i-1].bound, ">"
	}
	if b.Unit == "s" {
		return more + words.Seconds(bound)
	}
	return more + words.Number(bound)
}
