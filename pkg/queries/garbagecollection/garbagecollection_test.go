package garbagecollection

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

func TestJudge(t *testing.T) {
	v := func(x float64) *float64 { return &x }
	for name, c := range map[string]struct {
		row                  row
		verdict, explanation string
	}{
		"fine":           {row{mean: v(0.2), longest: v(0.5), share: 0.01}, fine, ""},
		"slow":           {row{mean: v(1.4), longest: v(2.5), share: 0.01, perHour: 12, collections: 5}, slow, "1.4 s on average, 12 times per hour"},
		"a few slow":     {row{mean: v(1.4), longest: v(2.5), share: 0.01, collections: 4.9}, spikes, "more than 2.5 s"},
		"spikes":         {row{mean: v(0.2), longest: v(5), share: 0.01}, spikes, "more than 5 s"},
		"expensive":      {row{mean: v(0.2), longest: v(0.5), share: 0.07}, expensive, "7% of its time"},
		"just started":   {row{mean: v(1.4), uptime: v(3599), collections: 100}, starting, "60 min ago"},
		"no collections": {row{}, fine, ""},
	} {
		verdict, explanation := c.row.judge(limits.GCPause.In(nil))
		if verdict != c.verdict || !strings.Contains(explanation, c.explanation) {
			t.Errorf("%s: %s, %q", name, verdict, explanation)
		}
	}
	own := map[string]settings.Threshold{"gc-pauses": {Warning: v(2)}}
	if verdict, _ := (row{mean: v(1.4), collections: 5}).judge(limits.GCPause.In(own)); verdict != fine {
		t.Errorf("%s although the admin allows 2 s", verdict)
	}
}

func sample(index, gen string, value float64, more ...string) *model.Sample {
	m := model.Metric{"job": "synapse", "index": model.LabelValue(index), "instance": model.LabelValue("host:" + index)}
	if gen != "" {
		m["gen"] = model.LabelValue(gen)
	}
	for i := 0; i < len(more); i += 2 {
		m[model.LabelName(more[i])] = model.LabelValue(more[i+1])
	}
	return &model.Sample{Metric: m, Value: model.SampleValue(value)}
}

func TestRows(t *testing.T) {
	// Process 2 serves two homeservers; process 3 none that was asked for.
	present := model.Vector{sample("1", "", 1, "server_name", "a"), sample("2", "", 1, "server_name", "a"), sample("2", "", 1, "server_name", "b")}
	counts := model.Vector{sample("1", "0", 0.5), sample("1", "2", 0.01), sample("2", "2", 0), sample("3", "2", 1)}
	sums := model.Vector{sample("1", "0", 0.001), sample("1", "2", 0.02), sample("2", "2", 0), sample("3", "2", 1)}
	identity := process.NewIdentity("job", "index")
	got := answers{identity: identity, present: present, counts: counts, sums: sums}.rows(time.Hour, limits.GCPause.In(nil))
	var names []string
	for _, r := range got {
		names = append(names, r.server+" "+r.process+" "+r.generation)
	}
	if want := []string{"a synapse/1 2", "a synapse/1 0", "a synapse/2 2", "b synapse/2 2"}; !slices.Equal(names, want) {
		t.Fatalf("got %v, want %v", names, want)
	}
	if first := got[0]; *first.mean != 2 || first.perHour != 36 || first.share != 0.02 || first.instance != "host:1" {
		t.Errorf("%+v", first)
	}
	if got[2].mean != nil {
		t.Error("no collection, no mean")
	}
}

func TestLongest(t *testing.T) {
	identity := process.NewIdentity("job", "index")
	buckets := func(spelling string, counts ...float64) model.Vector {
		bounds := map[string][]string{"old": {"1", "2.5", "5", "+Inf"}, "new": {"1.0", "2.5", "5.0", "+Inf"}}[spelling]
		var v model.Vector
		for i, count := range counts {
			v = append(v, sample("1", "2", count, "le", bounds[i]))
		}
		return v
	}
	for name, c := range map[string]struct {
		buckets model.Vector
		want    float64 // -1: none
	}{
		"the last but one":   {buckets("new", 4, 4, 5, 5), 2.5},
		"the first":          {buckets("new", 4, 4, 4, 4), 0},
		"above all":          {buckets("new", 4, 4, 5, 6), 5},
		"none":               {buckets("new", 0, 0, 0, 0), -1},
		"across an upgrade":  {append(buckets("old", 4, 4, 4, 4), buckets("new", 2, 2, 2, 2)...), 0},
		"spikes before that": {append(buckets("old", 4, 5, 5, 5), buckets("new", 2, 2, 2, 2)...), 1},
	} {
		got := longest(identity, c.buckets, time.Second)[generationOf(identity, sample("1", "2", 0).Metric)]
		if (got == nil) != (c.want < 0) || got != nil && *got != c.want {
			t.Errorf("%s: %v, want %g", name, got, c.want)
		}
	}
}
