package promql

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
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

type foundByCheck struct {
	check, subject, severity, evidence, advice, cause string
	value                                             float64
	since                                             *time.Time
}

// diagnoseWeek runs some checks at the end of the series, over the last six hours.
func diagnoseWeek(t *testing.T, series string, change func(*query.Options), checks string) []foundByCheck {
	t.Helper()
	typ := diagnosis.Type()
	request, err := typ.Decode([]byte(`{"checks": ` + checks + `}`))
	if err != nil {
		t.Fatal(err)
	}
	options := query.Options{ScrapeInterval: 30 * time.Second, QueryTimeout: time.Minute, CacheEntryTTL: 30 * time.Minute}
	if change != nil {
		change(&options)
	}
	end := time.Unix(0, 0).Add(weekEnd * time.Minute)
	within := query.Align(end.Add(-6*time.Hour), end, time.Minute, options.ScrapeInterval)
	frames, err := query.NewRunner(options, Load(t, "load 1m\n"+series), nil).Run(t.Context(), typ, request, within, query.Asker{})
	if err != nil {
		t.Fatal(err)
	}
	frame := frames[0]
	text := func(column string, row int) string {
		field, _ := frame.FieldByName(column)
		return field.At(row).(string)
	}
	all := make([]foundByCheck, frame.Rows())
	for i := range all {
		all[i] = foundByCheck{check: text("check", i), subject: text("subject", i), severity: text("severity", i), evidence: text("evidence", i),
			advice: text("advice", i), cause: text("caused_by", i)}
		if value, _ := frame.FieldByName("value"); value.At(i).(*float64) != nil {
			all[i].value = *value.At(i).(*float64)
		}
		since, _ := frame.FieldByName("since")
		all[i].since = since.At(i).(*time.Time)
	}
	return all
}

// wantOfCheck wants one finding on a subject, and gives it.
func wantOfCheck(t *testing.T, all []foundByCheck, check, subject, severity, evidence string) foundByCheck {
	t.Helper()
	for _, f := range all {
		if f.check == check && f.subject == subject {
			if f.severity != severity || !strings.Contains(f.evidence, evidence) {
				t.Errorf("%s on %q is %s: %s\nwant %s with %q", check, subject, f.severity, f.evidence, severity, evidence)
			}
			return f
		}
	}
	t.Errorf("no finding of %s on %q in %+v", check, subject, all)
	return foundByCheck{}
}

// usualWeek is five transactions as they were a week ago: 0.39 s of database time per second.
func usualWeek(labels string) string {
	return weekTransaction(labels, "persist_events", 2, 0.05, 2, 0.05) + weekTransaction(labels, "get_users_in_room", 20, 0.002, 20, 0.002) +
		weekTransaction(labels, "do_fetch", 10, 0.01, 10, 0.01) + weekTransaction(labels, "get_device", 5, 0.01, 5, 0.01) +
		weekTransaction(labels, "insert_client_ip", 10, 0.01, 10, 0.01)
}

