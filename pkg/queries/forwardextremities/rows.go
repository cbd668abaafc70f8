package forwardextremities

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
)

// bounds are the buckets of both histograms (storage/databases/main/metrics.py, storage/controllers/persist_events.py).
var bounds = []int64{1, 2, 3, 5, 7, 10, 15, 20, 50, 100, 200, 500}

// boundBelow is the largest bucket bound that is not above n; 0: there is none, everything counts.
func boundBelow(n int64) int64 {
	best := int64(0)
	for _, b := range bounds {
		if b <= n {
			best = b
		}
	}
	return best
}

// parseBound reads a bucket's bound; Synapse writes the top one of the rooms' histogram "inf".
func parseBound(text string) (float64, bool) {
	if strings.EqualFold(strings.TrimPrefix(text, "+"), "inf") {
		return math.Inf(1), true
	}
	value, err := strconv.ParseFloat(text, 64)
	return value, err == nil
}

// bandName is the range of extremities between two bounds: "1", "4–5", "over 500".
func bandName(below, bound float64) string {
	switch {
	case math.IsInf(bound, 1):
		return fmt.Sprintf("over %g", below)
	case bound == below+1:
		return fmt.Sprintf("%g", bound)
	}
	return fmt.Sprintf("%g–%g", below+1, bound)
}

// band is the number of rooms of one homeserver in one range of extremities.
type band struct {
	name, server string
	rooms        int64
}

// bandsOf takes the difference of neighbouring buckets, homeserver by homeserver.
func bandsOf(buckets model.Vector) []band {
	type bucket struct {
		server string
		bound  float64
		rooms  float64
	}
	var all []bucket
	for _, sample := range buckets {
		if bound, ok := parseBound(string(sample.Metric["le"])); ok {
			all = append(all, bucket{query.ServerOf(sample.Metric), bound, float64(sample.Value)})
		}
	}
	slices.SortFunc(all, func(a, b bucket) int { return cmp.Or(cmp.Compare(a.server, b.server), cmp.Compare(a.bound, b.bound)) })
	result := make([]band, len(all))
	for i, b := range all {
		below := bucket{server: b.server}
		if i > 0 && all[i-1].server == b.server {
			below = all[i-1]
		}
		result[i] = band{bandName(below.bound, b.bound), b.server, int64(math.Round(max(b.rooms-below.rooms, 0)))}
	}
	return result
}

func legendOf(stream *model.SampleStream, measure string) string {
	return cmp.Or(query.ServerOf(stream.Metric), measure)
}

// row is one room.
type row struct {
	extremities.Detail
	judgement extremities.Judgement
	room      query.Room
	server    string
	advice    string
}

// judgeRooms judges details that are sorted by extremities, the most first.
func judgeRooms(s *query.Session, server string, all []extremities.Detail) []row {
	threshold := int64(s.Settings.Homeserver.DummyEventsThreshold)
	known := make([]extremities.Facts, len(all))
	for i, d := range all {
		known[i] = d.Facts()
	}
	rows := make([]row, len(all))
	for i, j := range extremities.JudgeAll(known, threshold, s.Now) {
		d := all[i]
		room := query.NewRoom(s.Settings, d.RoomID)
		d.RoomID = "" // from here on only the Room knows it
		rows[i] = row{d, j, room, server, extremities.Advice(known[i], j, threshold)}
	}
	return rows
}
