package alerting

import (
	"fmt"
	"strings"
)

// held is a homeserver's only process every ten minutes: its memory in bytes, its start, the entries of its caches.
type held struct{ memory, start, entries string }

func holding(homeservers map[string]held) map[string]string {
	series := map[string]string{}
	for server, h := range homeservers {
		series[of("synapse_storage_schedule_time_count", "", server)] = "1x600"
		series[process("process_resident_memory_bytes", server)] = h.memory
		series[process("process_start_time_seconds", server)] = h.start
		if h.entries != "" {
			series[of("synapse_util_caches_cache_size", `name="getEvent"`, server)] = h.entries
		}
	}
	return series
}

// life is how a process's memory goes until it restarts: from so many bytes, by so many more in ten minutes.
type life struct{ from, more, steps int }

func lives(all ...life) held {
	var memory, start []string
	now := 0
	for _, l := range append(all, life{500e6, 0, 400}) {
		memory = append(memory, fmt.Sprintf("%d+%dx%d", l.from, l.more, l.steps-1))
		start = append(start, fmt.Sprintf("%dx%d", now*600, l.steps-1))
		now += l.steps
	}
	return held{memory: strings.Join(memory, " "), start: strings.Join(start, " ")}
}

const (
	growing = "1e9+1e6x450 1e9x150" // 14 % of 1 GB a day, until it was mended
	settled = "-86400x600"          // started a day before
	flat    = "1e5x600"
)

var memoryCases = []promtoolCase{{
	check: "memory",
	series: holding(map[string]held{
		"a.org":       {growing, settled, flat},
		"filling.org": {growing, settled, "1e5+50x600"}, // 7 % more entries a day
		"young.org":   {growing, "172800x600", flat},
		"small.org":   {"1e8+1e5x600", settled, flat},
		"once.org":    {"1e9x400 1.3e9x200", settled, flat},
	}),
	expect: []expectation{{at: "1d"}, {"3d", warning, 0}, {at: "4d"}},
}, {
	check:  "memory",
	series: holding(map[string]held{"a.org": {growing, settled, ""}}), // Whether its caches fill is not known.
	expect: []expectation{{"3d", warning, 0}},
}, {
	// Out of memory twice in half a day.
	check: "memory",
	series: holding(map[string]held{
		"a.org":       lives(life{500e6, 100e6, 36}, life{500e6, 100e6, 36}),
		"once.org":    lives(life{500e6, 100e6, 36}),
		"heights.org": lives(life{500e6, 100e6, 36}, life{500e6, 100e6, 20}),
		"keeps.org":   lives(life{3e9, 100e6, 36}, life{5e9, 100e6, 15}, life{5e9, 100e6, 15}),
		"crashes.org": lives(life{500e6, 100e6, 13}, life{500e6, 100e6, 13}, life{500e6, 100e6, 13}),
		// Somebody restarts what did not grow.
		"steady.org": lives(life{4e9, 0, 18}, life{1e9, 0, 18}, life{4e9, 0, 18}, life{1e9, 0, 18}),
	}),
	expect: []expectation{{at: "11h"}, {"14h", critical, 2}, {at: "2d"}},
}}