func TestDatabaseCost(t *testing.T) {
	ids := `["database-cost"]`
	calm := weekProcess(dbMainProcess, dbWholeMain, 0.3) + weekProcess(dbWorker, dbWholeWorker, 0.3) + usualWeek(dbMainProcess)
	t.Run("as always", func(t *testing.T) {
		wantOfCheck(t, diagnoseWeek(t, calm, nil, ids), "database-cost", "", "ok", "costs most: 100 ms of 390 ms of database time per second")
	})
	grown := calm + weekTransaction(dbWorker, "_get_state_groups_from_groups", 4, 0.2, 6, 0.45)
	t.Run("grown", func(t *testing.T) {
		f := wantOfCheck(t, diagnoseWeek(t, grown, nil, ids), "database-cost", "_get_state_groups_from_groups", "critical", "3.4 times as much now, 1.5 times the calls, 2.2 times the duration")
		if f.value < 2.69 || f.value > 2.71 || f.cause != "database-slow" {
			t.Errorf("%+v", f)
		}
		if f.since == nil || f.since.Before(time.Unix(0, 0).Add((weekBefore-1)*time.Minute)) {
			t.Errorf("since %v, want the start of the range or the change", f.since)
		}
	})
	t.Run("on a full process", func(t *testing.T) {
		full := strings.Replace(grown, weekProcess(dbWorker, dbWholeWorker, 0.3), weekProcess(dbWorker, dbWholeWorker, 0.95), 1) +
			weekCounter(`process_cpu_seconds_total{`+dbWholeWorker+`}`, 59, 59)
		f := wantOfCheck(t, diagnoseWeek(t, full, nil, ids), "database-cost", "_get_state_groups_from_groups", "critical", "100 % of it was measured on processes whose own loop is full")
		if f.cause != "cpu-saturation" || !strings.Contains(f.advice, "Neither PostgreSQL's settings") {
			t.Errorf("%+v", f)
		}
	})
	t.Run("another process is full", func(t *testing.T) {
		other := strings.Replace(grown, weekProcess(dbMainProcess, dbWholeMain, 0.3), weekProcess(dbMainProcess, dbWholeMain, 0.95), 1) +
			weekCounter(`process_cpu_seconds_total{`+dbWholeMain+`}`, 59, 59)
		if f := wantOfCheck(t, diagnoseWeek(t, other, nil, ids), "database-cost", "_get_state_groups_from_groups", "critical", ""); f.cause != "database-slow" {
			t.Errorf("caused by %s", f.cause)
		}
	})
	t.Run("a fresh restart", func(t *testing.T) {
		young := strings.Replace(grown, weekGauge(`process_start_time_seconds{`+dbWholeWorker+`}`, -100_000, -100_000),
			weekGauge(`process_start_time_seconds{`+dbWholeWorker+`}`, -100_000, (weekEnd-30)*60), 1)
		wantOfCheck(t, diagnoseWeek(t, young, nil, ids), "database-cost", "_get_state_groups_from_groups", "warning", "50 % of the processes started within the last two hours")
	})
	t.Run("older names", func(t *testing.T) {
		old := strings.NewReplacer("transaction_time_count_total", "transaction_time_count", "transaction_time_sum_total", "transaction_time_sum").Replace(grown)
		wantOfCheck(t, diagnoseWeek(t, old, nil, ids), "database-cost", "_get_state_groups_from_groups", "critical", "")
	})
	t.Run("two homeservers", func(t *testing.T) {
		two := grown + strings.ReplaceAll(calm, "a.example", "b.example")
		if all := diagnoseWeek(t, two, nil, ids); len(all) != 2 {
			t.Errorf("%+v", all)
		}
	})
	t.Run("no such metric", func(t *testing.T) {
		wantOfCheck(t, diagnoseWeek(t, weekProcess(dbMainProcess, dbWholeMain, 0.3), nil, ids), "database-cost", "", "unknown", "synapse_storage_transaction_time_sum_total")
	})
}

func TestDatabaseChatty(t *testing.T) {
	ids := `["database-chatty"]`
	chatty := weekProcess(dbMainProcess, dbWholeMain, 0.3) + usualWeek(dbMainProcess) + weekTransaction(dbMainProcess, "get_user_by_id", 180, 0.0004, 180, 0.0004)
	cache := func(evicted float64) string {
		labels := dbMainProcess + `,name="get_user_by_id"`
		return weekCounter(`synapse_util_caches_cache{`+labels+`}`, 60*560, 60*560) + weekCounter(`synapse_util_caches_cache_hits{`+labels+`}`, 60*380, 60*380) +
			weekCounter(`synapse_util_caches_cache_evicted_size{`+labels+`,reason="size"}`, 60*evicted, 60*evicted) +
			weekCounter(`synapse_util_caches_cache_evicted_size{`+labels+`,reason="invalidation"}`, 60, 60) +
			weekGauge(`synapse_util_caches_cache_max_size{`+labels+`}`, 500, 500) + weekGauge(`synapse_util_caches_cache_size{`+labels+`}`, 500, 500)
	}
	f := wantOfCheck(t, diagnoseWeek(t, chatty+cache(120), nil, ids), "database-chatty", "get_user_by_id", "warning", "180 times per second within the last hour, 79 % of all calls, at 0.4 ms each")
	if f.cause != "cache-undersized" || !strings.Contains(f.evidence, "misses 180 times per second and drops 120 entries") {
		t.Errorf("%+v", f)
	}
	f = wantOfCheck(t, diagnoseWeek(t, chatty+cache(1), nil, ids), "database-chatty", "get_user_by_id", "warning", "")
	if f.cause != "" || !strings.Contains(f.advice, "a larger one would not help") {
		t.Errorf("%+v", f)
	}
	wantOfCheck(t, diagnoseWeek(t, weekProcess(dbMainProcess, dbWholeMain, 0.3)+usualWeek(dbMainProcess), nil, ids), "database-chatty", "", "ok", "of all 47 calls")
}

