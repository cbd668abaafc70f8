package alerting

import (
	"fmt"
	"strings"
)

// restarting is the start time of a process that restarts at these minutes of eight hours.
func restarting(minutes ...int) string {
	var parts []string
	since := 0
	for _, minute := range append(minutes, 8*60) {
		parts = append(parts, fmt.Sprintf("%dx%d", since*60, minute-since-1))
		since = minute
	}
	return strings.Join(parts, " ")
}

// started are the processes of homeservers, by the times at which they started.
func started(homeservers map[string][]string) map[string]string {
	series := map[string]string{}
	for server, starts := range homeservers {
		for i, start := range starts {
			target := fmt.Sprintf(`job="synapse",index="%d",instance="%s:%d"}`, i, server, 9000+i)
			series["process_start_time_seconds{"+target] = start
			series[`synapse_storage_schedule_time_count{server_name="`+server+`",`+target] = "1x480"
		}
	}
	return series
}

var restartCases = []promtoolCase{{
	check: "restarts",
	series: started(map[string][]string{
		// One restarts seven times within an hour, twice of it with the others.
		"a.org": {restarting(10, 20), restarting(10, 20, 25, 30, 35, 40, 45), restarting(10, 20)},
		// All are upgraded and configured anew, one a few times more.
		"upgraded.org": {restarting(10, 20, 30), restarting(10, 20, 30), restarting(10, 20, 30), restarting(10, 20, 30, 40, 50, 60)},
		"pair.org":     {restarting(10, 20, 30), restarting(10, 20, 30, 40, 50, 60)},
		"alone.org":    {restarting(10, 20, 30)},
		// Pods that are replaced come back at other addresses.
		"pods.org": {"0x60 stale", "_x61 3660x60 stale", "_x122 7320x60 stale", "_x183 10980x60 stale", "_x244 14640x236"},
	}),
	expect: []expectation{{at: "25m"}, {"2h", warning, 5}, {at: "7h30m"}},
}, {
	// With many restarts of all of them, no upgrade explains the fourth and later ones.
	check: "restarts",
	series: started(map[string][]string{
		"a.org":     {restarting(5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55), restarting(5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55)},
		"alone.org": {restarting(5, 10, 15)},
	}),
	expect: []expectation{{"2h", critical, 8}},
}, {
	// Where there is one process only, it restarts with no others.
	check:  "restarts",
	series: started(map[string][]string{"a.org": {restarting(10, 20, 30, 40, 50)}}),
	expect: []expectation{{"2h", warning, 5}},
}, {
	// One of two: the median counts one as made with the other.
	check:  "restarts",
	series: started(map[string][]string{"a.org": {restarting(), restarting(10, 20, 30, 40, 50)}}),
	expect: []expectation{{"2h", warning, 4}},
}}
