package checks

import (
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
)

// cacheSeries is one full cache; the first four numbers are per second, over the hour.
func cacheSeries(name string, requests, hits, evicted, avoidable, entries, maximum float64) map[string]float64 {
	label := " name=" + name
	return map[string]float64{
		"requests" + label: 3600 * requests, "warm" + label: 3600 * requests, "hits" + label: 3600 * hits, "avoidable" + label: 3600 * avoidable,
		"evicted reason=size" + label: 3600 * evicted, "before" + label: 1, "fill" + label: 1,
		"entries" + label: entries, "fullEntries" + label: entries, "maxEntries" + label: maximum,
	}
}

func TestCacheUndersized(t *testing.T) {
	usual := settings.Settings{Homeserver: settings.Homeserver{CacheEntryTTL: 30 * time.Minute}}
	users := cacheSeries("get_user_by_id", 100, 80, 15, 18, 500, 500)
	with := func(key string, v float64) map[string]float64 {
		return together(users, map[string]float64{key + " name=get_user_by_id": v})
	}
	bursts := map[string]float64{}
	for _, name := range []string{"get_device", "is_guest", "did_forget"} {
		bursts = together(bursts, cacheSeries(name, 100, 80, 0, 0, 500, 500), map[string]float64{"autotuned name=" + name: 1})
	}
	playbook := cacheSeries("get_user_by_id", 100, 80, 15, 18, 10_000, 10_000)
	judgeCases(t, cacheUndersized, map[string]judged{
		"full, reused, evicted early":      {series: users, options: usual, want: Warning, subject: "get_user_by_id", value: 18},
		"the factor is unknown":            {series: cacheSeries("my_module_cache", 100, 80, 15, 18, 501, 501), options: usual, want: Warning, subject: "my_module_cache", value: 18},
		"a scan":                           {series: cacheSeries("get_user_by_id", 60, 0.5, 59, 59, 500, 500), options: usual, want: Info, subject: "get_user_by_id", value: 59},
		"rarely hit, and no scan":          {series: cacheSeries("get_user_by_id", 60, 12, 40, 45, 500, 500), options: usual, want: Info, subject: "get_user_by_id", value: 45},
		"entries stay long":                {series: cacheSeries("get_user_by_id", 100, 80, 1.5, 2.2, 500, 500), options: usual, want: Info, subject: "get_user_by_id", value: 2.2},
		"entries stay, and never expire":   {series: cacheSeries("get_user_by_id", 100, 80, 1.5, 2.2, 500, 500), want: Warning, subject: "get_user_by_id", value: 2.2},
		"most caches have factor 10":       {series: playbook, options: usual, want: Info, subject: "get_user_by_id", value: 18},
		"batched: ten misses per eviction": {series: cacheSeries("is_user_erased", 100, 80, 0.5, 0.5, 500, 500), options: usual, want: Info, subject: "is_user_erased", value: 5},
		"avoids little of its misses":      {series: cacheSeries("get_user_by_id", 1000, 800, 15, 18, 500, 500), options: usual, want: OK},
		"avoids few misses":                {series: cacheSeries("get_user_by_id", 10, 8, 0.5, 0.7, 500, 500), options: usual, want: OK},
		"the admin wants to know of fewer": {series: cacheSeries("get_user_by_id", 10, 8, 0.5, 0.7, 500, 500), options: settings.Settings{Thresholds: map[string]settings.Threshold{"cache-undersized": {Warning: ptrTo(0.5)}}, Homeserver: settings.Homeserver{CacheEntryTTL: 30 * time.Minute}}, want: Info, subject: "get_user_by_id", value: 0.7},
		"nearly the largest useful size":   {series: with("useful", 540), options: usual, want: OK},
		"resized just now":                 {series: with("resized", 1), options: usual, want: OK},
		"grown within the week":            {series: with("grown", 250), options: usual, want: Info, subject: "get_user_by_id", value: 18},
		"just started":                     {series: with("warm", 0), options: usual, want: OK},
		"few requests":                     {series: cacheSeries("get_user_by_id", 0.2, 0, 0.2, 0.2, 500, 500), options: usual, want: OK},
		"a log of changes":                 {series: cacheSeries("PresenceStreamChangeCache", 100, 20, 50, 50, 500, 500), options: usual, want: OK},
		"one entry only":                   {series: cacheSeries("get_monthly_active_count", 100, 20, 50, 50, 1, 500), options: usual, want: OK},
		"not LRU":                          {series: cacheSeries("state_cache", 100, 80, 15, 0, 500, 500), options: usual, want: Info, subject: "state_cache", value: 15},
		"cache_autotuning decides":         {series: together(users, map[string]float64{"evicted reason=invalidation name=get_user_by_id": 1e6}), options: settings.Settings{Homeserver: settings.Homeserver{CacheAutotuning: true}}, want: OK},
		"cache_autotuning does not decide": {series: users, options: settings.Settings{Homeserver: settings.Homeserver{CacheAutotuning: true}}, want: Info, subject: "get_user_by_id", value: 15},
		"cache_autotuning is seen":         {series: together(users, bursts), options: usual, want: Info, subject: "get_user_by_id", value: 15},
		"misses, but nothing is evicted":   {series: cacheSeries("get_user_by_id", 100, 80, 0, 0, 400, 500), options: usual, want: OK},
		"no metric":                        {options: usual, want: Unknown},
		"two, the more certain one first":  {series: together(cacheSeries("get_device", 100, 1, 80, 90, 500, 500), users), options: usual, want: Warning, subject: "get_user_by_id", value: 18, count: 2},
	})
}

func ptrTo(v float64) *float64 { return &v }

// The finding and the table's row are one judgement: whatever was measured, a warning is a raise and an info a probe.
func TestCacheUndersizedAgreesWithTheTable(t *testing.T) {
	for _, hits := range []float64{0, 2, 20, 60, 95} {
		for _, evicted := range []float64{0, 0.5, 3, 20, 60} {
			for _, cache := range []string{"get_user_by_id", "is_user_erased", "state_cache", "my_module_cache"} {
				for _, options := range []settings.Settings{
					{}, {Homeserver: settings.Homeserver{CacheEntryTTL: 30 * time.Minute}}, {Homeserver: settings.Homeserver{CacheAutotuning: true}},
				} {
					in := judged{series: cacheSeries(cache, 100, hits, evicted, evicted, 500, 500), options: options}.input(t, cacheUndersized)
					all, _ := readCaches(in)
					row := caches.Judge(all[caches.Key{Server: in.Server, Cache: cache}], caches.Homeservers(all, in.Settings, false)[in.Server])
					found := judgeCacheUndersized(in)[0]
					agree := found.Severity == Warning && row.Verdict == caches.Raise || found.Severity == Info && row.Verdict == caches.Probe ||
						found.Severity == OK && (!row.Verdict.Advised() || evicted < 1)
					if !agree {
						t.Errorf("%s with %g hits and %g evictions per second, %+v: %s, and the table says %s", cache, hits, evicted, options, found.Severity, row.Verdict)
					}
				}
			}
		}
	}
}
