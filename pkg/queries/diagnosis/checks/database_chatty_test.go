package checks

import "testing"

func TestDatabaseChatty(t *testing.T) {
	user := map[string]float64{"cost desc=get_user_by_id": 0.07, "calls desc=get_user_by_id": 180, "totalCalls": 400, "counted": 90}
	evicting := map[string]float64{"evicted name=get_user_by_id": 60, "misses name=get_user_by_id": 180}
	dbCases(t, databaseChatty, map[string]dbCase{
		"its cache is full": {series: dbWith(user, evicting), want: Warning, subject: "get_user_by_id", free: []string{"cache-undersized"},
			evidence: "180 times per second|45 % of all calls|0.4 ms each|misses 180 times per second and drops 60 entries", advice: "cache get_user_by_id is full|one step|See what asks it"},
		"its cache drops next to nothing for lack of room": {series: dbWith(user, map[string]float64{"evicted name=get_user_by_id": 2, "misses name=get_user_by_id": 180}),
			want: Warning, subject: "get_user_by_id", advice: "See what asks it|a larger one would not help"},
		"another cache is full": {series: dbWith(user, map[string]float64{"evicted name=get_device": 60, "misses name=get_device": 60}), want: Warning, subject: "get_user_by_id", advice: "would not help"},
		"evictions not exported": {series: map[string]float64{"cost desc=get_user_by_id": 0.07, "calls desc=get_user_by_id": 180, "totalCalls": 400}, want: Warning, subject: "get_user_by_id",
			advice: "whether it is too small is not known"},
		"no cache before it": {series: map[string]float64{"cost desc=simple_select_list": 0.07, "calls desc=simple_select_list": 180, "totalCalls": 400, "counted": 90}, want: Warning, subject: "simple_select_list",
			advice: "No cache is known"},
		"not cheap":       {series: map[string]float64{"cost desc=a": 1.8, "calls desc=a": 180, "totalCalls": 400}, want: OK, evidence: "No cheap transaction makes more than 100"},
		"one of many":     {series: map[string]float64{"cost desc=a": 0.07, "calls desc=a": 180, "totalCalls": 4000}, want: OK},
		"housekeeping":    {series: map[string]float64{"cost desc=_rotate_notifs": 0.07, "calls desc=_rotate_notifs": 180, "totalCalls": 400}, want: OK},
		"a home":          {series: map[string]float64{"totalCalls": 4, "calls desc=a": 3}, want: OK, evidence: "4 database transactions per second in all: too few"},
		"metric is there": {series: map[string]float64{"totalCalls": 40}, want: OK},
		"no metric":       {want: Unknown, evidence: "synapse_storage_transaction_time_count_total"},
	})
}
