package checks

import (
	"slices"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

func TestMetricCoverage(t *testing.T) {
	with := func(age float64, version string, without ...*metrics.Metric) map[string]float64 {
		series := map[string]float64{"alive": 3, onProcess("uptime", "1"): age}
		if version != "" {
			series["versions version="+version] = 3
		}
		for _, m := range coverageNeeded {
			if !slices.Contains(without, m) {
				series["present0 __name__="+m.Marker().Name] = 3
			}
		}
		return series
	}
	older := with(7200, "1.63.0", metrics.TransactionCount, metrics.BackgroundUpdateStatus)
	older["present1 __name__="+metrics.TransactionCount.Marker().Older[0]] = 3
	few := []*metrics.Metric{metrics.ProcessCPU, metrics.CacheHits}
	all := float64(len(coverageNeeded))
	upgrading := with(7200, "1.85.2", metrics.BackgroundUpdateStatus)
	upgrading["versions version=1.160.0"] = 1
	judgeCases(t, metricCoverage, map[string]judged{
		"nothing from Synapse":        {want: Critical, value: all},
		"some are missing":            {series: with(7200, "1.160.0", few...), want: Warning, value: 2},
		"all are there":               {series: with(7200, "1.160.0"), want: OK},
		"an older version":            {series: older, want: OK},
		"it should have it":           {series: with(7200, "1.86.0", metrics.BackgroundUpdateStatus), want: Warning, value: 1},
		"one process is newer":        {series: upgrading, want: Warning, value: 1},
		"the version is unknown":      {series: with(7200, "", metrics.BackgroundUpdateStatus), want: Warning, value: 1},
		"missing on an older version": {series: with(7200, "1.85.2", metrics.BackgroundUpdateStatus, metrics.CacheHits), want: Warning, value: 1},
		"just started":                {series: with(600, "1.160.0", few...), want: OK},
		"no scrape succeeds":          {series: map[string]float64{"alive": 3}, want: Unknown},
		"age unknown":                 {series: map[string]float64{"alive": 3, "present0 __name__=" + coverageNeeded[0].Marker().Name: 3}, want: Warning, value: all - 1},
	})
}
