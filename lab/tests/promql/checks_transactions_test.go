package promql

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const groupsFromGroups = "_get_state_groups_from_groups"

func TestDatabaseCost(t *testing.T) {
	calm := weekProcess(dbMainProcess, dbWholeMain, 0.3) + weekProcess(dbWorker, dbWholeWorker, 0.3) + usualWeek(dbMainProcess)
	grown := calm + weekTransaction(dbWorker, groupsFromGroups, 4, 0.2, 6, 0.45)
	full := func(labels, whole string) string { // one process is
		return strings.Replace(grown, weekProcess(labels, whole, 0.3), weekProcess(labels, whole, 0.95), 1) + weekCounter(`process_cpu_seconds_total{`+whole+`}`, 59, 59)
	}
	const was, just = -100_000, (weekEnd - 30) * 60
	start := `process_start_time_seconds{` + dbWholeWorker + `}`
	for name, c := range map[string]struct {
		series, subject string
		want            expected
	}{
		"as always":               {calm, "", expected{"ok", 0, ""}},
		"grown":                   {grown, " " + groupsFromGroups, expected{"critical", 2.7, "database-slow"}},
		"on a full process":       {full(dbWorker, dbWholeWorker), " " + groupsFromGroups, expected{"critical", 2.7, "cpu-saturation"}},
		"another process is full": {full(dbMainProcess, dbWholeMain), " " + groupsFromGroups, expected{"critical", 2.7, "database-slow"}},
		"a fresh restart":         {strings.Replace(grown, weekGauge(start, was, was), weekGauge(start, was, just), 1), " " + groupsFromGroups, expected{"warning", 2.7, ""}},
		"older names": {strings.NewReplacer("transaction_time_count_total", "transaction_time_count", "transaction_time_sum_total", "transaction_time_sum").Replace(grown),
			" " + groupsFromGroups, expected{"critical", 2.7, "database-slow"}},
		"no such metric": {weekProcess(dbMainProcess, dbWholeMain, 0.3), "", expected{"unknown", 0, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			f := diagnoseWeek(t, c.series, nil, `"database-cost"`).want(t, "a.example database-cost"+c.subject, c.want)
			if change := time.Unix(0, 0).Add((weekBefore - 1) * time.Minute); c.subject != "" && (f.since == nil || f.since.Before(change)) {
				t.Errorf("since %v, want the start of the range or the change", f.since)
			}
		})
	}
	two := diagnoseWeek(t, grown+strings.ReplaceAll(calm, "a.example", "b.example"), nil, `"database-cost"`)
	two.wantOnly(t, map[string]expected{
		"a.example database-cost " + groupsFromGroups: {"critical", 2.7, "database-slow"}, "b.example database-cost": {"ok", 0, ""},
	})
}

func TestDatabaseChatty(t *testing.T) {
	base := weekProcess(dbMainProcess, dbWholeMain, 0.3) + usualWeek(dbMainProcess)
	chatty := base + weekTransaction(dbMainProcess, "get_user_by_id", 180, 0.0004, 180, 0.0004)
	cache := func(evicted float64) string {
		return weekCache(dbMainProcess, "get_user_by_id", 560, 380, evicted, 500)
	}
	const key = "a.example database-chatty get_user_by_id"
	diagnoseWeek(t, chatty+cache(120), nil, `"database-chatty"`).want(t, key, expected{"warning", 180, "cache-undersized"})
	diagnoseWeek(t, chatty+cache(1), nil, `"database-chatty"`).want(t, key, expected{"warning", 180, ""})
	diagnoseWeek(t, base, nil, `"database-chatty"`).wantOnly(t, map[string]expected{"a.example database-chatty": {"ok", 0, ""}})
}

