package checks

import (
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

func TestCacheUndersized(t *testing.T) {
	ttl := query.Options{CacheEntryTTL: 30 * time.Minute}
	// per second, over the hour
	cache := func(name string, requests, hits, evicted, bound, entries, maximum float64) map[string]float64 {
		label := " name=" + name
		return map[string]float64{"counted": 90, "requests" + label: 3600 * requests, "hits" + label: 3600 * hits, "evicted" + label: 3600 * evicted, "bound" + label: 3600 * bound,
			"entries" + label: entries, "max" + label: maximum}
	}
	users := cache("get_user_by_id", 100, 80, 15, 18, 500, 500)
	dbCases(t, cacheUndersized, map[string]dbCase{
		"full, reused, leaves early": {series: users, options: ttl, want: Warning, subject: "get_user_by_id", title: "is too small",
			evidence: "500 entries at most in a process|missed 20 of 100 requests per second (hit ratio 80 %)|dropped 15 entries per second|avoid up to 18 misses per second, 90 %|stays for 33 s",
			advice:   "cache factors|one step|measure|take the step back"},
		"a scan":                          {series: cache("get_user_by_id", 60, 0.5, 59, 59, 500, 500), options: ttl, want: Info, subject: "get_user_by_id", title: "may be too small", evidence: "looks like a scan"},
		"entries stay long":               {series: cache("get_user_by_id", 100, 80, 1.5, 2.2, 500, 500), options: ttl, want: Info, subject: "get_user_by_id", evidence: "stays for 333 s. That is long"},
		"entries stay, and never expire":  {series: cache("get_user_by_id", 100, 80, 1.5, 2.2, 500, 500), want: Warning, subject: "get_user_by_id"},
		"a factor of 10":                  {series: cache("get_user_by_id", 100, 80, 15, 18, 10000, 10000), options: ttl, want: Info, subject: "get_user_by_id", evidence: "Its factor is 10 already", advice: "memory limit (cache_autotuning)"},
		"avoids little of its misses":     {series: cache("get_user_by_id", 1000, 800, 15, 18, 500, 500), options: ttl, want: OK, evidence: "Caches that drop entries for lack of room: 1. By being larger, none could avoid as much as 1 misses per second and 10 %"},
		"avoids few misses":               {series: cache("get_user_by_id", 10, 8, 0.5, 0.7, 500, 500), options: ttl, want: OK},
		"resized just now":                {series: dbWith(users, map[string]float64{"resized name=get_user_by_id": 1}), options: ttl, want: OK},
		"few requests":                    {series: cache("get_user_by_id", 0.2, 0, 0.2, 0.2, 500, 500), options: query.Options{Thresholds: map[string]query.Threshold{"cache-undersized": {Warning: Threshold(0.01)}}}, want: OK},
		"a log of changes":                {series: cache("PresenceStreamChangeCache", 100, 20, 50, 50, 500, 0), options: ttl, want: OK},
		"one entry only":                  {series: cache("get_monthly_active_count", 100, 20, 50, 50, 1, 500), options: ttl, want: OK},
		"of a module":                     {series: cache("my_module_cache", 100, 80, 15, 18, 500, 500), options: ttl, want: Warning, subject: "my_module_cache"},
		"cache_autotuning":                {series: users, options: query.Options{CacheAutotuning: true}, want: OK, evidence: "a memory limit, and not sizes"},
		"misses, but nothing is dropped":  {series: map[string]float64{"counted": 90}, options: ttl, want: OK, evidence: "Caches that drop entries for lack of room: 0."},
		"no metric":                       {options: ttl, want: Unknown, evidence: "synapse_util_caches_cache_evicted_size"},
		"two, the more certain one first": {series: dbWith(cache("get_device", 100, 1, 80, 90, 500, 500), users), options: ttl, want: Warning, subject: "get_user_by_id", count: 2},
	})
}
