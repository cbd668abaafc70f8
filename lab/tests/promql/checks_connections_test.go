package promql

import (
	"strings"
	"testing"
)

func TestDatabasePool(t *testing.T) {
	pool := func(labels string, working, size float64) string {
		return weekGauge(`synapse_threadpool_working_threads{`+labels+`,name="database-master"}`, working, working) +
			weekGauge(`synapse_threadpool_max_threads{`+labels+`,name="database-master"}`, size, size) +
			weekGauge(`synapse_threadpool_total_threads{`+labels+`,name="database-master"}`, size, size) +
			weekGauge(`synapse_threadpool_max_threads{`+labels+`,name="default"}`, 10, 10)
	}
	bucket := `synapse_storage_schedule_time_bucket{` + dbWorker + `,le="0.1"}`
	calm := weekProcess(dbMainProcess, dbWholeMain, 0.3) + weekProcess(dbWorker, dbWholeWorker, 0.3) + pool(dbMainProcess, 1, 10)
	waiting := strings.Replace(calm, weekCounter(bucket, 6000, 6000), weekCounter(bucket, 6000, 5400), 1)
	ticks := `python_twisted_reactor_tick_time_sum{` + dbWholeWorker + `}`
	saturated := strings.Replace(waiting, weekCounter(ticks, 18, 18), weekCounter(ticks, 18, 57), 1) + weekCounter(`process_cpu_seconds_total{`+dbWholeWorker+`}`, 59, 59)
	for name, c := range map[string]struct {
		series, subject string
		want            expected
	}{
		"nobody waits":          {calm + pool(dbWorker, 1, 10), "", expected{"ok", 0, ""}},
		"all in use":            {waiting + pool(dbWorker, 9.8, 10), " worker/1", expected{"critical", 0.1, ""}},
		"most in use":           {waiting + pool(dbWorker, 8.5, 10), " worker/1", expected{"warning", 0.1, ""}},
		"few in use":            {waiting + pool(dbWorker, 3, 10), "", expected{"ok", 0, ""}},
		"on a saturated worker": {saturated + pool(dbWorker, 9.8, 10), " worker/1", expected{"info", 0.1, "cpu-saturation"}},
	} {
		t.Run(name, func(t *testing.T) {
			diagnoseWeek(t, c.series, nil, `"database-pool"`).wantOnly(t, map[string]expected{"a.example database-pool" + c.subject: c.want})
		})
	}
	diagnoseWeek(t, calm, nil, `"database-connections"`).wantOnly(t, map[string]expected{"a.example database-connections": {"unknown", 0, ""}})
}

func TestBackgroundUpdates(t *testing.T) {
	status := func(labels string, before, now float64) string {
		return weekGauge(`synapse_background_update_status{`+labels+`,database_name="master"}`, before, now)
	}
	base := weekProcess(dbMainProcess, dbWholeMain, 0.3) + weekProcess(dbWorker, dbWholeWorker, 0.3)
	for name, c := range map[string]struct{ series, severity string }{
		"done, 1 on a worker": {status(dbMainProcess, 3, 3) + status(dbWorker, 1, 1), "ok"},
		"aborted":             {status(dbMainProcess, 3, -1) + status(dbWorker, 1, 1), "critical"},
		"switched off":        {status(dbMainProcess, 0, 0) + status(dbWorker, 1, 1), "warning"},
		"running for hours":   {status(dbMainProcess, 3, 2) + status(dbWorker, 1, 1), "info"},
		"running for days":    {status(dbMainProcess, 2, 2) + status(dbWorker, 1, 1), "warning"},
		"not exported":        {"", "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			diagnoseWeek(t, base+c.series, nil, `"background-updates"`).wantOnly(t, map[string]expected{"a.example background-updates": {c.severity, 0, ""}})
		})
	}
}
