package checks

import (
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// dbCase is what was measured on one homeserver and what the first finding must be like. Series are written
// "name label=value …".
type dbCase struct {
	series  map[string]float64
	rows    any
	missing string
	options query.Options

	want    Severity
	subject string
	title   string
	// texts that evidence and advice must hold, separated by |; those of the advice in this order.
	evidence, advice string
	not              string   // what no text may hold
	free             []string // of these causes, among the check's
	count            int      // of findings; 0: one
}

var dbWrites = regexp.MustCompile(`(?i)\b(delete from|insert into|update \w+ set|alter table|drop (table|index)|truncate)\b`)

func dbInput(check Check, c dbCase) Input {
	vectors := map[string]model.Vector{}
	for key, value := range c.series {
		words := strings.Fields(key)
		metric := model.Metric{"server_name": "a.example"}
		for _, word := range words[1:] {
			label, text, _ := strings.Cut(word, "=")
			metric[model.LabelName(label)] = model.LabelValue(text)
		}
		vectors[words[0]] = append(vectors[words[0]], &model.Sample{Metric: metric, Value: model.SampleValue(value)})
	}
	in := NewInput("a.example", time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Where{Scrape: 15 * time.Second}, c.options, check, vectors)
	in.Rows, in.RowsMissing = c.rows, c.missing
	return in
}

func dbJudge(t *testing.T, check Check, c dbCase) []Finding {
	t.Helper()
	found := check.Judge(dbInput(check, c))
	if len(found) != max(1, c.count) {
		t.Fatalf("%d findings: %+v", len(found), found)
	}
	f := found[0]
	if f.Severity != c.want || f.Subject.Key() != c.subject {
		t.Errorf("%s on %q, want %s on %q: %s", f.Severity, f.Subject.Key(), c.want, c.subject, f.Evidence)
	}
	if !strings.Contains(f.Title, c.title) {
		t.Errorf("title %q, want %q", f.Title, c.title)
	}
	for _, text := range strings.Split(c.evidence, "|") {
		if !strings.Contains(f.Evidence, text) {
			t.Errorf("evidence lacks %q: %s", text, f.Evidence)
		}
	}
	rest := f.Advice
	for _, text := range strings.Split(c.advice, "|") {
		_, after, there := strings.Cut(rest, text)
		if !there {
			t.Errorf("advice lacks %q, or not in this order: %s", text, f.Advice)
		}
		rest = after
	}
	for _, f := range found {
		all := f.Title + f.Evidence + f.Advice + f.Remedy
		if dbWrites.MatchString(all) || c.not != "" && strings.Contains(all, c.not) {
			t.Errorf("it must not say so: %s", all)
		}
		if f.Severity > OK && (f.Advice == "" || !strings.ContainsAny(f.Evidence, "0123456789") && f.Subject.Key() != "autovacuum") {
			t.Errorf("no advice, or evidence without a number: %+v", f)
		}
	}
	for _, cause := range check.Causes {
		blocked, want := false, false
		for _, other := range f.NotCausedBy {
			blocked = blocked || other == cause
		}
		for _, other := range c.free {
			want = want || other == cause
		}
		if c.want > OK && blocked == want {
			t.Errorf("may be caused by %s: %t, want %t", cause, !blocked, want)
		}
	}
	return found
}

func dbCases(t *testing.T, check Check, cases map[string]dbCase) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { dbJudge(t, check, c) })
	}
	// What is documented must be complete.
	for _, text := range []string{check.ID, check.Title, check.Meaning, check.Decides, check.Source, check.CannotKnow, check.Unit} {
		if text == "" {
			t.Errorf("%s is not documented: %+v", check.ID, check)
		}
	}
}

// dbWith joins series.
func dbWith(all ...map[string]float64) map[string]float64 {
	joined := map[string]float64{}
	for _, series := range all {
		maps.Copy(joined, series)
	}
	return joined
}

// dbTxn is one transaction: calls per second and the duration of one, now and a week ago.
func dbTxn(desc string, calls, mean, callsBefore, meanBefore float64) map[string]float64 {
	return map[string]float64{
		"cost desc=" + desc: calls * mean, "calls desc=" + desc: calls,
		"costBefore desc=" + desc: callsBefore * meanBefore, "callsBefore desc=" + desc: callsBefore,
	}
}