func TestDatabaseSlow(t *testing.T) {
	scaled := func(labels string, calls, times float64) string {
		return weekTransaction(labels, "persist_events", 2, 0.05, 2*calls, 0.05*times) + weekTransaction(labels, "get_users_in_room", 20, 0.002, 20*calls, 0.002*times) +
			weekTransaction(labels, "do_fetch", 10, 0.01, 10*calls, 0.01*times) + weekTransaction(labels, "get_device", 5, 0.01, 5*calls, 0.01*times) +
			weekTransaction(labels, "insert_client_ip", 10, 0.01, 10*calls, 0.01*times)
	}
	quiet, full := weekProcess(dbMainProcess, dbWholeMain, 0.3), weekProcess(dbMainProcess, dbWholeMain, 0.9)
	for name, test := range map[string]struct {
		series, subject string
		want            expected
	}{
		"as always":           {quiet + scaled(dbMainProcess, 1, 1) + weekStatements(dbMainProcess, 0.001, 0.002, 0.001, 0.002), "", expected{"ok", 0, ""}},
		"(a) PostgreSQL":      {quiet + scaled(dbMainProcess, 1, 4) + weekStatements(dbMainProcess, 0.001, 0.002, 0.004, 0.008), "", expected{"critical", 4, ""}},
		"(a) writing only":    {quiet + scaled(dbMainProcess, 1, 2) + weekStatements(dbMainProcess, 0.001, 0.002, 0.001, 0.008), "", expected{"warning", 2, ""}},
		"(b) full processes":  {full + scaled(dbMainProcess, 1, 4) + weekStatements(dbMainProcess, 0.001, 0.002, 0.004, 0.008), "", expected{"info", 4, ""}},
		"(c) one transaction": {quiet + scaled(dbMainProcess, 1, 1) + weekTransaction(dbMainProcess, "get_rooms", 10, 0.01, 10, 0.05) + weekStatements(dbMainProcess, 0.001, 0.002, 0.001, 0.002), " get_rooms", expected{"warning", 5, ""}},
		"(d) more calls":      {quiet + scaled(dbMainProcess, 2, 1) + weekStatements(dbMainProcess, 0.001, 0.002, 0.001, 0.002), "", expected{"info", 1, ""}},
		"too little":          {quiet + weekTransaction(dbMainProcess, "do_fetch", 1, 0.01, 1, 0.09), "", expected{"ok", 0, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			diagnoseWeek(t, test.series, nil, `"database-slow"`).wantOnly(t, map[string]expected{"a.example database-slow" + test.subject: test.want})
		})
	}
}

// TestDatabaseSlowWithoutHistory: a Prometheus that was set up yesterday tells nothing about last week.
func TestDatabaseSlowWithoutHistory(t *testing.T) {
	fresh := func(series string) string {
		lines := strings.Split(strings.TrimRight(series, "\n"), "\n")
		for i, line := range lines {
			before, now, _ := strings.Cut(line, fmt.Sprintf("x%d ", weekBefore))
			lines[i] = before[:strings.LastIndex(before, " ")] + fmt.Sprintf(" _x%d ", weekBefore+1) + now
		}
		return strings.Join(lines, "\n") + "\n"
	}
	series := fresh(weekProcess(dbMainProcess, dbWholeMain, 0.3) + usualWeek(dbMainProcess))
	diagnoseWeek(t, series, nil, `"database-slow", "database-cost"`).wantOnly(t, map[string]expected{
		"a.example database-slow": {"unknown", 0, ""}, "a.example database-cost": {"ok", 0, ""},
	})
}

// TestDatabaseCostAfterAWeek: a Prometheus that was set up in the hour to compare with has seen too little of it.
func TestDatabaseCostAfterAWeek(t *testing.T) {
	constant := weekProcess(dbMainProcess, dbWholeMain, 0.3) + usualWeek(dbMainProcess) + weekTransaction(dbMainProcess, "do_refresh", 20, 0.05, 20, 0.05) +
		weekTransaction(dbMainProcess, "do_count", 20, 0.05, 20, 0.05)
	late := strings.ReplaceAll(constant, "} ", fmt.Sprintf("} _x%d ", weekEnd-7*24*60-15))
	diagnoseWeek(t, late, nil, `"database-cost"`).wantOnly(t, map[string]expected{"a.example database-cost": {"ok", 0, ""}})
}
