package checks

import "testing"

func TestDatabasePool(t *testing.T) {
	on := func(share, waits, used, busy, uptime float64) map[string]float64 {
		const process = " job=worker index=1 instance=w:1"
		return map[string]float64{"share" + process: share, "waits" + process: waits, "used" + process: used, "size" + process: 10, "pools": 10, "busy" + process: busy, "uptime" + process: uptime}
	}
	const day = 86400
	room := connections{Allowed: 100, Reserved: 3, Limit: -1, Open: 20, Here: 15}
	dbCases(t, databasePool, map[string]dbCase{
		"full pool": {series: on(0.1, 9000, 0.97, 0.4, day), want: Critical, subject: "worker/1", free: []string{"database-slow", "database-cost"},
			evidence: "10 % of 9000 transactions|more than 100 ms|97 % of its 10 connections|busy 40 % of the time", advice: "First find the transactions|may open 10 connections together already|not known", missing: "PostgreSQL is not configured."},
		"not quite full":       {series: on(0.1, 9000, 0.85, 0.4, day), want: Warning, subject: "worker/1", free: []string{"database-slow", "database-cost"}},
		"few waits":            {series: on(0.02, 9000, 0.99, 0.4, day), want: Warning, subject: "worker/1", free: []string{"database-slow", "database-cost"}},
		"room for more":        {series: on(0.1, 9000, 0.97, 0.4, day), rows: room, want: Critical, subject: "worker/1", free: []string{"database-slow", "database-cost"}, advice: "First find|there is room for a larger database.args.cp_max|PostgreSQL allows 97"},
		"no room for more":     {series: on(0.1, 9000, 0.97, 0.4, day), rows: connections{Allowed: 20, Reserved: 3, Limit: -1}, want: Critical, subject: "worker/1", free: []string{"database-slow", "database-cost"}, advice: "There is no room|10 connections together and PostgreSQL allows 17"},
		"a full process":       {series: on(0.1, 9000, 0.97, 0.9, day), rows: room, want: Info, subject: "worker/1", free: []string{"cpu-saturation"}, title: "process that is full", advice: "more connections would not help", not: "cp_max"},
		"waits, but free ones": {series: on(0.1, 9000, 0.3, 0.4, day), want: OK, evidence: "10 % took more than 100 ms, with 30 %"},
		"full, but no waits":   {series: on(0.001, 9000, 0.99, 0.4, day), want: OK},
		"quiet":                {series: on(0.5, 300, 0.99, 0.4, day), want: OK, evidence: "too few to judge"},
		"just started":         {series: on(0.5, 9000, 0.99, 0.4, 300), want: OK},
		"no metric":            {want: Unknown, evidence: "synapse_storage_schedule_time"},
		"buckets not kept":     {series: map[string]float64{"waits job=worker index=1": 9000, "used job=worker index=1": 0.9}, want: Unknown, evidence: "synapse_storage_schedule_time_bucket"},
		"pool not exported":    {series: map[string]float64{"waits job=worker index=1": 9000, "share job=worker index=1": 0.5}, want: Unknown, evidence: "synapse_threadpool_working_threads"},
	})
}
