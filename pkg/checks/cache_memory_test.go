package checks

import (
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

func TestCacheMemory(t *testing.T) {
	on := func(memory, held, hours float64) map[string]float64 {
		series := map[string]float64{onProcess("memory", "1"): memory, onProcess("uptime", "1"): 3600 * hours, "unread": 40}
		if held > 0 {
			series[onProcess("resident", "1")], series[onProcess("allocated", "1")] = held, 0.8*held
		}
		return series
	}
	autotuning := settings.Settings{Homeserver: settings.Homeserver{CacheAutotuning: true}}
	judgeCases(t, cacheMemory, map[string]judged{
		"twice as large, without a limit": {series: on(4e9, 2e9, 100), want: Info, subject: "synapse/1", value: 2},
		"twice as large, with a limit":    {series: on(4e9, 2e9, 100), options: autotuning, want: Warning, subject: "synapse/1", value: 2},
		"as it should be":                 {series: on(4e9, 3.5e9, 100), options: autotuning, want: OK},
		"small":                           {series: on(0.8e9, 0.2e9, 100), options: autotuning, want: OK},
		"just started":                    {series: on(4e9, 1e9, 2), options: autotuning, want: OK},
		"no jemalloc":                     {series: on(4e9, 0, 100), want: Info},
		"no jemalloc, a home":             {series: on(0.4e9, 0, 100), want: OK},
		"no jemalloc, but a limit":        {series: on(0.4e9, 0, 100), options: autotuning, want: Warning},
		"no jemalloc yet, just started":   {series: on(4e9, 0, 1), options: autotuning, want: OK},
		"no metric":                       {want: Unknown},
	})
}
