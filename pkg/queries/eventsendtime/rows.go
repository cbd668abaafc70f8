package eventsendtime

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

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

func heatmapsOf(matrix model.Matrix) heatmaps {
	perServer := map[string][]*model.SampleStream{}
	for _, stream := range matrix {
		server := query.ServerOf(stream.Metric)
		perServer[server] = append(perServer[server], stream)
	}
	var all heatmaps
	for server, streams := range perServer {
		all = append(all, heatmapOf(server, streams))
	}
	slices.SortFunc(all, func(a, b heatmap) int { return cmp.Compare(a.server, b.server) })
	return all
}

// heatmapOf turns cumulated buckets into bands. Buckets need not have the same times.
func heatmapOf(server string, streams []*model.SampleStream) heatmap {
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
	m := heatmap{server: server, times: make([]time.Time, len(stamps))}
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
