package checks

import (
	"fmt"
	"testing"
)

func TestDatabaseSlow(t *testing.T) {
	// ten transactions, each 0.05 s/s a week ago
	slower := func(times float64, of int, moreCalls float64) map[string]float64 {
		all := map[string]float64{"before": 3, "totalCost": 2, "wait": 0.001, "waitBefore": 0.001}
		for i := range 10 {
			mean := 0.01
			if i < of {
				mean *= times
			}
			all = dbWith(all, dbTxn(fmt.Sprintf("transaction_%d", i), 5*moreCalls, mean, 5, 0.01))
		}
		return all
	}
	statements := func(selects, inserts float64) map[string]float64 {
		return map[string]float64{"statement verb=SELECT": selects, "statement verb=INSERT": inserts, "statementBefore verb=SELECT": 0.001, "statementBefore verb=INSERT": 0.002}
	}
	same := statements(0.001, 0.002)
	own := []string{"postgres-hygiene", "table-growth"}
	dbCases(t, databaseSlow, map[string]dbCase{
		"(a) everything": {series: dbWith(slower(2, 9, 1), statements(0.002, 0.004)), want: Warning, title: "PostgreSQL itself is slower", free: own,
			evidence: "9 of 10 transactions take at least 1.5 times as long|the middle one, weighted by cost, takes 2 times as long|450 ms of database time per second more|one SELECT takes 2 times and one INSERT 2 times",
			advice:   "Reading and writing both became slow|postgres-hygiene|Synapse's settings don't help", not: "cp_max"},
		"(a) much slower":                 {series: dbWith(slower(4, 10, 1), statements(0.004, 0.008)), want: Critical, title: "PostgreSQL itself", free: own},
		"(a) writing":                     {series: dbWith(slower(2, 9, 1), statements(0.001, 0.006)), want: Warning, free: own, advice: "Writing became slow|disk's write"},
		"(a) reading":                     {series: dbWith(slower(2, 9, 1), statements(0.003, 0.002)), want: Warning, free: own, advice: "Reading became slow|reads from disk"},
		"(b) on full processes":           {series: dbWith(slower(4, 10, 1), same, map[string]float64{"full": 2}), want: Info, title: "on full processes only", free: []string{"cpu-saturation", "postgres-hygiene", "table-growth"}, evidence: "busy for more than 70 % of the hour: 2.", advice: "processor time first|Neither PostgreSQL's settings"},
		"(b) no process has time":         {series: dbWith(slower(4, 10, 1), map[string]float64{"full": 1}), want: Info, title: "on full processes only", free: []string{"cpu-saturation", "postgres-hygiene", "table-growth"}, evidence: "an unknown number of times"},
		"slower, the statements are not":  {series: dbWith(slower(4, 10, 1), same), want: Info, title: "the statements are not", free: []string{"cpu-saturation", "postgres-hygiene", "table-growth"}},
		"(c) one":                         {series: dbWith(slower(5, 1, 1), same), want: Warning, subject: "transaction_0", free: own, evidence: "50 ms each, 5 times as long as a week ago (10 ms)|200 ms of database time per second more|0 of 9 other", advice: "statistics fresh|analyse them is harmless"},
		"(c) on a full process":           {series: dbWith(slower(5, 1, 1), same, map[string]float64{"onFull desc=transaction_0": 0.25}), want: Info, subject: "transaction_0", free: []string{"cpu-saturation", "postgres-hygiene", "table-growth"}, advice: "processor time first"},
		"(c) three at most":               {series: dbWith(slower(5, 5, 1), same), want: Warning, subject: "transaction_0", free: own, count: 3},
		"(c) slower, but cheap":           {series: dbWith(slower(1.9, 1, 1), same), want: OK},
		"(c) housekeeping":                {series: dbWith(slower(1, 0, 1), same, dbTxn("_rotate_notifs", 5, 0.05, 5, 0.01)), want: Info, subject: "_rotate_notifs", free: own},
		"(d) more calls":                  {series: dbWith(slower(1, 0, 2), same), want: Info, title: "Synapse asks more", evidence: "takes 1 times as long|100 calls per second, 2 times as many|transaction_0 (2 times)", advice: "PostgreSQL is not the reason"},
		"(e) waits":                       {series: dbWith(slower(1, 0, 1), same, map[string]float64{"wait": 0.05}), want: Info, title: "wait for a connection", evidence: "rose from 1.0 ms to 50 ms", advice: "database-pool"},
		"(e) waits on a full process":     {series: dbWith(slower(1, 0, 1), same, map[string]float64{"wait": 0.05, "full": 1}), want: OK},
		"as always":                       {series: dbWith(slower(1, 0, 1), same), want: OK, evidence: "as quick as a week ago"},
		"no data of last week":            {series: map[string]float64{"totalCost": 2, "cost desc=a": 1, "calls desc=a": 5}, want: Unknown, evidence: "no data of the same hour a week ago"},
		"restarted":                       {series: dbWith(slower(4, 10, 1), map[string]float64{"young": 1}), want: Unknown, evidence: "100 % of the processes started within the last two hours"},
		"a quiet home":                    {series: map[string]float64{"totalCost": 0.02, "before": 1}, want: OK, evidence: "too little to judge"},
		"too few transactions to compare": {series: dbWith(map[string]float64{"totalCost": 2, "before": 1}, dbTxn("a", 5, 0.1, 5, 0.01)), want: OK, evidence: "Transactions that had 100 calls within the last hour and a week ago: 1, too few"},
		"no metric":                       {want: Unknown, evidence: "synapse_storage_transaction_time_sum_total"},
	})
}