func TestCacheUndersized(t *testing.T) {
	ids := `["cache-undersized"]`
	cache := func(name string, requests, hits, evicted, size float64) string {
		labels := dbWorker + `,name="` + name + `"`
		return weekCounter(`synapse_util_caches_cache{`+labels+`}`, 60*requests, 60*requests) + weekCounter(`synapse_util_caches_cache_hits{`+labels+`}`, 60*hits, 60*hits) +
			weekCounter(`synapse_util_caches_cache_evicted_size{`+labels+`,reason="size"}`, 60*evicted, 60*evicted) +
			weekCounter(`synapse_util_caches_cache_evicted_size{`+labels+`,reason="invalidation"}`, 0.6, 0.6) +
			weekGauge(`synapse_util_caches_cache_max_size{`+labels+`}`, size, size) + weekGauge(`synapse_util_caches_cache_size{`+labels+`}`, size, size)
	}
	base := weekProcess(dbWorker, dbWholeWorker, 0.3)
	small, scan, roomy := cache("get_users_in_room", 100, 80, 15, 500), cache("get_applicable_edit", 60, 0.5, 59, 500), cache("get_device", 50, 40, 0.2, 500)
	ttl := func(o *query.Options) { o.CacheEntryTTL = 30 * time.Minute }
	all := diagnoseWeek(t, base+small+scan+roomy, ttl, ids)
	wantOfCheck(t, all, "cache-undersized", "get_users_in_room", "warning", "20 of 20 misses per second")
	wantOfCheck(t, all, "cache-undersized", "get_applicable_edit", "info", "misses per second may be avoidable")
	if len(all) != 2 {
		t.Errorf("%+v", all)
	}
	wantOfCheck(t, diagnoseWeek(t, base+roomy, ttl, ids), "cache-undersized", "", "ok", "1 cache evicted entries")
	wantOfCheck(t, diagnoseWeek(t, base+small, func(o *query.Options) { o.CacheAutotuning = true }, ids), "cache-undersized", "get_users_in_room", "info", "15 entries per second")
	young := strings.Replace(base, weekGauge(`process_start_time_seconds{`+dbWholeWorker+`}`, -100_000, -100_000),
		weekGauge(`process_start_time_seconds{`+dbWholeWorker+`}`, -100_000, (weekEnd-30)*60), 1)
	wantOfCheck(t, diagnoseWeek(t, young+small, ttl, ids), "cache-undersized", "", "ok", "Not judged")
	wantOfCheck(t, diagnoseWeek(t, base, ttl, ids), "cache-undersized", "", "unknown", "synapse_util_caches_cache_evicted_size")
	grown := strings.ReplaceAll(small, weekGauge(`synapse_util_caches_cache_max_size{`+dbWorker+`,name="get_users_in_room"}`, 500, 500),
		weekGauge(`synapse_util_caches_cache_max_size{`+dbWorker+`,name="get_users_in_room"}`, 250, 500))
	wantOfCheck(t, diagnoseWeek(t, base+grown, ttl, ids), "cache-undersized", "get_users_in_room", "info", "from 250 to 500 entries")
}

