package promql

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// On a server with three hours of data some numbers are too high in any week.
func TestNormsWithoutLastWeek(t *testing.T) {
	const minutes = 180
	transaction := func(name string, calls, seconds float64) string {
		labels := fmt.Sprintf(`{server_name="a.example",job="synapse",index="1",instance="h:1",desc=%q}`, name)
		return fmt.Sprintf("  synapse_storage_transaction_time_count_total%s 0+%[2]gx%[4]d\n  synapse_storage_transaction_time_sum_total%[1]s 0+%[3]gx%[4]d\n", labels, calls, calls*seconds, minutes)
	}
	load := func(sendSeconds float64, transactions ...string) string {
		labels := `{server_name="a.example",job="synapse",index="1",instance="h:1",servlet="RoomSendEventRestServlet",method="PUT",code="200"}`
		return "load 1m\n" + strings.Join(transactions, "") +
			fmt.Sprintf("  synapse_http_server_response_time_seconds_count%[1]s 0+1x%[2]d\n  synapse_http_server_response_time_seconds_sum%[1]s 0+%[3]gx%[2]d\n", labels, minutes, sendSeconds) +
			fmt.Sprintf("  synapse_storage_schedule_time_count{server_name=\"a.example\",job=\"synapse\",index=\"1\",instance=\"h:1\"} 0+10x%d\n", minutes) +
			fmt.Sprintf("  process_start_time_seconds{job=\"synapse\",index=\"1\",instance=\"h:1\"} -9000+0x%d\n", minutes)
	}
	for name, c := range map[string]struct {
		series, check, key, want string
	}{
		"writing is slow":          {load(2, transaction("persist_events", 4, 0.9)), "database-slow", "a.example database-slow persist_events", "warning"},
		"writing is fine":          {load(0.2, transaction("persist_events", 4, 0.05)), "database-slow", "a.example database-slow", "ok"},
		"one explains slow sends":  {load(3, transaction("get_rooms", 2, 1), transaction("x", 2, 0.1)), "database-cost", "a.example database-cost get_rooms", "warning"},
		"one leads, fast sends":    {load(0.1, transaction("get_rooms", 2, 1), transaction("x", 2, 0.1)), "database-cost", "a.example database-cost", "ok"},
		"one leads, explains none": {load(30, transaction("get_rooms", 2, 1), transaction("x", 2, 0.1)), "database-cost", "a.example database-cost", "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			found := diagnose(t, c.series, minutes*time.Minute, settings.Settings{ScrapeInterval: 30 * time.Second}, `"`+c.check+`"`)
			if f := found[c.key]; f.severity != c.want {
				t.Errorf("%+v, want %s", found, c.want)
			}
		})
	}
}
