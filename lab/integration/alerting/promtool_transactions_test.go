package alerting

// txn is how a homeserver's transaction goes: its calls, and the seconds that they take, as series.
type txn struct{ desc, calls, seconds string }

// transacting are homeservers whose processes started a day ago.
func transacting(homeservers map[string][]txn) map[string]string {
	series := map[string]string{}
	for server, all := range homeservers {
		series[of("synapse_storage_schedule_time_count", "", server)] = "1x120"
		series[process("process_start_time_seconds", server)] = "-86400x120"
		for _, t := range all {
			series[of("synapse_storage_transaction_time_count_total", `desc="`+t.desc+`"`, server)] = t.calls
			series[of("synapse_storage_transaction_time_sum_total", `desc="`+t.desc+`"`, server)] = t.seconds
		}
	}
	return series
}

// Per minute: 9000 calls are 150 a second.
var chattyCases = []promtoolCase{{
	check: "database-chatty",
	series: transacting(map[string][]txn{
		"a.org":      {{"get_user_by_id", "0+9000x120", "0+9x120"}, {"do_fetch", "0+9000x120", "0+90x120"}},
		"cheap.org":  {{"get_user_by_id", "0+9000x120", "0+0.01x120"}, {"do_fetch", "0+36060x120", "0+360x120"}}, // of too many others
		"slow.org":   {{"get_user_by_id", "0+9000x120", "0+54x120"}},                                             // 6 ms each
		"seldom.org": {{"get_user_by_id", "0+5400x120", "0+5x120"}},
		"house.org":  {{"_rotate_notifs", "0+9000x120", "0+9x120"}, {"populate_stats_process_rooms", "0+9000x120", "0+9x120"}},
	}),
	expect: []expectation{{at: "3m"}, {"90m", "Warning", "150"}},
}, {
	// It costs so little that nobody counts that.
	check:  "database-chatty",
	series: transacting(map[string][]txn{"a.org": {{"get_user_by_id", "0+9000x120", "0+0.01x120"}}}),
	expect: []expectation{{"90m", "Warning", "150"}},
}}
