package promql

import (
	"fmt"
	"testing"
)

func TestStarvation(t *testing.T) {
	loop := func(busy, cores float64) map[string]string {
		return map[string]string{"python_twisted_reactor_tick_time_sum": grows(60 * busy), "process_cpu_seconds_total": grows(60 * cores)}
	}
	const process, all = "a.example starvation synapse/1", "a.example starvation"
	stopped := map[string]string{
		"up": fmt.Sprintf("1+0x%d 0+0x29", fiveDays-30), "server synapse_storage_schedule_time_count": fmt.Sprintf("0+100x%d stale", fiveDays-30),
		"process_start_time_seconds": fmt.Sprintf("0+0x%d stale", fiveDays-30), "process_cpu_seconds_total": fmt.Sprintf("0+18x%d stale", fiveDays-30),
		"python_twisted_reactor_tick_time_sum": fmt.Sprintf("0+18x%d stale", fiveDays-30),
	}
	other := func(port int, series map[string]string) string {
		return livingProcess{"a.example", "worker", fmt.Sprint(port), fmt.Sprintf("other:%d", port), series}.load()
	}
	for name, c := range map[string]struct {
		series, key, severity string
	}{
		"works":            {one("a.example", "synapse", "1", loop(0.9, 0.9)), all, "ok"},
		"waits":            {one("a.example", "synapse", "1", loop(0.9, 0.3)), process, "warning"},
		"idle":             {one("a.example", "synapse", "1", loop(0.1, 0.02)), all, "ok"},
		"a host is silent": {one("a.example", "synapse", "1", nil) + other(1, stopped) + other(2, stopped), "a.example starvation other", "info"},
		"half of a host":   {one("a.example", "synapse", "1", nil) + other(1, stopped) + other(2, stopped) + other(3, nil), all, "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			diagnoseDays(t, c.series, `"starvation"`).want(t, c.key, expected{severity: c.severity})
		})
	}
}
