package compare

import (
	"context"
	"fmt"

	prometheus "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
)

// counter is a metric whose increase the plugin builds on.
type counter struct {
	name, label string
	match       map[string]string
}

const (
	callsMetric  = "synapse_storage_transaction_time_count_total"
	costMetric   = "synapse_storage_transaction_time_sum_total"
	lookupMetric = "synapse_util_caches_cache"
	hitsMetric   = "synapse_util_caches_cache_hits"
	evictMetric  = "synapse_util_caches_cache_evicted_size"
)

var sizeEvictions = map[string]string{"reason": "size"}

var counters = []counter{
	{callsMetric, "desc", nil},
	{costMetric, "desc", nil},
	{lookupMetric, "name", nil},
	{hitsMetric, "name", nil},
	{evictMetric, "name", sizeEvictions},
}

// Prometheus checks the yardstick before anything is measured with it: what Prometheus makes of its samples is what we
// compute from Synapse's own words.
func Prometheus(ctx context.Context, report *Report, client prometheus.API, truth *Truth) error {
	for _, c := range counters {
		selector := fmt.Sprintf("instance=%q", truth.Instance)
		for label, value := range c.match {
			selector += fmt.Sprintf(",%s=%q", label, value)
		}
		query := fmt.Sprintf("increase(%s{%s}%s)", c.name, selector, truth.Window.promQL())
		value, _, _, err := client.Query(ctx, query, truth.Window.To)
		if err != nil {
			return fmt.Errorf("%s: %w", query, err)
		}
		vector, _ := value.(model.Vector)
		want := truth.Increases(c.name, c.label, c.match)
		report.Check(len(vector) == len(want), "%s: %d series, want %d", query, len(vector), len(want))
		for _, sample := range vector {
			name := string(sample.Metric[model.LabelName(c.label)])
			got := float64(sample.Value)
			span, known := want[name]
			report.Check(known, "%s: unexpected %s", query, sample.Metric)
			report.Number(fmt.Sprintf("Prometheus %s %s of %s", c.name, name, truth.ServerName), &got, span)
			owner := string(sample.Metric["server_name"])
			report.Check(owner == truth.ServerName, "%s belongs to %s, want %s", sample.Metric, owner, truth.ServerName)
		}
	}
	return nil
}
