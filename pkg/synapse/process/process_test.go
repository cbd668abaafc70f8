package process

import (
	"strings"
	"testing"

	"github.com/prometheus/common/model"
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