func TestDatabaseCost(t *testing.T) {
	week := map[string]float64{"before": 3}
	total := func(v float64) map[string]float64 { return map[string]float64{"totalCost": v} }
	grown := dbTxn("get_rooms", 10, 0.25, 10, 0.05)
	dbCases(t, databaseCost, map[string]dbCase{
		"five times last week's": {series: dbWith(week, total(4), grown), want: Critical, subject: "get_rooms", title: "costs more than last week", free: []string{"database-slow"},
			evidence: "2.5 s of database time per second|62 % of the whole|10 calls per second at 250 ms each|5 times as much now, 1 times the calls, 5 times the duration",
			advice:   "See what grew|Don't add or drop indexes"},
		"more than half, as always": {series: dbWith(week, total(4), dbTxn("get_rooms", 10, 0.25, 10, 0.25)), want: Warning, subject: "get_rooms", title: "takes much"},
		"grown by more calls":       {series: dbWith(week, total(4), dbTxn("get_rooms", 10, 0.06, 3, 0.06)), want: Warning, subject: "get_rooms", evidence: "3.3 times the calls, 1 times the duration"},
		"grown, but cheap":          {series: dbWith(week, total(4), dbTxn("get_rooms", 10, 0.021, 1, 0.021)), want: Info, subject: "get_rooms"},
		"new this week":             {series: dbWith(week, total(4), dbTxn("get_rooms", 10, 0.25, 0, 0)), want: Critical, subject: "get_rooms", evidence: "A week ago it cost next to nothing"},
		"on full processes": {series: dbWith(week, total(4), grown, map[string]float64{"onFull desc=get_rooms": 2.2}), want: Critical, subject: "get_rooms",
			free: []string{"cpu-saturation", "database-slow"}, evidence: "88 % of it was measured on processes whose own loop is full", advice: "processor time|Neither PostgreSQL's settings nor a larger connection pool", not: "cp_max"},
		"persist_events leads": {series: dbWith(week, total(1), dbTxn("persist_events", 10, 0.07, 10, 0.07)), want: Info, subject: "persist_events", advice: "normally leads this list"},
		"persist_events slower, rooms with many extremities": {series: dbWith(week, total(4), dbTxn("persist_events", 10, 0.25, 10, 0.1), map[string]float64{"persisted": 36000, "persistedFew": 35000}),
			want: Critical, subject: "persist_events", free: []string{"database-slow", "extremities"}},
		"persist_events more often, rooms with many extremities": {series: dbWith(week, total(4), dbTxn("persist_events", 30, 0.1, 10, 0.1), map[string]float64{"persisted": 36000, "persistedFew": 35000}),
			want: Critical, subject: "persist_events"},
		"housekeeping": {series: dbWith(week, total(4), dbTxn("purge_history", 1, 3, 0, 0)), want: Info, subject: "purge_history", advice: "passes by itself"},
		"behind its cache": {series: dbWith(week, total(4), dbTxn("get_users_in_room", 100, 0.025, 20, 0.025)), want: Critical, subject: "get_users_in_room",
			advice: "The cache get_users_in_room stands before it|only where it drops entries for lack of room"},
		"called a few times": {series: dbWith(week, total(4), map[string]float64{"cost desc=get_rooms": 2.5, "costBefore desc=get_rooms": 0.1, "callsBefore desc=get_rooms": 1}), want: Critical, subject: "get_rooms",
			evidence: "fewer than 100 calls.|25 times as much now."},
		"no data of last week":       {series: dbWith(total(4), grown), want: Warning, subject: "get_rooms", evidence: "no data of the same hour a week ago"},
		"restarted":                  {series: dbWith(week, total(40), grown, map[string]float64{"young": 0.5}), want: OK},
		"one of many restarted":      {series: dbWith(week, total(40), grown, map[string]float64{"young": 0.05}), want: Critical, subject: "get_rooms", free: []string{"database-slow"}},
		"had restarted a week ago":   {series: dbWith(week, total(40), grown, map[string]float64{"youngBefore": 1}), want: OK},
		"spread over many":           {series: dbWith(week, total(2), dbTxn("a", 1, 0.4, 1, 0.4), dbTxn("b", 1, 0.3, 1, 0.3)), want: OK, evidence: "a costs most"},
		"a quiet home":               {series: dbWith(week, total(0.05), dbTxn("a", 1, 0.05, 1, 0.01)), want: OK, evidence: "too little to judge"},
		"no metric":                  {want: Unknown, evidence: "synapse_storage_transaction_time_sum_total"},
		"a threshold of the admin's": {series: dbWith(week, total(4), grown), options: query.Options{Thresholds: map[string]query.Threshold{"database-cost": {Critical: Threshold(3)}}}, want: Warning, subject: "get_rooms", free: []string{"database-slow"}},
	})
}

// TestDatabaseQuestions: few series, every one per homeserver, and no metric that Synapse lacks.
func TestDatabaseQuestions(t *testing.T) {
	known := regexp.MustCompile(`^(synapse_storage_(transaction_time_(sum|count)(_total)?|schedule_time_(bucket|sum|count)|query_time_(sum|count)|events_forward_extremities_persisted_(bucket|count))|` +
		`synapse_util_caches_cache(_hits|_evicted_size|_size|_max_size)?|synapse_threadpool_(max|working|total)_threads|synapse_background_update_status|` +
		`python_twisted_reactor_tick_time_sum|process_start_time_seconds|process_resident_memory_bytes|jemalloc_stats_app_memory_bytes)$`)
	metric := regexp.MustCompile(`\b(synapse|python|process|jemalloc)_[a-z0-9_]+`)
	where := Where{Filters: query.Filters{ServerName: []string{"a.example"}}, Scrape: 15 * time.Second}
	for _, c := range []Check{databaseCost, databaseChatty, databaseSlow, databasePool, databaseConnections, backgroundUpdates, cacheUndersized, cacheMemory} {
		for name, promql := range c.Measures(where) {
			for _, m := range metric.FindAllString(promql, -1) {
				if !known.MatchString(m) {
					t.Errorf("%s asks for %s in %s", c.ID, m, name)
				}
			}
			if !strings.Contains(promql, "by (server_name") || !strings.Contains(promql, `server_name="a.example"`) {
				t.Errorf("%s: %s mixes homeservers or misses the filter: %s", c.ID, name, promql)
			}
		}
	}
}
