package checks

import (
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

func TestCacheMemory(t *testing.T) {
	on := func(rss, allocated, hours float64) map[string]float64 {
		const process = " job=synapse index=1 instance=a:1"
		series := map[string]float64{"rss" + process: rss, "uptime" + process: 3600 * hours, "dropped": 40}
		if allocated > 0 {
			series["allocated"+process] = allocated
		}
		return series
	}
	autotuning := query.Options{CacheAutotuning: true}
	dbCases(t, cacheMemory, map[string]dbCase{
		"twice as large":                {series: on(4e9, 2e9, 100), want: Warning, subject: "synapse/1", evidence: "holds 3.7 GiB of memory|jemalloc has allocated 1.9 GiB|2 times as large", advice: "PYTHONMALLOC=malloc|per process|Don't lower the cache factors"},
		"with a memory limit":           {series: on(4e9, 2e9, 100), options: autotuning, want: Warning, subject: "synapse/1", evidence: "drop 40 entries per second by the memory limit or by age"},
		"as it should be":               {series: on(4e9, 3.5e9, 100), want: OK, evidence: "hold 3.7 GiB"},
		"small":                         {series: on(0.8e9, 0.2e9, 100), want: OK},
		"just started":                  {series: on(4e9, 1e9, 2), want: OK},
		"no jemalloc":                   {series: on(4e9, 0, 100), want: Info, title: "jemalloc is not loaded", evidence: "don't export jemalloc_stats_app_memory_bytes: 1 (synapse/1)|3.7 GiB", advice: "Nothing is wrong"},
		"no jemalloc, a home":           {series: on(0.4e9, 0, 100), want: OK},
		"no jemalloc, but a limit":      {series: on(0.4e9, 0, 100), options: autotuning, want: Warning, title: "cache_autotuning does nothing", advice: "correct the setting of this data source"},
		"no jemalloc yet, just started": {series: on(4e9, 0, 1), options: autotuning, want: OK},
		"no metric":                     {want: Unknown, evidence: "process_resident_memory_bytes"},
	})
}
