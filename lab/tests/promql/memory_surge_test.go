package promql

import (
	"fmt"
	"testing"
)

// Memory that grows within hours is found in a process of any age; a start and filling caches are not.
func TestMemorySurge(t *testing.T) {
	started := func(ago int) string {
		return fmt.Sprintf("_x%d %d+0x%d", fiveDays-ago, (fiveDays-ago)*60, ago)
	}
	young := func(ago int, first, perMinute float64) string {
		return fmt.Sprintf("_x%d %g+%gx%d", fiveDays-ago, first, perMinute, ago)
	}
	entries := `server synapse_util_caches_cache_size{name="x"}`
	for name, c := range map[string]struct {
		series map[string]string
		want   string
	}{
		"an hour of an old process": {map[string]string{"process_resident_memory_bytes": fmt.Sprintf("8e8+0x%d 8e8+4e7x49", fiveDays-50)}, "warning"},
		"hours of a young one": {map[string]string{"process_start_time_seconds": started(300), "process_resident_memory_bytes": young(300, 2e8, 1.2e7),
			entries: young(300, 1000, 0)}, "warning"},
		"a start": {map[string]string{"process_start_time_seconds": started(50), "process_resident_memory_bytes": fmt.Sprintf("_x%d 1.5e8+1.2e8x10 1.4e9+0x39", fiveDays-50),
			entries: young(50, 1000, 100)}, "ok"},
		"caches that fill": {map[string]string{"process_start_time_seconds": started(300), "process_resident_memory_bytes": young(300, 2e8, 1.2e7),
			entries: young(300, 1000, 8000)}, "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			found := diagnoseDays(t, one("a.example", "synapse", "1", c.series), `"memory"`)
			severity := "ok"
			for _, f := range found {
				severity = f.severity
			}
			if severity != c.want {
				t.Errorf("%+v, want %s", found, c.want)
			}
		})
	}
}
