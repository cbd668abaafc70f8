package eventsendtime

import (
	"math"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var sendTime = query.Measure{Name: "send_time", Unit: "s", Help: "Time to answer a client's send.", Highest: metrics.ResponseTime.Highest}

// frameTypeHeatmapRows is Grafana's name for a time field and one field per band, named by its upper bound.
const frameTypeHeatmapRows data.FrameType = "heatmap-rows"

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
		Description: "Sends per second that took at most this long and longer than the band below."}
}

// bandName is the upper bound of a band: "75 ms", ">10 s".
func bandName(bound float64) string {
	if math.IsInf(bound, 1) {
		return ">" + words.Seconds(metrics.ResponseTime.Highest)
	}
	return words.Seconds(bound)
}
