package checks

import "testing"

// txnSeries is one transaction: calls per second and the duration of one, now and a week ago.
func txnSeries(name string, calls, mean, callsBefore, meanBefore float64) map[string]float64 {
	return map[string]float64{
		"cost desc=" + name: calls * mean, "calls desc=" + name: calls,
		"costBefore desc=" + name: callsBefore * meanBefore, "callsBefore desc=" + name: callsBefore,
	}
}

func TestDatabaseCost(t *testing.T) {
	week := map[string]float64{"lastWeek": 3}
	total := func(v float64) map[string]float64 { return map[string]float64{"totalCost": v} }
	grown := txnSeries("get_rooms", 10, 0.25, 10, 0.05)
	extremities := map[string]float64{"persisted": 36000, "persistedFew": 35000}
	own := judged{series: together(week, total(4), grown), want: Warning, subject: "get_rooms", free: []string{"postgres-hygiene", "background-updates", "database-slow"}}
	own.options.Thresholds = overridden("database-cost", 0, 3)
	judgeCases(t, databaseCost, map[string]judged{
		"five times last week's":    {series: together(week, total(4), grown), want: Critical, subject: "get_rooms", value: 2.5, free: []string{"postgres-hygiene", "background-updates", "database-slow"}},
		"more than half, as always": {series: together(week, total(4), txnSeries("get_rooms", 10, 0.25, 10, 0.25)), want: Warning, subject: "get_rooms", free: []string{}},
		"grown by more calls":       {series: together(week, total(4), txnSeries("get_rooms", 10, 0.06, 3, 0.06)), want: Warning, subject: "get_rooms", free: []string{}},
		"grown, but cheap":          {series: together(week, total(4), txnSeries("get_rooms", 10, 0.021, 1, 0.021)), want: Info, subject: "get_rooms"},
		"not grown enough":          {series: together(week, total(4), txnSeries("get_rooms", 10, 0.06, 10, 0.0301)), want: OK},
		"new this week":             {series: together(week, total(4), txnSeries("get_rooms", 10, 0.25, 0, 0)), want: Critical, subject: "get_rooms"},
		"on saturated processes": {series: together(week, total(4), grown, map[string]float64{"onSaturated desc=get_rooms": 2.2}), want: Critical, subject: "get_rooms",
			free: []string{"cpu-saturation", "postgres-hygiene", "background-updates", "database-slow"}},
		"persist_events leads": {series: together(week, total(1), txnSeries("persist_events", 10, 0.07, 10, 0.07)), want: Info, subject: "persist_events", free: []string{}},
		"persist_events slower, rooms with many extremities": {series: together(week, total(4), txnSeries("persist_events", 10, 0.25, 10, 0.1), extremities),
			want: Critical, subject: "persist_events", free: []string{"postgres-hygiene", "extremities", "background-updates", "database-slow"}},
		"persist_events more often, rooms with many extremities": {series: together(week, total(4), txnSeries("persist_events", 30, 0.1, 10, 0.1), extremities),
			want: Critical, subject: "persist_events", free: []string{}},
		"maintenance that lasts": {series: together(week, total(4), txnSeries("purge_history", 1, 0.3, 0, 0), map[string]float64{"lastingMaintenance desc=purge_history": 0.35}),
			want: Warning, subject: "purge_history", value: 0.3, free: []string{"background-updates"}},
		"maintenance that is small": {series: together(week, total(4), txnSeries("purge_history", 1, 0.29, 0, 0), map[string]float64{"lastingMaintenance desc=purge_history": 0.35, "wait": 0.05}), want: Info, subject: "purge_history"},
		"an update, and others wait": {series: together(week, total(4), txnSeries("background_updates", 1, 0.8, 0, 0), map[string]float64{"wait": 0.01}),
			want: Warning, subject: "background_updates", free: []string{"background-updates"}},
		"an update, and saturated processes wait": {series: together(week, total(4), txnSeries("background_updates", 1, 0.8, 0, 0), map[string]float64{"wait": 0.01, "saturatedProcesses": 1}),
			want: Info, subject: "background_updates"},
		"maintenance":      {series: together(week, total(4), txnSeries("purge_history", 1, 3, 0, 0)), want: Info, subject: "purge_history"},
		"behind its cache": {series: together(week, total(4), txnSeries("get_users_in_room", 100, 0.025, 20, 0.025)), want: Critical, subject: "get_users_in_room"},
		"called a few times": {series: together(week, total(4), map[string]float64{"cost desc=get_rooms": 2.5, "costBefore desc=get_rooms": 0.1, "callsBefore desc=get_rooms": 1}),
			want: Critical, subject: "get_rooms", free: []string{}},
		"no data of last week": {series: together(total(4), grown), want: Warning, subject: "get_rooms", free: []string{"postgres-hygiene", "background-updates"}},
		"no last week, most of little, and sends are slow": {series: together(total(0.1), map[string]float64{"cost desc=get_rooms": 0.09, "calls desc=get_rooms": 1, "slowSendSeconds": 0.12}), want: Warning, subject: "get_rooms",
			value: 0.9, unit: "percentunit", free: []string{"postgres-hygiene", "background-updates"}},
		"no last week, most of little, too little for the sends": {series: together(total(0.1), map[string]float64{"cost desc=get_rooms": 0.09, "slowSendSeconds": 2}), want: OK},
		"no last week, most of little, sends are fast":           {series: together(total(0.1), map[string]float64{"cost desc=get_rooms": 0.09}), want: OK},
		"last week is known, most of little":                     {series: together(week, total(0.1), map[string]float64{"cost desc=get_rooms": 0.09, "slowSendSeconds": 0.12}), want: OK},
		"restarted":                                              {series: together(week, total(40), grown, map[string]float64{"coldNow": 0.5}), want: OK},
		"one of many restarted":                                  {series: together(week, total(40), grown, map[string]float64{"coldNow": 0.05}), want: Critical, subject: "get_rooms", free: []string{"postgres-hygiene", "background-updates", "database-slow"}},
		"had restarted a week ago":                               {series: together(week, total(40), grown, map[string]float64{"coldThen": 1}), want: OK},
		"spread over many":                                       {series: together(week, total(2), txnSeries("a", 1, 0.4, 1, 0.4), txnSeries("b", 1, 0.3, 1, 0.3)), want: OK},
		"a quiet server":                                         {series: together(week, total(0.05), txnSeries("a", 1, 0.05, 1, 0.01)), want: OK},
		"no metric":                                              {want: Unknown},
		"a threshold of the admin's":                             own,
	})
}