func TestDatabaseSlow(t *testing.T) {
	ids := `["database-slow"]`
	scaled := func(labels string, calls, times float64) string {
		return weekTransaction(labels, "persist_events", 2, 0.05, 2*calls, 0.05*times) + weekTransaction(labels, "get_users_in_room", 20, 0.002, 20*calls, 0.002*times) +
			weekTransaction(labels, "do_fetch", 10, 0.01, 10*calls, 0.01*times) + weekTransaction(labels, "get_device", 5, 0.01, 5*calls, 0.01*times) +
			weekTransaction(labels, "insert_client_ip", 10, 0.01, 10*calls, 0.01*times)
	}
	quiet, full := weekProcess(dbMainProcess, dbWholeMain, 0.3), weekProcess(dbMainProcess, dbWholeMain, 0.9)
	for name, test := range map[string]struct {
		series, subject, severity, evidence, advice string
	}{
		"as always":           {quiet + scaled(dbMainProcess, 1, 1) + weekStatements(dbMainProcess, 0.001, 0.002, 0.001, 0.002), "", "ok", "takes 1 times as long", ""},
		"(a) PostgreSQL":      {quiet + scaled(dbMainProcess, 1, 4) + weekStatements(dbMainProcess, 0.001, 0.002, 0.004, 0.008), "", "critical", "5 of 5 transactions take at least 1.5 times as long", "Reading and writing both"},
		"(a) writing only":    {quiet + scaled(dbMainProcess, 1, 2) + weekStatements(dbMainProcess, 0.001, 0.002, 0.001, 0.008), "", "warning", "one SELECT takes 1 times and one INSERT 4 times as long", "Writing became slow"},
		"(b) full processes":  {full + scaled(dbMainProcess, 1, 4) + weekStatements(dbMainProcess, 0.001, 0.002, 0.004, 0.008), "", "info", "Processes whose event loop was busy for more than 70 % of the hour: 1.", "processor time first"},
		"(c) one transaction": {quiet + scaled(dbMainProcess, 1, 1) + weekTransaction(dbMainProcess, "get_rooms", 10, 0.01, 10, 0.05) + weekStatements(dbMainProcess, 0.001, 0.002, 0.001, 0.002), "get_rooms", "warning", "5 times as long as a week ago (10 ms)", "statistics"},
		"(d) more calls":      {quiet + scaled(dbMainProcess, 2, 1) + weekStatements(dbMainProcess, 0.001, 0.002, 0.001, 0.002), "", "info", "94 calls per second, 2 times as many", "who asks"},
		"too little":          {quiet + weekTransaction(dbMainProcess, "do_fetch", 1, 0.01, 1, 0.09), "", "ok", "too little to judge", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := wantOfCheck(t, diagnoseWeek(t, test.series, nil, ids), "database-slow", test.subject, test.severity, test.evidence)
			if !strings.Contains(f.advice, test.advice) {
				t.Errorf("advice %q, want %q", f.advice, test.advice)
			}
		})
	}
}

// TestDatabaseSlowWithoutHistory: a Prometheus that was set up yesterday tells nothing about last week.
func TestDatabaseSlowWithoutHistory(t *testing.T) {
	new := func(series string) string {
		lines := strings.Split(strings.TrimRight(series, "\n"), "\n")
		for i, line := range lines {
			before, now, _ := strings.Cut(line, fmt.Sprintf("x%d ", weekBefore))
			lines[i] = before[:strings.LastIndex(before, " ")] + fmt.Sprintf(" _x%d ", weekBefore+1) + now
		}
		return strings.Join(lines, "\n") + "\n"
	}
	series := new(weekProcess(dbMainProcess, dbWholeMain, 0.3) + usualWeek(dbMainProcess))
	wantOfCheck(t, diagnoseWeek(t, series, nil, `["database-slow"]`), "database-slow", "", "unknown", "no data of the same hour a week ago")
	wantOfCheck(t, diagnoseWeek(t, series, nil, `["database-cost"]`), "database-cost", "", "ok", "costs most")
}

