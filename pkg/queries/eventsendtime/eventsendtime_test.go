package eventsendtime

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
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
	maps := heatmapsOf(model.Matrix{
		bucket("b.org", "+Inf", map[int64]float64{0: 1}),
		bucket("a.org", "+Inf", map[int64]float64{0: 10, 60: 20}),
		bucket("a.org", "0.005", map[int64]float64{0: 2}),
		bucket("a.org", "10.0", map[int64]float64{0: 9, 60: 18, 120: 3}),
		bucket("a.org", "1.0", map[int64]float64{0: 7, 60: 18.5}),
	})
	frames := maps.Frames(query.View{})
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
	empty := heatmapsOf(nil).Frames(query.View{})
	if len(empty) != 1 || len(empty[0].Fields) != 2 || empty[0].Rows() != 0 || empty[0].Meta.Type != "heatmap-rows" {
		t.Errorf("without sends: %v; want one frame with a time and a band, and no rows", empty)
	}
}

func TestBandNames(t *testing.T) {
	for bound, want := range map[float64]string{0.005: "5 ms", 0.075: "75 ms", 0.75: "750 ms", 1: "1 s", 2.5: "2.5 s", 10: "10 s", math.Inf(1): ">10 s"} {
		if got := bandName(bound); got != want {
			t.Errorf("%g: %q, want %q", bound, got, want)
		}
	}
}

// A quantile in the last bucket is not 10 s but more.
func TestHighestBucketReadsAsMore(t *testing.T) {
	lines := query.Lines{Name: "x", Measure: sendTime, Lines: []query.Series{{Legend: "99%", Times: []time.Time{{}}, Values: []float64{10}}}}
	field := lines.Frames(query.View{})[0].Fields[1]
	if diff := cmp.Diff(data.ValueMappings{data.ValueMapper{"10": {Text: ">10 s"}}}, field.Config.Mappings); diff != "" {
		t.Error(diff)
	}
	if field.Config.Unit != "s" || field.Config.Description == "" || field.Config.DisplayNameFromDS != "99%" {
		t.Errorf("%+v", field.Config)
	}
}

// notices are what a Run that does this tells.
func notices(t *testing.T, limit int, do func(*query.Session)) []string {
	t.Helper()
	typ := query.Type{Formats: []query.Format{{ID: "x", Needs: query.Prometheus}}, Run: func(_ context.Context, s *query.Session) (query.Result, error) {
		do(s)
		return query.Lines{}, nil
	}}
	runner := query.NewRunner(settings.Settings{QueryTimeout: time.Minute}, nil, nil)
	frames, err := runner.Run(t.Context(), typ, query.Request{Format: typ.Formats[0], Limit: limit}, query.TimeRange{}, query.Asker{})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, n := range frames[0].Meta.Notices {
		texts = append(texts, n.Text)
	}
	return texts
}

func TestExplainSends(t *testing.T) {
	for _, c := range []struct {
		server        string
		sends, inTime float64
		want          []string
	}{
		{"a.org", 100, 100, nil},
		{"a.org", 99.6, 99.6, []string{"About 100 sends on a.org in this time range: too few for reliable quantiles."}},
		{"", 3, 3, []string{"About 3 sends on the homeserver in this time range: too few for reliable quantiles."}},
		{"a.org", 500, 499.1, nil},
		{"a.org", 75000, 74998, nil},
		{"a.org", 500, 488, []string{`About 12 sends on a.org took more than 10 s, where the histogram ends. A quantile there is shown as ">10 s".`}},
	} {
		told := notices(t, 0, func(s *query.Session) { explainSends(s, c.server, c.sends, c.inTime) })
		if diff := cmp.Diff(c.want, told); diff != "" {
			t.Errorf("%+v: %s", c, diff)
		}
	}
}

func TestSlowestPerHomeserver(t *testing.T) {
	line := func(server, name string, values ...float64) query.Series {
		return query.Series{Legend: name, Labels: data.Labels{"server_name": server}, Values: values}
	}
	var kept []query.Series
	told := notices(t, 2, func(s *query.Session) {
		kept = s.KeepHighest([]query.Series{
			line("a.org", "quick", 0.1, 0.1), line("a.org", "slow", 3, 1), line("b.org", "other", 0.05), line("a.org", "middling", 0.5), line("a.org", "once", 0.2),
		})
	})
	var got []string
	for _, l := range kept {
		got = append(got, l.Legend)
	}
	if diff := cmp.Diff([]string{"slow", "middling", "other"}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Not shown: 2 lines with lower values (limit 2 for each homeserver)."}, told); diff != "" {
		t.Error(diff)
	}
}
