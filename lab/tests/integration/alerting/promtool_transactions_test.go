package alerting

import "fmt"

// txn is how a homeserver's transaction goes: its calls, and the seconds that they take, as series.
type txn struct{ desc, calls, seconds string }

// transacting are homeservers whose processes started a day ago.
func transacting(homeservers map[string][]txn) map[string]string {
	series := map[string]string{}
	for server, all := range homeservers {
		series[of("synapse_storage_schedule_time_count", "", server)] = "1x1100"
		series[process("process_start_time_seconds", server)] = "-86400x1100"
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
	expect: []expectation{{at: "3m"}, {"90m", warning, 150}},
}, {
	// It costs so little that nobody counts that.
	check:  "database-chatty",
	series: transacting(map[string][]txn{"a.org": {{"get_user_by_id", "0+9000x120", "0+0.01x120"}}}),
	expect: []expectation{{"90m", warning, 150}},
}}

// Per minute: 36 seconds are 0.6 a second.
var costCases = []promtoolCase{{
	check: "database-cost",
	series: transacting(map[string][]txn{
		"a.org":       {{"get_user_by_id", "0+60x120", "0+36x120"}, {"do_fetch", "0+60x120", "0+24x120"}},
		"normal.org":  {{"persist_events", "0+60x120", "0+36x120"}, {"do_fetch", "0+60x120", "0+24x120"}},
		"house.org":   {{"purge_room", "0+60x120", "0+36x120"}, {"do_fetch", "0+60x120", "0+24x120"}},
		"shared.org":  {{"get_user_by_id", "0+60x120", "0+36x120"}, {"do_fetch", "0+60x120", "0+36x120"}, {"persist_events", "0+60x120", "0+6x120"}},
		"private.org": {{"get_user_by_id", "0+60x120", "0+24x120"}},
	}),
	expect: []expectation{{at: "3m"}, {"90m", warning, 0.6}},
}}

// grown is a counter that gets so much in ten minutes, for six days, and then so much more or less.
func grown(before, now int) string {
	return fmt.Sprintf("0+%dx864 %d+%dx200", before, before*864+now, now)
}

// among adds three transactions that cost as much as ever.
func among(each int, desc string, before, now int) []txn {
	all := []txn{{desc, "0+100x1100", grown(before, now)}}
	for _, other := range []string{"do_fetch", "get_device", "get_receipts"} {
		all = append(all, txn{other, "0+100x1100", grown(each, each)})
	}
	return all
}

// Per ten minutes: 360 seconds are 0.6 a second.
var grownCases = []promtoolCase{{
	check: "database-cost",
	series: func() map[string]string {
		series := transacting(map[string][]txn{
			"a.org":        among(360, "persist_events", 120, 360),
			"less.org":     among(360, "persist_events", 200, 360),
			"part.org":     among(2520, "persist_events", 120, 360),
			"little.org":   among(360, "persist_events", 100, 250),
			"house.org":    among(360, "purge_room", 60, 170), // more than 0.3 a second would be much for a job, too
			"cold.org":     among(360, "persist_events", 120, 360),
			"was-cold.org": among(360, "persist_events", 120, 360),
			"new.org":      among(360, "persist_events", 120, 360),
		})
		series[process("process_start_time_seconds", "cold.org")] = "-86400x1010 606600x89"
		series[process("process_start_time_seconds", "was-cold.org")] = "1800x1100"
		series[of("synapse_storage_schedule_time_count", "", "new.org")] = "_x720 1x380" // nothing is known of the week before
		return series
	}(),
	expect: []expectation{{at: "6d20h"}, {"7d2h", warning, 0.6}},
}, {
	// A week ago it cost nothing.
	check:  "database-cost",
	series: transacting(map[string][]txn{"a.org": among(360, "get_user_by_id", 0, 360)}),
	expect: []expectation{{"7d2h", warning, 0.6}},
}, {
	check:  "database-cost",
	series: transacting(map[string][]txn{"a.org": among(1440, "persist_events", 480, 1440)}),
	expect: []expectation{{"7d2h", critical, 2.4}},
}, {
	// For days nothing has been delivered; before, everything was.
	check: "federation-sending",
	series: map[string]string{
		of("synapse_storage_schedule_time_count", "", "a.org"):                                          "1x1100",
		process("process_start_time_seconds", "a.org"):                                                  "-86400x1100",
		of("synapse_util_metrics_block_count_total", `block_name="_send_new_transaction"`, "a.org"):     "0+100x1100",
		of("synapse_federation_client_sent_transactions_total", "", "a.org"):                            grown(100, 0),
		of("synapse_storage_schedule_time_count", "", "quiet.org"):                                      "1x1100",
		process("process_start_time_seconds", "quiet.org"):                                              "-86400x1100",
		of("synapse_util_metrics_block_count_total", `block_name="_send_new_transaction"`, "quiet.org"): "0+100x1100",
		of("synapse_federation_client_sent_transactions_total", "", "quiet.org"):                        "0+90x1100",
	},
	expect: []expectation{{at: "5d"}, {"7d2h", critical, 1}},
}, {
	// Since yesterday no push notification is accepted; on quiet.org it was never otherwise.
	check: "push",
	series: map[string]string{
		of("synapse_storage_schedule_time_count", "", "a.org"):                     "1x1100",
		process("process_start_time_seconds", "a.org"):                             "-86400x1100",
		of("synapse_http_httppusher_http_pushes_processed_total", "", "a.org"):     grown(100, 0),
		of("synapse_http_httppusher_http_pushes_failed_total", "", "a.org"):        grown(1, 100),
		of("synapse_storage_schedule_time_count", "", "quiet.org"):                 "1x1100",
		process("process_start_time_seconds", "quiet.org"):                         "-86400x1100",
		of("synapse_http_httppusher_http_pushes_processed_total", "", "quiet.org"): "0+10x1100",
		of("synapse_http_httppusher_http_pushes_failed_total", "", "quiet.org"):    "0+100x1100",
	},
	expect: []expectation{{at: "5d"}, {"7d2h", warning, 1}},
}}