// TestDatabaseCostAfterAWeek: a Prometheus that was set up in the hour to compare with has seen too little of it.
func TestDatabaseCostAfterAWeek(t *testing.T) {
	constant := weekProcess(dbMainProcess, dbWholeMain, 0.3) + usualWeek(dbMainProcess) + weekTransaction(dbMainProcess, "do_refresh", 20, 0.05, 20, 0.05) +
		weekTransaction(dbMainProcess, "do_count", 20, 0.05, 20, 0.05)
	late := strings.ReplaceAll(constant, "} ", fmt.Sprintf("} _x%d ", weekEnd-7*24*60-15))
	wantOfCheck(t, diagnoseWeek(t, late, nil, `["database-cost"]`), "database-cost", "", "ok", "costs most")
}

func TestDatabasePool(t *testing.T) {
	ids := `["database-pool"]`
	pool := func(labels string, working, size float64) string {
		return weekGauge(`synapse_threadpool_working_threads{`+labels+`,name="database-master"}`, working, working) +
			weekGauge(`synapse_threadpool_max_threads{`+labels+`,name="database-master"}`, size, size) +
			weekGauge(`synapse_threadpool_total_threads{`+labels+`,name="database-master"}`, size, size) +
			weekGauge(`synapse_threadpool_max_threads{`+labels+`,name="default"}`, 10, 10)
	}
	waiting := func(series, labels string) string {
		return strings.Replace(series, weekCounter(`synapse_storage_schedule_time_bucket{`+labels+`,le="0.1"}`, 6000, 6000),
			weekCounter(`synapse_storage_schedule_time_bucket{`+labels+`,le="0.1"}`, 6000, 5400), 1)
	}
	calm := weekProcess(dbMainProcess, dbWholeMain, 0.3) + weekProcess(dbWorker, dbWholeWorker, 0.3)
	wantOfCheck(t, diagnoseWeek(t, calm+pool(dbMainProcess, 1, 10)+pool(dbWorker, 1, 10), nil, ids), "database-pool", "", "ok", "0 % took more than 100 ms")
	f := wantOfCheck(t, diagnoseWeek(t, waiting(calm, dbWorker)+pool(dbMainProcess, 1, 10)+pool(dbWorker, 9.8, 10), nil, ids), "database-pool", "worker/1", "critical",
		"10 % of 90000 transactions of worker/1 waited more than 100 ms for a connection within 15 minutes; on average 98 % of its 10 connections")
	if !strings.Contains(f.advice, "may open 20 connections together") || f.cause != "" {
		t.Errorf("%+v", f)
	}
	wantOfCheck(t, diagnoseWeek(t, waiting(calm, dbWorker)+pool(dbMainProcess, 1, 10)+pool(dbWorker, 8.5, 10), nil, ids), "database-pool", "worker/1", "warning", "85 % of its 10 connections")
	wantOfCheck(t, diagnoseWeek(t, waiting(calm, dbWorker)+pool(dbMainProcess, 1, 10)+pool(dbWorker, 3, 10), nil, ids), "database-pool", "", "ok", "10 % took more than 100 ms, with 30 % of its connections in use")
	busy := strings.Replace(waiting(calm, dbWorker), weekCounter(`python_twisted_reactor_tick_time_sum{`+dbWholeWorker+`}`, 18, 18),
		weekCounter(`python_twisted_reactor_tick_time_sum{`+dbWholeWorker+`}`, 18, 57), 1) + weekCounter(`process_cpu_seconds_total{`+dbWholeWorker+`}`, 59, 59)
	f = wantOfCheck(t, diagnoseWeek(t, busy+pool(dbMainProcess, 1, 10)+pool(dbWorker, 9.8, 10), nil, ids), "database-pool", "worker/1", "info", "its loop was busy 95 %")
	if f.cause != "cpu-saturation" || strings.Contains(f.advice, "cp_max") {
		t.Errorf("%+v", f)
	}
	wantOfCheck(t, diagnoseWeek(t, calm+pool(dbMainProcess, 1, 10), nil, `["database-connections"]`), "database-connections", "", "unknown",
		"The connection pools of 1 process may open 10 connections together, up to 10 each, and have 10 threads for them so far. How many PostgreSQL allows is not known: PostgreSQL is not configured")
}

