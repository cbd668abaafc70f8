package promql

import (
	"strings"
	"testing"
)

// inTurn has one value and the other at every second scrape, as where two targets have the same labels.
func inTurn(one, other string) string { return strings.Repeat(one+" "+other+" ", fiveDays/2) }

// Two workers behind one address: nothing is judged, least of all by rates of counters that fall at every second scrape.
func TestProcessesWithTheSameLabels(t *testing.T) {
	mixed := map[string]string{
		"process_start_time_seconds": inTurn("-400000", "-300000"), "process_cpu_seconds_total": inTurn("90000", "70000"),
		"python_twisted_reactor_tick_time_sum": inTurn("90000", "70000"), "server synapse_storage_schedule_time_count": inTurn("90000", "70000"),
	}
	diagnoseDays(t, one("a.example", "synapse", "1", nil)+one("a.example", "worker", "", mixed)+one("b.example", "synapse", "1", nil), `"reactor-lag"`).wantOnly(t, map[string]expected{
		"a.example reactor-lag": {"unknown", 0, ""}, "b.example reactor-lag": {"ok", 0, ""},
	})
	// A process that starts at each scrape starts later each time.
	crashing := map[string]string{"process_start_time_seconds": "0+60x7200"}
	diagnoseDays(t, one("a.example", "synapse", "1", crashing), `"reactor-lag"`).wantOnly(t, map[string]expected{"a.example reactor-lag": {"ok", 0, ""}})
}
