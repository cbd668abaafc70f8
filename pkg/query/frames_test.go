package query

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"
)

type thing struct {
	name    string
	size    float64
	ratio   *float64
	number  int64
	maybe   *int64
	since   *time.Time
	room    Room
	alias   *string
	verdict string
}

var thingColumns = []Column[thing]{
	TextColumn("name", "Name", "What it is called.", func(x thing) string { return x.name }),
	NumberColumn("size", "Size", "bytes", "How large it is.", func(x thing) float64 { return x.size }),
	NumberColumn("ratio", "Ratio", "percentunit", "Which part.", func(x thing) *float64 { return x.ratio }),
	CountColumn("number", "Number", "How many.", func(x thing) int64 { return x.number }),
	CountColumn("maybe", "Maybe", "How many, if known.", func(x thing) *int64 { return x.maybe }),
	TimeColumn("since", "Since", "From when on.", func(x thing) *time.Time { return x.since }),
	HiddenColumn("room", "Room", "Which room.", func(x thing) Room { return x.room }),
	RoomTextColumn("alias", "Alias", "Its alias.", func(x thing) *string { return x.alias }),
	TextColumn("verdict", "Verdict", "What to think of it.", func(x thing) string { return x.verdict }).
		WithColours(Colour{"bad", "red"}, Colour{"good", "green"}),
}

func TestTableFrame(t *testing.T) {
	half, seven, alias, moment := 0.5, int64(7), "#plans:example.org", time.Unix(1, 0).UTC()
	rows := []thing{
		{name: "a", size: 1, ratio: &half, number: 3, maybe: &seven, since: &moment, room: NewRoom(unkeyed, roomID), alias: &alias, verdict: "bad"},
		{name: "b"},
	}
	frame := TableFrame("things", thingColumns, rows, View{})
	if frame.Meta.Type != data.FrameTypeTable || frame.Meta.TypeVersion != (data.FrameTypeVersion{0, 1}) || frame.Meta.PreferredVisualization != data.VisTypeTable {
		t.Errorf("meta %+v", frame.Meta)
	}
	type field struct {
		Name, DisplayName, Unit, Description string
		Type                                 data.FieldType
	}
	var got []field
	for _, f := range frame.Fields {
		got = append(got, field{f.Name, f.Config.DisplayName, f.Config.Unit, f.Config.Description, f.Type()})
		if f.Config.DisplayNameFromDS != "" || f.Len() != 2 {
			t.Errorf("%s: %+v, %d values", f.Name, f.Config, f.Len())
		}
	}
	if diff := cmp.Diff([]field{
		{"name", "Name", "", "What it is called.", data.FieldTypeString},
		{"size", "Size", "bytes", "How large it is.", data.FieldTypeFloat64},
		{"ratio", "Ratio", "percentunit", "Which part.", data.FieldTypeNullableFloat64},
		{"number", "Number", "none", "How many.", data.FieldTypeInt64},
		{"maybe", "Maybe", "none", "How many, if known.", data.FieldTypeNullableInt64},
		{"since", "Since", "dateTimeAsIso", "From when on.", data.FieldTypeNullableTime},
		{"room", "Room", "", "Which room.", data.FieldTypeString},
		{"alias", "Alias", "", "Its alias.", data.FieldTypeNullableString},
		{"verdict", "Verdict", "", "What to think of it.", data.FieldTypeString},
	}, got); diff != "" {
		t.Error(diff)
	}
	if frame.Fields[6].At(0) != pseudonym || frame.Fields[7].At(0).(*string) != nil {
		t.Errorf("a viewer sees room %v, alias %v", frame.Fields[6].At(0), frame.Fields[7].At(0))
	}
	shown := TableFrame("things", thingColumns, rows, View{ShowRooms: true})
	if shown.Fields[6].At(0) != roomID || *shown.Fields[7].At(0).(*string) != alias {
		t.Errorf("an editor sees room %v, alias %v", shown.Fields[6].At(0), shown.Fields[7].At(0))
	}
	if diff := cmp.Diff(data.ValueMappings{data.ValueMapper{
		"bad": {Color: "red", Index: 0}, "good": {Color: "green", Index: 1},
	}}, frame.Fields[8].Config.Mappings); diff != "" {
		t.Error(diff)
	}
	if frame.Fields[0].Config.Mappings != nil {
		t.Error("an unpainted column has mappings")
	}
	if empty := TableFrame("things", thingColumns, nil, View{}); len(empty.Fields) != len(thingColumns) || empty.Rows() != 0 {
		t.Error("a table without rows must keep its columns: no data is not no answer")
	}
	if infos := ColumnInfos(thingColumns); len(infos) != 9 || infos[1] != (ColumnInfo{"size", "Size", "bytes", "How large it is."}) {
		t.Errorf("documentation %+v", infos)
	}
}

func stream(metric model.Metric, values ...float64) *model.SampleStream {
	s := &model.SampleStream{Metric: metric}
	for i, v := range values {
		s.Values = append(s.Values, model.SamplePair{Timestamp: model.TimeFromUnix(int64(60 * i)), Value: model.SampleValue(v)})
	}
	return s
}

