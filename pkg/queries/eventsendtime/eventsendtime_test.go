package eventsendtime

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

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
