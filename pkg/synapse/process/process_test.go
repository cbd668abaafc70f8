package process

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

func TestLabelOf(t *testing.T) {
	label, series, err := LabelOf("transaction")
	if err != nil || label != "desc" || series != `__name__=~"synapse_storage_transaction_time_count_total|synapse_storage_transaction_time_count"` {
		t.Errorf("%s, %s, %v", label, series, err)
	}
	if _, _, err := LabelOf("room"); err == nil || !strings.Contains(err.Error(), "Valid kinds: cache, index, instance, job, serverName, transaction") {
		t.Errorf("%v", err)
	}
}

// oneAnswer answers each query with as many samples, and keeps it.
type oneAnswer struct {
	samples int
	asked   []string
}

func (o *oneAnswer) Instant(_ context.Context, promql string, _ time.Time) (model.Vector, []string, error) {
	o.asked = append(o.asked, promql)
	return slices.Repeat(model.Vector{{}}, o.samples), nil, nil
}

func (o *oneAnswer) Range(context.Context, string, time.Time, time.Time, time.Duration) (model.Matrix, []string, error) {
	return nil, nil, nil
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		name       string
		configured []string
		twice      int
		want       string
		asks       int
	}{
		{"job and index are unique", nil, 0, "server_name, job, index", 1},
		{"job and index repeat", nil, 2, "server_name, job, index, instance", 1},
		{"configured", []string{"pod"}, 2, "server_name, pod", 0},
	} {
		metrics := &oneAnswer{samples: c.twice}
		s := query.NewSession(query.Request{Filters: query.Filters{Job: []string{"x"}, ServerName: []string{"a.org"}}}, query.TimeRange{}, time.Time{},
			query.Options{ProcessLabels: c.configured}, metrics, nil)
		identity, err := Find(t.Context(), s)
		if err != nil || identity.By() != c.want || len(metrics.asked) != c.asks {
			t.Errorf("%s: %s, %v after %q", c.name, identity.By(), err, metrics.asked)
		}
		for _, promql := range metrics.asked {
			if !strings.HasPrefix(promql, "count by (server_name, job, index)") || !strings.Contains(promql, `server_name="a.org"`) {
				t.Errorf("labels are unique on a homeserver or not: %s", promql)
			}
		}
	}
}

func TestIdentityMissing(t *testing.T) {
	main, worker := &model.Sample{Metric: model.Metric{"job": "s", "pod": "main-0"}}, &model.Sample{Metric: model.Metric{"job": "s", "rack": "7"}}
	labels := Identity{"job", "pods", "rack", "pod"}
	if got := labels.Values(); got != "count by (job, pods, rack, pod) (synapse_storage_schedule_time_count)" {
		t.Error(got)
	}
	for _, c := range []struct {
		processes model.Vector
		want      []string
	}{
		{model.Vector{main, worker}, []string{"pods"}}, // one process with the label is enough
		{model.Vector{main}, []string{"pods", "rack"}},
		{nil, nil},
	} {
		if got := labels.Missing(c.processes); !slices.Equal(got, c.want) {
			t.Errorf("%v: %q, want %q", c.processes, got, c.want)
		}
	}
	if len(labels) != 4 || labels[1] != "pods" {
		t.Errorf("the labels themselves were changed: %q", labels)
	}
}

func TestIdentityName(t *testing.T) {
	m := model.Metric{"job": "synapse", "index": "2", "instance": "host:9000"}
	for _, c := range []struct {
		identity Identity
		want     string
	}{
		{Identity{"job", "index"}, "synapse/2"},
		{Identity{"job", "index", "instance"}, "synapse/2/host:9000"},
		{Identity{"job", "pod"}, "synapse"},
		{Identity{"pod"}, "synapse/2/host:9000"}, // a label that is not there names nothing
	} {
		if got := c.identity.Name(m); got != c.want {
			t.Errorf("%v: %q, want %q", c.identity, got, c.want)
		}
	}
}

// A metric of whole processes carries no server_name, so it is selected without.
func TestSelection(t *testing.T) {
	s := Selection{query.Filters{ServerName: []string{"a.org"}, Job: []string{"x"}}, "[60s]"}
	for want, got := range map[string]string{
		`sum by (server_name) (rate(synapse_storage_schedule_time_count{job="x",server_name="a.org"}[60s]))`: s.SumRate("server_name", metrics.ScheduleTime.Count()),
		`increase(python_twisted_reactor_tick_time_bucket{job="x",le=~"2.5([.]0)?"}[60s])`:                   s.Increase(metrics.ReactorTick.Bucket(), UpTo(2.5)),
		`process_open_fds{job="x"}`: s.Of(metrics.ProcessOpenFDs.Series()),
		`histogram_quantile(0.99, sum by (job, le) (rate(python_twisted_reactor_tick_time_bucket{job="x"}[60s])))`: s.Quantile(0.99, "job", metrics.ReactorTick),
	} {
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
