package process

import (
	"strings"
	"testing"

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

func TestIdentityName(t *testing.T) {
	m := model.Metric{"job": "synapse", "index": "2", "instance": "host:9000"}
	for _, c := range []struct {
		identity Identity
		want     string
	}{
		{NewIdentity("job", "index"), "synapse/2"},
		{Identity{}, "synapse/2/host:9000"},
		{NewIdentity("job", "index", "instance"), "synapse/2/host:9000"},
		{NewIdentity("job", "pod"), "synapse"},
		{NewIdentity("pod"), "synapse/2/host:9000"}, // a label that is not there names nothing
	} {
		if got := c.identity.Name(m); got != c.want {
			t.Errorf("%s: %q, want %q", c.identity.By(), got, c.want)
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
