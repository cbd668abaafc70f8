package promql

import (
	"fmt"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// The series of the checks last a week and three hours, one sample a minute; they change after six days.
const (
	weekBefore = 9000
	weekNow    = 1260
	weekEnd    = weekBefore + weekNow
)

const (
	dbMainProcess = `server_name="a.example",job="synapse",index="1",instance="m:1"`
	dbWholeMain   = `job="synapse",index="1",instance="m:1"`
	dbWorker      = `server_name="a.example",job="worker",index="1",instance="w:1"`
	dbWholeWorker = `job="worker",index="1",instance="w:1"`
)

// weekCounter grows by so much a minute, first and later.
func weekCounter(series string, before, now float64) string {
	return fmt.Sprintf("  %s 0+%gx%d %g+%gx%d\n", series, before, weekBefore, before*weekBefore+now, now, weekNow-1)
}

// weekGauge has one value first and another one later.
func weekGauge(series string, before, now float64) string {
	return fmt.Sprintf("  %s %g+0x%d %g+0x%d\n", series, before, weekBefore, now, weekNow-1)
}

// weekProcess is what every process exports: its start long ago, a busy share, connections waited for without delay.
func weekProcess(labels, whole string, busy float64) string {
	return weekGauge(`process_start_time_seconds{`+whole+`}`, -100_000, -100_000) +
		weekCounter(`python_twisted_reactor_tick_time_sum{`+whole+`}`, 60*busy, 60*busy) +
		weekCounter(`synapse_storage_schedule_time_count{`+labels+`}`, 6000, 6000) +
		weekCounter(`synapse_storage_schedule_time_sum{`+labels+`}`, 6, 6) +
		weekCounter(`synapse_storage_schedule_time_bucket{`+labels+`,le="0.1"}`, 6000, 6000)
}

// weekTransaction is calls per second and the mean duration of one, first and later.
func weekTransaction(labels, desc string, callsBefore, meanBefore, calls, mean float64) string {
	labels += `,desc="` + desc + `"`
	return weekCounter(`synapse_storage_transaction_time_count_total{`+labels+`}`, 60*callsBefore, 60*calls) +
		weekCounter(`synapse_storage_transaction_time_sum_total{`+labels+`}`, 60*callsBefore*meanBefore, 60*calls*mean)
}

// weekStatements is the mean duration of one SELECT and one INSERT, at 10 per second.
func weekStatements(labels string, selectBefore, insertBefore, selectNow, insertNow float64) string {
	one := func(verb string, before, now float64) string {
		labels := labels + `,verb="` + verb + `"`
		return weekCounter(`synapse_storage_query_time_count{`+labels+`}`, 600, 600) + weekCounter(`synapse_storage_query_time_sum{`+labels+`}`, 600*before, 600*now)
	}
	return one("SELECT", selectBefore, selectNow) + one("INSERT", insertBefore, insertNow)
}

// usualWeek is five transactions as they were a week ago: 0.39 s of database time per second.
func usualWeek(labels string) string {
	return weekTransaction(labels, "persist_events", 2, 0.05, 2, 0.05) + weekTransaction(labels, "get_users_in_room", 20, 0.002, 20, 0.002) +
		weekTransaction(labels, "do_fetch", 10, 0.01, 10, 0.01) + weekTransaction(labels, "get_device", 5, 0.01, 5, 0.01) +
		weekTransaction(labels, "insert_client_ip", 10, 0.01, 10, 0.01)
}

// weekCache is a cache's lookups, hits and evictions because it was full per second, and its size.
func weekCache(labels, name string, requests, hits, evicted, size float64) string {
	labels += `,name="` + name + `"`
	every := func(metric string, perSecond float64) string {
		return weekCounter(`synapse_util_caches_cache`+metric+`}`, 60*perSecond, 60*perSecond)
	}
	return every(`{`+labels, requests) + every(`_hits{`+labels, hits) + every(`_evicted_size{`+labels+`,reason="size"`, evicted) +
		every(`_evicted_size{`+labels+`,reason="invalidation"`, 0.01) +
		weekGauge(`synapse_util_caches_cache_max_size{`+labels+`}`, size, size) + weekGauge(`synapse_util_caches_cache_size{`+labels+`}`, size, size)
}

// diagnoseWeek runs some checks at the end of the week.
func diagnoseWeek(t *testing.T, series string, change func(*settings.Settings), checks string) findings {
	t.Helper()
	options := settings.Settings{ScrapeInterval: 30 * time.Second, Homeserver: settings.Homeserver{CacheEntryTTL: 30 * time.Minute}}
	if change != nil {
		change(&options)
	}
	return diagnose(t, "load 1m\n"+series, weekEnd*time.Minute, options, checks)
}
