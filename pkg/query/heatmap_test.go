package query

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"
)

func bucket(server, le string, values map[int64]float64) *model.SampleStream {
	s := &model.SampleStream{Metric: model.Metric{"server_name": model.LabelValue(server), "le": model.LabelValue(le)}}
	for second := range int64(1000) {
		if v, there := values[second]; there {
			s.Values = append(s.Values, model.SamplePair{Timestamp: model.TimeFromUnix(second), Value: model.SampleValue(v)})
		}
	}
	return s
}

func TestHeatmap(t *testing.T) {
	maps := HeatmapOf(Bands{Name: "x", Unit: "s", Of: "cps"}, model.Matrix{
		bucket("b.org", "+Inf", map[int64]float64{0: 1}),
		bucket("a.org", "+Inf", map[int64]float64{0: 10, 60: 20}),
		bucket("a.org", "0.005", map[int64]float64{0: 2}),
		bucket("a.org", "10.0", map[int64]float64{0: 9, 60: 18, 120: 3}),
		bucket("a.org", "1.0", map[int64]float64{0: 7, 60: 18.5}),
	})
	frames := maps.Frames(View{})
	if len(frames) != 2 {
		t.Fatalf("%d frames for two homeservers", len(frames))
	}
	f := frames[0]
	if f.Meta.Type != "heatmap-rows" || f.Fields[0].Name != "time" || f.Fields[0].Len() != 3 || f.Fields[0].At(2) != time.Unix(120, 0).UTC() {
		t.Errorf("meta %+v, times %v", f.Meta, f.Fields[0])
	}
	var got []string
	for _, field := range f.Fields[1:] {
		text := fmt.Sprintf("%s %s %s %s:", field.Name, field.Config.DisplayNameFromDS, field.Config.Unit, field.Labels["server_name"])
		for k := range field.Len() {
			if v, ok := field.ConcreteAt(k); ok {
				text += fmt.Sprintf(" %g", v)
			} else {
				text += " null"
			}
		}
		got = append(got, text)
	}
	if diff := cmp.Diff([]string{
		"0.005 5 ms cps a.org: 2 null null",
		"1 1 s cps a.org: 5 18.5 null",
		"10 10 s cps a.org: 2 0 3", // a scrape between two buckets must not make a negative rate
		"+Inf >10 s cps a.org: 1 2 null",
	}, got); diff != "" {
		t.Error(diff)
	}
	if frames[1].Fields[1].Labels["server_name"] != "b.org" || frames[1].Fields[1].Len() != 1 {
		t.Error("two homeservers are mixed")
	}
	empty := HeatmapOf(Bands{Name: "x", Unit: "s", Of: "cps"}, nil).Frames(View{})
	if len(empty) != 1 || len(empty[0].Fields) != 2 || empty[0].Rows() != 0 || empty[0].Meta.Type != "heatmap-rows" {
		t.Errorf("without sends: %v; want one frame with a time and a band, and no rows", empty)
	}
}
