package promql

import (
	"fmt"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// SQLite begins its transactions itself and never sets anything; a pool of one connection on PostgreSQL is none.
func TestSQLite(t *testing.T) {
	process := func(index string, wait float64, verbs ...string) string {
		labels := fmt.Sprintf(`server_name="a.example",job="synapse",index=%q,instance="m:%s"`, index, index)
		text := fmt.Sprintf("  process_start_time_seconds{job=\"synapse\",index=%q,instance=\"m:%s\"} -100000+0x180\n", index, index) +
			fmt.Sprintf("  synapse_storage_schedule_time_count{%s} 0+60x180\n  synapse_storage_schedule_time_sum{%s} 0+%gx180\n", labels, labels, 60*wait) +
			fmt.Sprintf("  synapse_threadpool_max_threads{name=\"database-master\",%s} 1+0x180\n", labels)
		for _, verb := range append(verbs, "SELECT") {
			text += fmt.Sprintf("  synapse_storage_query_time_count{verb=%q,%s} 0+100x180\n", verb, labels)
		}
		return text
	}
	for name, c := range map[string]struct{ series, want string }{
		"PostgreSQL, a pool of one":  {process("1", 3, "SET", "SHOW"), "ok"},
		"a database of both kinds":   {process("1", 3, "SET", "BEGIN"), "ok"},
		"SQLite":                     {process("1", 0.01, "BEGIN"), "info"},
		"SQLite, outgrown":           {process("1", 0.6, "BEGIN"), "warning"},
		"SQLite and a second worker": {process("1", 0.01, "BEGIN", "PRAGMA") + process("2", 0.01, "BEGIN"), "critical"},
	} {
		t.Run(name, func(t *testing.T) {
			found := diagnose(t, "load 1m\n"+c.series, 180*time.Minute, settings.Settings{ScrapeInterval: time.Minute}, `"sqlite"`).first()
			if found.severity != c.want {
				t.Errorf("%s: %s, want %s", found.severity, found.evidence, c.want)
			}
		})
	}
}
