package promql

import (
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

func TestCacheUndersized(t *testing.T) {
	base := weekProcess(dbWorker, dbWholeWorker, 0.3)
	small := weekCache(dbWorker, "get_users_in_room", 100, 80, 15, 500)
	scan, roomy := weekCache(dbWorker, "get_applicable_edit", 60, 0.5, 59, 500), weekCache(dbWorker, "get_device", 50, 40, 0.2, 500)
	start := `process_start_time_seconds{` + dbWholeWorker + `}`
	young := strings.Replace(base, weekGauge(start, -100_000, -100_000), weekGauge(start, -100_000, (weekEnd-30)*60), 1)
	size := `synapse_util_caches_cache_max_size{` + dbWorker + `,name="get_users_in_room"}`
	grown := strings.ReplaceAll(small, weekGauge(size, 500, 500), weekGauge(size, 250, 500))
	autotuning := func(o *settings.Settings) { o.CacheAutotuning = true }
	const check = "a.example cache-undersized"
	for name, c := range map[string]struct {
		series string
		change func(*settings.Settings)
		want   map[string]expected
	}{
		"too small":           {base + small + scan + roomy, nil, map[string]expected{check + " get_users_in_room": {"warning", 20, ""}, check + " get_applicable_edit": {"info", 59.5, ""}}},
		"large enough":        {base + roomy, nil, map[string]expected{check: {"ok", 0, ""}}},
		"a memory limit":      {base + small, autotuning, map[string]expected{check + " get_users_in_room": {"info", 15, ""}}},
		"just started":        {young + small, nil, map[string]expected{check: {"ok", 0, ""}}},
		"no such metric":      {base, nil, map[string]expected{check: {"unknown", 0, ""}}},
		"grown within a week": {base + grown, nil, map[string]expected{check + " get_users_in_room": {"info", 20, ""}}},
	} {
		t.Run(name, func(t *testing.T) { diagnoseWeek(t, c.series, c.change, `"cache-undersized"`).wantOnly(t, c.want) })
	}
}

func TestCacheMemory(t *testing.T) {
	memory := func(whole string, resident, allocated float64) string {
		text := weekGauge(`process_resident_memory_bytes{`+whole+`}`, resident, resident)
		if allocated > 0 {
			text += weekGauge(`jemalloc_stats_app_memory_bytes{`+whole+`,type="allocated"}`, allocated, allocated) +
				weekGauge(`jemalloc_stats_app_memory_bytes{`+whole+`,type="resident"}`, allocated, allocated)
		}
		return text
	}
	base := weekProcess(dbMainProcess, dbWholeMain, 0.3) + weekProcess(dbWorker, dbWholeWorker, 0.3)
	autotuning := func(o *settings.Settings) { o.CacheAutotuning = true }
	large := base + memory(dbWholeMain, 4<<30, 1<<30) + memory(dbWholeWorker, 800e6, 100e6)
	for name, c := range map[string]struct {
		series  string
		change  func(*settings.Settings)
		subject string
		want    expected
	}{
		"much outside":                   {large, nil, " synapse/1", expected{"info", 4, ""}},
		"much outside, a memory limit":   {large, autotuning, " synapse/1", expected{"warning", 4, ""}},
		"most of it jemalloc's":          {base + memory(dbWholeMain, 4<<30, 3<<30), nil, "", expected{"ok", 0, ""}},
		"without jemalloc":               {base + memory(dbWholeMain, 4<<30, 0), nil, "", expected{"info", 0, ""}},
		"small, without":                 {base + memory(dbWholeMain, 500e6, 0), nil, "", expected{"ok", 0, ""}},
		"small, without, a memory limit": {base + memory(dbWholeMain, 500e6, 0), autotuning, "", expected{"warning", 0, ""}},
		"no such metric":                 {base, nil, "", expected{"unknown", 0, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			diagnoseWeek(t, c.series, c.change, `"cache-memory"`).wantOnly(t, map[string]expected{"a.example cache-memory" + c.subject: c.want})
		})
	}
}
