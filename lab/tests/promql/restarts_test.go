package promql

import (
	"fmt"
	"strings"
	"testing"
)

// lives is a series of the last six hours with lives of seven minutes after three without a process; before that it is one
// process all the time. each is a life: the first value, or START for its
// time, and what it grows by.
func lives(before, each string) string {
	text := fmt.Sprintf("%s+0x%d ", before, fiveDays-360-1)
	for at := fiveDays - 360; at < fiveDays; at += 10 {
		text += "stale _x1 " + strings.ReplaceAll(each, "START", fmt.Sprint((at+3)*60)) + "x6 "
	}
	return text
}

// A cause is in the minutes before each start, however short the process lives.
func TestCausesOfRestarts(t *testing.T) {
	starting := map[string]string{"process_start_time_seconds": lives("0", "START+0")}
	with := func(more map[string]string) map[string]string {
		all := map[string]string{}
		for _, from := range []map[string]string{starting, more} {
			for name, values := range from {
				all[name] = values
			}
		}
		return all
	}
	for name, c := range map[string]struct {
		series   map[string]string
		evidence string
	}{
		"memory":         {with(map[string]string{"process_resident_memory_bytes": lives("2e9", "2e8+3e8")}), "Its memory was rising before"},
		"small, growing": {with(map[string]string{"process_resident_memory_bytes": lives("2e9", "1e8+2e7")}), ""},
		"event loop":     {with(map[string]string{"python_twisted_reactor_last_seen": lives("0", "5+60")}), "Its event loop was blocked before"},
		"scrapes that time out": {with(map[string]string{"up": timedOut("0", "1"), "scrape_duration_seconds": timedOut("10", "0.1"),
			"python_twisted_reactor_last_seen": ""}), "Its event loop was blocked before"},
		"scrapes that are refused": {with(map[string]string{"up": timedOut("0", "1"), "scrape_duration_seconds": timedOut("0.001", "0.1"),
			"python_twisted_reactor_last_seen": ""}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := diagnoseDays(t, one("a.example", "synapse", "1", c.series), `"restarts"`).want(t, "a.example restarts synapse/1", expected{"critical", 0, ""})
			if !strings.Contains(f.evidence, c.evidence) || c.evidence == "" && strings.Contains(f.evidence, "before") {
				t.Errorf("%q, want %q", f.evidence, c.evidence)
			}
		})
	}
}

// timedOut has one value in the three minutes before each start of those lives, and another one while they last.
func timedOut(before, alive string) string {
	return fmt.Sprintf("%s+0x%d ", alive, fiveDays-360-1) + strings.Repeat(fmt.Sprintf("%s+0x2 %s+0x6 ", before, alive), 36)
}

// An upgrade is no crash, and three restarts of one process in an hour are a warning, four in half an hour critical.
func TestFastRestarts(t *testing.T) {
	starts := func(each int, n int) string {
		text := fmt.Sprintf("0+0x%d ", fiveDays-each*n-1)
		for i := range n {
			text += fmt.Sprintf("%d+0x%d ", (fiveDays-each*(n-i))*60, each-1)
		}
		return text
	}
	versions := func(each int, n int) string {
		text := ""
		for i := range n + 1 {
			begun := fiveDays - each*(n-i+1)
			if i == 0 {
				text += fmt.Sprintf("  synapse_build_info{job=\"synapse\",index=\"1\",instance=\"a.example-synapse:1\",version=\"0\"} 1+0x%d stale\n", fiveDays-each*n-1)
				continue
			}
			text += fmt.Sprintf("  synapse_build_info{job=\"synapse\",index=\"1\",instance=\"a.example-synapse:1\",version=\"%d\"} _x%d 1+0x%d stale\n", i, begun+each, each-1)
		}
		return text
	}
	for name, c := range map[string]struct {
		each, n int
		upgrade bool
		want    string
	}{
		"two in an hour":       {25, 2, false, "ok"},
		"three in an hour":     {18, 3, false, "warning"},
		"four in half an hour": {7, 4, false, "critical"},
		"four upgrades":        {7, 4, true, "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			series := one("a.example", "synapse", "1", map[string]string{"process_start_time_seconds": starts(c.each, c.n)})
			if c.upgrade {
				series += versions(c.each, c.n)
			}
			worst := "ok"
			var evidence string
			for _, f := range diagnoseDays(t, series, `"restarts"`) {
				worst, evidence = f.severity, f.evidence
			}
			if worst != c.want {
				t.Errorf("%s: %s, want %s", worst, evidence, c.want)
			}
		})
	}
}