func TestBackgroundUpdates(t *testing.T) {
	ids := `["background-updates"]`
	status := func(labels string, before, now float64) string {
		return weekGauge(`synapse_background_update_status{`+labels+`,database_name="master"}`, before, now)
	}
	base := weekProcess(dbMainProcess, dbWholeMain, 0.3) + weekProcess(dbWorker, dbWholeWorker, 0.3)
	for name, test := range map[string]struct{ series, severity, evidence string }{
		"done, 1 on a worker": {status(dbMainProcess, 3, 3) + status(dbWorker, 1, 1), "ok", "No process reports"},
		"aborted":             {status(dbMainProcess, 3, -1) + status(dbWorker, 1, 1), "critical", "status −1, database master"},
		"switched off":        {status(dbMainProcess, 0, 0) + status(dbWorker, 1, 1), "warning", "status 0"},
		"running for hours":   {status(dbMainProcess, 3, 2) + status(dbWorker, 1, 1), "info", "running now"},
		"running for days":    {status(dbMainProcess, 2, 2) + status(dbWorker, 1, 1), "warning", "running 24 hours ago"},
		"not exported":        {"", "unknown", "synapse_background_update_status"},
	} {
		t.Run(name, func(t *testing.T) {
			wantOfCheck(t, diagnoseWeek(t, base+test.series, nil, ids), "background-updates", "", test.severity, test.evidence)
		})
	}
}

func TestCacheMemory(t *testing.T) {
	ids := `["cache-memory"]`
	memory := func(whole string, resident, allocated float64) string {
		text := weekGauge(`process_resident_memory_bytes{`+whole+`}`, resident, resident)
		if allocated > 0 {
			text += weekGauge(`jemalloc_stats_app_memory_bytes{`+whole+`,type="allocated"}`, allocated, allocated) +
				weekGauge(`jemalloc_stats_app_memory_bytes{`+whole+`,type="resident"}`, allocated, allocated)
		}
		return text
	}
	base := weekProcess(dbMainProcess, dbWholeMain, 0.3) + weekProcess(dbWorker, dbWholeWorker, 0.3)
	autotuning := func(o *query.Options) { o.CacheAutotuning = true }
	large := base + memory(dbWholeMain, 4<<30, 1<<30) + memory(dbWholeWorker, 800e6, 100e6)
	wantOfCheck(t, diagnoseWeek(t, large, nil, ids), "cache-memory", "synapse/1", "info", "4 GiB, jemalloc 1 GiB (1 GiB in use)")
	wantOfCheck(t, diagnoseWeek(t, large, autotuning, ids), "cache-memory", "synapse/1", "warning", "4 GiB, jemalloc 1 GiB (1 GiB in use)")
	wantOfCheck(t, diagnoseWeek(t, base+memory(dbWholeMain, 4<<30, 3<<30), nil, ids), "cache-memory", "", "ok", "4 GiB")
	wantOfCheck(t, diagnoseWeek(t, base+memory(dbWholeMain, 4<<30, 0), nil, ids), "cache-memory", "", "info", "1 process without jemalloc: synapse/1")
	wantOfCheck(t, diagnoseWeek(t, base+memory(dbWholeMain, 500e6, 0), nil, ids), "cache-memory", "", "ok", "")
	wantOfCheck(t, diagnoseWeek(t, base+memory(dbWholeMain, 500e6, 0), autotuning, ids), "cache-memory", "", "warning", "")
	wantOfCheck(t, diagnoseWeek(t, base, nil, ids), "cache-memory", "", "unknown", "process_resident_memory_bytes")
}
