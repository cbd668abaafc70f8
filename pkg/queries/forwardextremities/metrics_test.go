package forwardextremities

import (
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
)

func bucket(server, le string, rooms float64) *model.Sample {
	return &model.Sample{Metric: model.Metric{"server_name": model.LabelValue(server), "le": model.LabelValue(le)}, Value: model.SampleValue(rooms)}
}

func TestHistogram(t *testing.T) {
	var asked []string
	metrics := newMetrics(&asked)
	metrics.vectors = map[string]model.Vector{
		"max by (server_name, le)": {
			bucket("b.org", "1.0", 5), bucket("a.org", "inf", 104), bucket("a.org", "1.0", 90), bucket("a.org", "2.0", 98),
			bucket("a.org", "5", 103), bucket("b.org", "+Inf", 5),
		},
		"group by": {{Metric: model.Metric{"server_name": "a.org"}}, {Metric: model.Metric{"server_name": "c.org"}}},
	}
	frames, err := ask(t, metrics, nil, `{"format": "histogram", "serverName": ["a.org", "b.org", "c.org"]}`)
	if err != nil {
		t.Fatal(err)
	}
	frame := frames[0]
	var got []string
	for i := range frame.Rows() {
		got = append(got, frame.At(0, i).(string)+" "+frame.At(1, i).(string))
	}
	if want := []string{"1 a.org", "2 a.org", "3–5 a.org", "over 5 a.org", "1 b.org", "over 1 b.org"}; !slices.Equal(got, want) {
		t.Errorf("bands %q, want %q", got, want)
	}
	for i, want := range []int64{90, 8, 5, 1, 5, 0} {
		if frame.At(2, i) != want {
			t.Errorf("%s: %d rooms, want %d", got[i], frame.At(2, i), want)
		}
	}
	if text := notices(frames); !strings.Contains(text, "not there for c.org") {
		t.Errorf("notices: %s", text)
	}
	if !slices.Contains(asked, `max by (server_name, le) (synapse_forward_extremities_bucket{server_name=~"a\\.org|b\\.org|c\\.org"})`) {
		t.Errorf("asked %q", asked)
	}
}

func TestNotSampledYet(t *testing.T) {
	var asked []string
	for _, format := range []string{"histogram", "counts"} {
		frames, err := ask(t, newMetrics(&asked), nil, `{"format": "`+format+`"}`)
		if err != nil || !strings.Contains(notices(frames), "one hour after its start") {
			t.Errorf("%s: %v", format, err)
		}
	}
}

func TestCounts(t *testing.T) {
	stream := &model.SampleStream{Metric: model.Metric{"server_name": "a.org"}, Values: []model.SamplePair{{Timestamp: 1000, Value: 3}}}
	for query, want := range map[string]string{
		`{"format": "counts"}`:                      `max by (server_name) (synapse_forward_extremities_gcount{}) - max by (server_name) (synapse_forward_extremities_bucket{le=~"10([.]0)?"})`,
		`{"format": "counts", "minExtremities": 0}`: `max by (server_name) (synapse_forward_extremities_gcount{})`,
		`{"format": "counts", "measure": "events", "minExtremities": 60, "job": "x"}`: `1 - sum by (server_name) (rate(synapse_storage_events_forward_extremities_persisted_bucket{job="x",le=~"50([.]0)?"}[window])) / (sum by (server_name) (rate(synapse_storage_events_forward_extremities_persisted_count{job="x"}[window])) > 0)`,
	} {
		var asked []string
		metrics := newMetrics(&asked)
		metrics.matrix = model.Matrix{stream}
		frames, err := ask(t, metrics, nil, query)
		if err != nil {
			t.Fatal(err)
		}
		want = strings.ReplaceAll(want, "[window]", lastHour.RateWindow())
		if !slices.Contains(asked, want) {
			t.Errorf("%s asks\n%s, want\n%s", query, strings.Join(asked, "\n"), want)
		}
		value := frames[0].Fields[1]
		if value.Labels["server_name"] != "a.org" || value.Config.DisplayNameFromDS != "a.org" || value.Config.Unit == "" || value.Config.Description == "" {
			t.Errorf("field %+v %+v", value.Labels, value.Config)
		}
		if rounded := strings.Contains(query, "60"); rounded != strings.Contains(notices(frames), "more than 50") {
			t.Errorf("%s: notices %q", query, notices(frames))
		}
	}
}

// TestColumns: the order is public API.
func TestColumns(t *testing.T) {
	want := "room_id server_name name canonical_alias extremities state_groups local_members joined_members room_version " +
		"state_events newest_extremity oldest_extremity missing_events verdict heals_in advice room_alias"
	var got []string
	for _, format := range Type().Formats {
		for _, c := range format.Columns {
			if format.ID == "rooms" {
				got = append(got, c.Name)
			}
			if c.Title == "" || c.Help == "" {
				t.Errorf("%s %s has no title or help", format.ID, c.Name)
			}
		}
	}
	if strings.Join(got, " ") != want {
		t.Errorf("columns %s", got)
	}
}
