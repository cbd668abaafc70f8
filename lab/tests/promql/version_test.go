package promql

import (
	"fmt"
	"strings"
	"testing"
)

// build is the version that a process runs, first and in the last minutes.
func build(version string) map[string]string {
	return map[string]string{fmt.Sprintf("synapse_build_info{version=%q}", version): always(1)}
}

// upgraded runs one version until some minutes ago, and another one since.
func upgraded(minutes int) map[string]string {
	return map[string]string{
		`synapse_build_info{version="1.152.0"}`: fmt.Sprintf("1+0x%d stale", fiveDays-minutes),
		`synapse_build_info{version="1.152.1"}`: strings.Repeat("_ ", fiveDays-minutes) + fmt.Sprintf("1+0x%d", minutes),
	}
}

func transactionOf(desc string, seconds float64, more map[string]string) map[string]string {
	more[fmt.Sprintf("server synapse_storage_transaction_time_sum_total{desc=%q}", desc)] = grows(60 * seconds)
	return more
}

func TestVersion(t *testing.T) {
	const first, second = "a.example version", "a.example version #19912"
	mixed := func(with map[string]string) string {
		return one("a.example", "synapse", "1", build("1.152.0")) + one("a.example", "worker", "1", with)
	}
	for name, c := range map[string]struct {
		series, key, severity string
	}{
		"nothing known":           {one("a.example", "synapse", "1", build("1.163.2")), first, "ok"},
		"no sign":                 {one("a.example", "synapse", "1", transactionOf("persist_events", 3, build("1.156.0"))), first, "info"},
		"its sign":                {one("a.example", "synapse", "1", transactionOf("delete_old_sliding_sync_connections", 0.5, build("1.156.0"))), second, "warning"},
		"its sign, fixed":         {one("a.example", "synapse", "1", transactionOf("delete_old_sliding_sync_connections", 0.5, build("1.157.0"))), first, "info"},
		"little of all":           {one("a.example", "synapse", "1", transactionOf("persist_events", 5, transactionOf("delete_old_sliding_sync_connections", 0.5, build("1.156.0")))), first, "info"},
		"two versions for days":   {mixed(build("1.152.1")), first, "info"},
		"a rollout since minutes": {mixed(upgraded(30)), first, "ok"},
		"a rollout, and done":     {one("a.example", "synapse", "1", upgraded(30)) + one("a.example", "worker", "1", upgraded(20)), first, "info"},
	} {
		t.Run(name, func(t *testing.T) {
			diagnoseDays(t, c.series, `"version"`).want(t, c.key, expected{severity: c.severity})
		})
	}
}