func TestDatabaseChatty(t *testing.T) {
	on := func(name string, cost, calls, total float64, more map[string]float64) map[string]float64 {
		return together(map[string]float64{"cost desc=" + name: cost, "calls desc=" + name: calls, "totalCalls": total}, more)
	}
	evictions := map[string]float64{"evictions": 90}
	cache := func(name string, evicted, misses float64) map[string]float64 {
		return map[string]float64{"evictions": 90, "evicted name=" + name: evicted, "misses name=" + name: misses}
	}
	judgeCases(t, databaseChatty, map[string]judged{
		"its cache is full":           {series: on("get_user_by_id", 0.07, 180, 400, cache("get_user_by_id", 60, 180)), want: Warning, subject: "get_user_by_id", value: 180, free: []string{"cache-undersized"}},
		"its cache evicts hardly any": {series: on("get_user_by_id", 0.07, 180, 400, cache("get_user_by_id", 0.5, 180)), want: Warning, subject: "get_user_by_id", free: []string{}},
		"another cache is full":       {series: on("get_user_by_id", 0.07, 180, 400, cache("get_device", 60, 60)), want: Warning, subject: "get_user_by_id", free: []string{}},
		"evictions not exported":      {series: on("get_user_by_id", 0.07, 180, 400, nil), want: Warning, subject: "get_user_by_id", free: []string{}},
		"no cache in front of it":     {series: on("simple_select_list", 0.07, 180, 400, evictions), want: Warning, subject: "simple_select_list", free: []string{}},
		"not cheap":                   {series: on("a", 1.8, 180, 400, nil), want: OK},
		"one of many":                 {series: on("a", 0.07, 180, 4000, nil), want: OK},
		"just below the threshold":    {series: on("a", 0.07, 99, 400, nil), want: OK},
		"maintenance":                 {series: on("_rotate_notifs", 0.07, 180, 400, nil), want: OK},
		"a small server":              {series: map[string]float64{"totalCalls": 4, "calls desc=a": 3}, want: OK},
		"the metric is there":         {series: map[string]float64{"totalCalls": 40}, want: OK},
		"no metric":                   {want: Unknown},
	})
}
