package checks

import (
	"fmt"
	"testing"
)

func TestDatabaseSlow(t *testing.T) {
	// ten transactions, each 0.05 s/s a week ago; of some takes one so many times as long
	slower := func(times float64, of int, moreCalls float64) map[string]float64 {
		all := map[string]float64{"lastWeek": 3, "totalCost": 2, "wait": 0.001, "waitBefore": 0.001}
		for i := range 10 {
			mean := 0.01
			if i < of {
				mean *= times
			}
			all = together(all, txnSeries(fmt.Sprintf("transaction_%d", i), 5*moreCalls, mean, 5, 0.01))
		}
		return all
	}
	statements := func(selects, inserts float64) map[string]float64 {
		return map[string]float64{"statement verb=SELECT": selects, "statement verb=INSERT": inserts, "statementBefore verb=SELECT": 0.001, "statementBefore verb=INSERT": 0.002}
	}
	same := statements(0.001, 0.002)
	own, any := []string{"database-locks", "postgres-hygiene", "table-growth", "background-updates"}, []string{"database-locks", "cpu-saturation", "postgres-hygiene", "table-growth"}
	taking := append(any, "background-updates")
	judgeCases(t, databaseSlow, map[string]judged{
		"(a) everything":                 {series: together(slower(2, 9, 1), statements(0.002, 0.004)), want: Warning, value: 2, free: own},
		"(a) much slower":                {series: together(slower(4, 10, 1), statements(0.004, 0.008)), want: Critical, value: 4, free: own},
		"(a) writing":                    {series: together(slower(2, 9, 1), statements(0.001, 0.006)), want: Warning, free: own},
		"(a) reading":                    {series: together(slower(2, 9, 1), statements(0.003, 0.002)), want: Warning, free: own},
		"(b) on saturated processes":     {series: together(slower(4, 10, 1), same, map[string]float64{"saturatedProcesses": 2}), want: Info, free: any},
		"(b) no process has time":        {series: together(slower(4, 10, 1), map[string]float64{"saturatedProcesses": 1}), want: Info, free: any},
		"slower, the statements are not": {series: together(slower(4, 10, 1), same), want: Info, free: any},
		"(c) one":                        {series: together(slower(5, 1, 1), same), want: Warning, subject: "transaction_0", value: 5, free: own},
		"(c) on a saturated process":     {series: together(slower(5, 1, 1), same, map[string]float64{"onSaturated desc=transaction_0": 0.25}), want: Info, subject: "transaction_0", free: taking},
		"(c) three at most":              {series: together(slower(5, 5, 1), same), want: Warning, subject: "transaction_0", free: own, count: 3},
		"(c) slower, but cheap":          {series: together(slower(1.9, 1, 1), same), want: OK},
		"(c) maintenance":                {series: together(slower(1, 0, 1), same, txnSeries("_rotate_notifs", 5, 0.05, 5, 0.01)), want: Info, subject: "_rotate_notifs", free: own},
		"(d) more calls":                 {series: together(slower(1, 0, 2), same), want: Info, free: []string{}},
		"(e) waits":                      {series: together(slower(1, 0, 1), same, map[string]float64{"wait": 0.05}), want: Info, free: []string{}},
		"(e) waits on a saturated one":   {series: together(slower(1, 0, 1), same, map[string]float64{"wait": 0.05, "saturatedProcesses": 1}), want: OK},
		"as always":                      {series: together(slower(1, 0, 1), same), want: OK},
		"no data of last week":           {series: map[string]float64{"totalCost": 2, "cost desc=a": 1, "calls desc=a": 5}, want: Unknown},
		"no last week, writing is slow":  {series: map[string]float64{"totalCost": 2, "cost desc=persist_events": 0.9, "calls desc=persist_events": 1}, want: Warning, subject: "persist_events", value: 0.9, unit: "s", free: own},
		"no last week, on a saturated process": {series: map[string]float64{"totalCost": 2, "cost desc=persist_events": 0.9, "calls desc=persist_events": 1, "onSaturated desc=persist_events": 0.8},
			want: Info, subject: "persist_events", unit: "s", free: taking},
		"no last week, small and slow":    {series: map[string]float64{"totalCost": 0.05, "cost desc=persist_events": 0.027, "calls desc=persist_events": 0.03}, want: Warning, subject: "persist_events", unit: "s"},
		"no last week, writing is fine":   {series: map[string]float64{"totalCost": 2, "cost desc=persist_events": 0.05, "calls desc=persist_events": 1}, want: Unknown},
		"restarted":                       {series: together(slower(4, 10, 1), map[string]float64{"coldNow": 1}), want: Unknown},
		"a quiet server":                  {series: map[string]float64{"totalCost": 0.02, "lastWeek": 1}, want: OK},
		"too few transactions to compare": {series: together(map[string]float64{"totalCost": 2, "lastWeek": 1}, txnSeries("a", 5, 0.1, 5, 0.01)), want: OK},
		"no metric":                       {want: Unknown},
	})
}