func TestSeriesFrames(t *testing.T) {
	lines := Lines{"Cost over time", Measure{Name: "cost", Unit: "none", Help: "Seconds per second."}, []Series{
		NewSeries("persist_events", stream(model.Metric{"desc": "persist_events", "server_name": "a.org"}, 1, 3)),
		NewSeries("idle", stream(model.Metric{"desc": "idle"}, 0)),
	}}
	frames := lines.Frames(View{})
	if len(frames) != 2 {
		t.Fatalf("%d frames for two lines", len(frames))
	}
	for _, f := range frames {
		if f.Meta.Type != data.FrameTypeTimeSeriesMulti || f.Meta.TypeVersion != (data.FrameTypeVersion{0, 1}) || f.Name != "Cost over time" {
			t.Errorf("frame %q, meta %+v", f.Name, f.Meta)
		}
	}
	value := frames[0].Fields[1]
	if value.Name != "cost" || value.Config.Unit != "none" || value.Config.Description != "Seconds per second." ||
		value.Config.DisplayNameFromDS != "persist_events" || value.Config.DisplayName != "" {
		t.Errorf("field %q, config %+v", value.Name, value.Config)
	}
	if diff := cmp.Diff(data.Labels{"desc": "persist_events", "server_name": "a.org"}, value.Labels); diff != "" {
		t.Error(diff)
	}
	if server, labelled := frames[1].Fields[1].Labels["server_name"]; !labelled || server != "" {
		t.Error("a series of a Synapse older than the label does not say so")
	}
	if axis := frames[0].Fields[0]; axis.Name != "time" || axis.Config.Description == "" {
		t.Errorf("time axis: %+v", axis.Config)
	}
	if value.Len() != 2 || value.At(1) != 3.0 || frames[0].Fields[0].At(1) != time.Unix(60, 0).UTC() {
		t.Errorf("points: %v", value)
	}
	for _, f := range frames {
		if kind := f.TimeSeriesSchema().Type; kind != data.TimeSeriesTypeLong && kind != data.TimeSeriesTypeWide {
			t.Errorf("Grafana can't read the frame as a time series: %s", kind)
		}
	}
}

func TestSeriesFramesWithoutLines(t *testing.T) {
	frames := SeriesFrames("Nothing", Measure{}, nil)
	if len(frames) != 1 || len(frames[0].Fields) != 0 || frames[0].Meta.Type != data.FrameTypeTimeSeriesMulti {
		t.Errorf("%d frames; want one without fields, so that notices have a place", len(frames))
	}
}

// Two viewers read the same kept answer: what one request does to its frames must not show in the other's.
func TestFramesAreNewForEachViewer(t *testing.T) {
	lines := Lines{"x", Measure{Name: "v"}, []Series{NewSeries("x", stream(model.Metric{}, 1, 2))}}
	first, second := lines.Frames(View{}), lines.Frames(View{})
	first[0].Fields[1].Set(0, 99.0)
	first[0].Meta.ExecutedQueryString = "changed"
	if second[0].Fields[1].At(0) != 1.0 || second[0].Meta.ExecutedQueryString != "" || lines.Lines[0].Values[0] != 1 {
		t.Error("frames share their memory")
	}
}

func sample(server, name string, value float64) *model.Sample {
	return &model.Sample{Metric: model.Metric{"server_name": model.LabelValue(server), "desc": model.LabelValue(name)}, Value: model.SampleValue(value)}
}

func TestRankingNeverMixesHomeservers(t *testing.T) {
	r := RankingOf(model.Vector{sample("a.org", "small", 1), sample("a.org", "big", 9), sample("b.org", "other", 5)}, "desc")
	if diff := cmp.Diff([]string{"big", "other", "small"}, r.Names()); diff != "" {
		t.Error(diff)
	}
	series := func(server, name string) *model.SampleStream {
		return stream(model.Metric{"server_name": model.LabelValue(server), "desc": model.LabelValue(name)}, 1)
	}
	streams := model.Matrix{
		series("b.org", "big"), // ranks on a.org only
		series("a.org", "small"), series("b.org", "other"), series("a.org", "big"), series("a.org", "other"),
	}
	var got []string
	for _, line := range r.Lines(streams) {
		got = append(got, line.Legend)
	}
	if diff := cmp.Diff([]string{"big · a.org", "other · b.org", "small · a.org"}, got); diff != "" {
		t.Error(diff)
	}
	if streams[0].Metric["desc"] != "big" || len(streams) != 5 {
		t.Error("the shared answer of Prometheus was changed")
	}
}

func TestRankingLegends(t *testing.T) {
	r := RankingOf(model.Vector{sample("a.org", "x", 1), sample("a.org", "y", 1)}, "desc")
	lines := r.Lines(model.Matrix{
		stream(model.Metric{"server_name": "a.org", "desc": "y"}, 1), stream(model.Metric{"server_name": "a.org", "desc": "x"}, 1),
	})
	if len(lines) != 2 || lines[0].Legend != "x" || lines[1].Legend != "y" {
		t.Errorf("one homeserver needs no name in the legend, and equals go by name: %+v", lines)
	}
	if len(RankingOf(nil, "desc").Lines(nil)) != 0 || SeveralServers(nil) {
		t.Error("an empty ranking has lines")
	}
}
