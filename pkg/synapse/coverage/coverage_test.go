package coverage

import (
	"slices"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

func TestStatusOf(t *testing.T) {
	things := func(names ...string) map[string]bool {
		there := map[string]bool{"synapse_storage_schedule_time_count": true}
		for _, name := range names {
			there[name] = true
		}
		return there
	}
	for _, c := range []struct {
		metric  *metrics.Metric
		there   map[string]bool
		version string
		want    Status
		foundAs string
	}{
		{metrics.ScheduleTime, things(), "1.160.0", Present, "synapse_storage_schedule_time_count"},
		{metrics.ForwardExtremities, things("synapse_forward_extremities_gcount"), "1.160.0", Present, "synapse_forward_extremities_gcount"},
		{metrics.TransactionCount, things("synapse_storage_transaction_time_count"), "1.60.0", OlderName, "synapse_storage_transaction_time_count"},
		{metrics.TransactionCount, things(), "1.160.0", Absent, ""},
		{metrics.BackgroundUpdateStatus, things(), "1.85.2", OtherVersion, ""},
		{metrics.BackgroundUpdateStatus, things(), "1.86.0", Absent, ""},
		{metrics.BackgroundUpdateStatus, things(), "", Absent, ""},
		{metrics.BackgroundUpdateStatus, things("synapse_background_update_status"), "1.85.2", Present, "synapse_background_update_status"},
		{metrics.DeviceListLag, things(), "1.159.0", OtherVersion, ""},
		{metrics.DeviceListLag, things(), "1.160.0", NotYet, ""},
		{metrics.ReplicationConnections, things(), "1.160.0", NotYet, ""}, // a single process that does not federate
		{metrics.ForwardExtremities, things(), "1.160.0", NotYet, ""},
		{metrics.ForwardExtremities, nil, "", Absent, ""},
	} {
		if got, foundAs := StatusOf(c.metric, c.there, c.version); got != c.want || foundAs != c.foundAs {
			t.Errorf("%s on %q: %s as %q, want %s as %q", c.metric.Name, c.version, got, foundAs, c.want, c.foundAs)
		}
	}
}

func TestVersionNote(t *testing.T) {
	gone := &metrics.Metric{Since: "1.86", Until: "1.150"}
	for version, want := range map[string]string{
		"1.84.1": "Comes with Synapse 1.86; this homeserver runs 1.84.1.", "1.99.0": "", "": "",
		"1.151.0": "Gone since Synapse 1.150; this homeserver runs 1.151.0.",
	} {
		if got := VersionNote(gone, version); got != want {
			t.Errorf("%q: %q", version, got)
		}
	}
}

func TestQuestionsAskForEveryMetric(t *testing.T) {
	identity, filters := process.NewIdentity("job", "index"), query.Filters{ServerName: []string{"a.org"}, Index: []string{"1"}}
	var asked []string
	for _, q := range Questions(metrics.All()) {
		promql := q.PromQL(identity, filters)
		if !strings.Contains(promql, "by (server_name") || !strings.Contains(promql, `server_name="a.org"`) {
			t.Errorf("homeservers are mixed: %s", promql)
		}
		asked = append(asked, promql)
	}
	if len(asked) > 10 {
		t.Errorf("%d questions", len(asked))
	}
	for _, m := range metrics.All() {
		for _, name := range m.Marker().Names() {
			if !slices.ContainsFunc(asked, func(promql string) bool { return strings.Contains(promql, name) }) {
				t.Errorf("nothing asks for %s", name)
			}
		}
	}
	for _, promql := range asked {
		if strings.Contains(promql, "(up{") && strings.Contains(promql, `up{index="1"}`) {
			t.Errorf("up has no index: %s", promql)
		}
	}
	if got := Versions(identity, filters); !strings.HasPrefix(got, "count by (server_name, version) (count by (server_name, job, index, instance) (synapse_storage_schedule_time_count{") {
		t.Error(got)
	}
}

func TestNameIn(t *testing.T) {
	for want, labels := range map[string]map[string]string{"x_total": {"__name__": "x_total"}, "up": {"metric": "up"}} {
		if got := NameIn(func(name string) string { return labels[name] }); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
