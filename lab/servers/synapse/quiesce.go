package synapse

import (
	"context"
	"fmt"
	"time"
)

// busy are gauges that are 0 once nothing is under way any more.
var busy = []string{
	"synapse_http_server_in_flight_requests_count",
	"synapse_federation_transaction_queue_pending_destinations",
	"synapse_federation_transaction_queue_pending_pdus",
	"synapse_federation_transaction_queue_pending_edus",
}

// Quiesce waits until both servers are done with what they were asked, and then for some scrapes more, so that a
// window which ends there has several equal samples at its end. What remains are Synapse's own background jobs.
func (p *Pair) Quiesce(ctx context.Context) error {
	p.progress.Say("waiting for quiet")
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	before, calm := -1.0, 0
	for calm < 3 {
		persisted, waiting, err := p.activity(ctx)
		if err != nil {
			return err
		}
		if waiting == 0 && persisted == before {
			calm++
		} else {
			calm = 0
		}
		before = persisted
		if err := sleep(ctx, time.Second); err != nil {
			return fmt.Errorf("the servers do not come to rest: %w", err)
		}
	}
	return sleep(ctx, 5*p.ScrapeInterval)
}

func (p *Pair) activity(ctx context.Context) (persisted, waiting float64, err error) {
	for _, server := range p.Servers {
		families, err := ReadMetrics(ctx, server.MetricsURL)
		if err != nil {
			return 0, 0, err
		}
		persisted += families.Sum("synapse_storage_events_persisted_events_total")
		for _, name := range busy {
			waiting += families.Sum(name)
		}
	}
	return persisted, waiting, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
