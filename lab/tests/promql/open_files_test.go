package promql

import (
	"fmt"
	"testing"
)

func TestOpenFiles(t *testing.T) {
	files := func(open, limit string) map[string]string {
		return map[string]string{"process_open_fds": open, "process_max_fds": limit}
	}
	// stopped gave its last value some minutes ago.
	stopped := func(minutes int) map[string]string {
		series := files(fmt.Sprintf("1010+0x%d stale", fiveDays-minutes), fmt.Sprintf("1024+0x%d stale", fiveDays-minutes))
		series["server synapse_storage_schedule_time_count"] = fmt.Sprintf("0+100x%d stale", fiveDays-minutes)
		series["process_start_time_seconds"] = fmt.Sprintf("0+0x%d stale", fiveDays-minutes)
		return series
	}
	const process, all = "a.example open-files synapse/1", "a.example open-files"
	rising := fmt.Sprintf("300+0x%d 300+5x59", fiveDays-60)
	for name, c := range map[string]struct {
		series        map[string]string
		key, severity string
	}{
		"few":                  {files(always(300), always(65536)), all, "ok"},
		"near":                 {files(always(800), always(1024)), process, "warning"},
		"full":                 {files(always(1010), always(1024)), process, "critical"},
		"rising from little":   {files(rising, always(1000)), all, "ok"},
		"half, and soon full":  {files(fmt.Sprintf("300+0x%d 300+6x59", fiveDays-60), always(1000)), process, "warning"},
		"no limit":             {files(always(5000), always(-1)), all, "unknown"},
		"full when it went":    {stopped(10), process, "critical"},
		"went, and long ago":   {stopped(90), all, "unknown"},
		"Python without /proc": {nil, all, "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			series := one("a.example", "synapse", "1", c.series) + one("a.example", "worker", "1", nil)
			diagnoseDays(t, series, `"open-files"`).want(t, c.key, expected{severity: c.severity})
		})
	}
}
