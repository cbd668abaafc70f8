package checks

import (
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metriccatalogue"
)

func TestMetricCoverage(t *testing.T) {
	needed := map[string]model.LabelName{}
	for _, m := range neededMetrics() {
		needed[m.Series()] = model.MetricNameLabel
		if m.Scope != metriccatalogue.OfHomeserver {
			needed[m.Series()] = "metric"
		}
	}
	sample := func(label model.LabelName, name string, value float64) *model.Sample {
		return &model.Sample{Metric: model.Metric{"server_name": "a.example", label: model.LabelValue(name)}, Value: model.SampleValue(value)}
	}
	with := func(age float64, without ...string) map[string]model.Vector {
		var there model.Vector
		for name, label := range needed {
			if !slices.Contains(without, name) {
				there = append(there, sample(label, name, 3))
			}
		}
		return map[string]model.Vector{"alive": {sample("x", "", 3)}, "age": {sample("x", "", age)}, presence + "0": there}
	}
	older := with(7200, "synapse_storage_transaction_time_count_total")
	older[presence+"1"] = model.Vector{sample(model.MetricNameLabel, "synapse_storage_transaction_time_count", 3)}
	for name, c := range map[string]struct {
		vectors          map[string]model.Vector
		severity         Severity
		value            float64
		evidence, advice []string
	}{
		"nothing from Synapse": {nil, Critical, float64(len(needed)), []string{"no metric of a Synapse process"}, []string{"whether Synapse runs", "enable_metrics", "page of targets", "filters"}},
		"some are missing": {with(7200, "process_cpu_seconds_total", "synapse_util_caches_cache_hits"), Warning, 2,
			[]string{"process_cpu_seconds_total", "synapse_util_caches_cache_hits"}, []string{"/_synapse/metrics", "metric_relabel_configs", "Linux"}},
		"all are there":    {with(7200), OK, 0, nil, nil},
		"an older name":    {older, OK, 0, nil, nil},
		"just started":     {with(600, "process_cpu_seconds_total"), OK, 0, []string{"too early"}, nil},
		"age is not known": {map[string]model.Vector{"alive": {sample("x", "", 1)}}, Warning, float64(len(needed)), nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			found := metricCoverage.Judge(NewInput("a.example", noon, Where{}, query.Options{}, metricCoverage, c.vectors))
			if len(found) != 1 || found[0].Severity != c.severity {
				t.Fatalf("want %s: %+v", c.severity, found)
			}
			f := found[0]
			if c.value != 0 && (f.Value == nil || *f.Value != c.value) {
				t.Errorf("value %v, want %g", f.Value, c.value)
			}
			for _, text := range c.evidence {
				if !strings.Contains(f.Evidence, text) {
					t.Errorf("evidence lacks %q: %s", text, f.Evidence)
				}
			}
			last := -1
			for _, text := range c.advice {
				at := strings.Index(f.Advice, text)
				if at <= last {
					t.Errorf("advice lacks %q, or not in this order: %s", text, f.Advice)
				}
				last = at
			}
			inOrder(t, f)
		})
	}
}
