package promql

import (
	"fmt"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// A sender's transactions, a sample a minute, for eight days and then for half an hour and more.
func TestFederationSending(t *testing.T) {
	const now = 40
	sender := func(triedBefore, sentBefore, tried, sent float64, queue string) string {
		labels := `job="synapse",index="1",instance="host:9001",server_name="a.example"`
		text := servedBy("1", nil) + fmt.Sprintf("  synapse_util_metrics_block_count_total{block_name=\"_send_new_transaction\",%s} %s\n", labels, turning(triedBefore, tried, now))
		if sentBefore+sent > 0 {
			text += fmt.Sprintf("  synapse_federation_client_sent_transactions_total{%s} %s\n", labels, turning(sentBefore, sent, now))
		}
		return text + fmt.Sprintf("  synapse_federation_transaction_queue_pending_pdus{%s} %s\n", labels, queue)
	}
	// What a queue holds until the end, and how it changes each minute from then on.
	queue := func(held, change float64) string {
		return fmt.Sprintf("%g+0x%d %g%+gx%d", held, trafficDays-now, held, change, now-1)
	}
	empty := queue(0, 0)
	young := fmt.Sprintf("  synapse_storage_schedule_time_count{job=\"synapse\",index=\"1\",instance=\"host:9001\",server_name=\"a.example\"} 0+100x%[1]d\n  process_start_time_seconds{job=\"synapse\",index=\"1\",instance=\"host:9001\"} %[2]d+0x%[1]d\n"+
		"  synapse_util_metrics_block_count_total{block_name=\"_send_new_transaction\",job=\"synapse\",index=\"1\",instance=\"host:9001\",server_name=\"a.example\"} 0+20x%[1]d\n", trafficDays, 60*(trafficDays-20))
	for name, c := range map[string]struct{ series, want string }{
		"healthy":               {sender(20, 18, 20, 18, empty), "ok"},
		"most fail":             {sender(20, 18, 20, 2, empty), "warning"},
		"all fail":              {sender(20, 18, 20, 0, empty), "critical"},
		"as it was":             {sender(20, 2, 20, 2, empty), "ok"},
		"a quiet night":         {sender(20, 18, 0.5, 0, empty), "ok"},
		"never any success":     {sender(20, 0, 20, 0, empty), "ok"},
		"just started":          {young, "ok"},
		"a queue that grows":    {sender(20, 18, 20, 18, queue(20_000, 500)), "warning"},
		"a queue that ends":     {sender(20, 18, 20, 18, queue(60_000, -1000)), "info"},
		"a queue of two hours":  {sender(20, 18, 20, 18, queue(1_900_000, -15_000)), "warning"},
		"a queue of one moment": {sender(20, 18, 20, 18, fmt.Sprintf("0+0x%d 50000+0x0", trafficDays-1)), "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			found := diagnose(t, "load 1m\n"+c.series, trafficDays*time.Minute, settings.Settings{ScrapeInterval: time.Minute}, `"federation-sending"`).first()
			if found.severity != c.want {
				t.Errorf("%s: %s, want %s", found.severity, found.evidence, c.want)
			}
		})
	}
}
