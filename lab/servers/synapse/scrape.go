package synapse

import (
	"context"
	"fmt"

	"github.com/matrix-insight/synapse-datasource/lab/servers/prometheus"
)

// startPrometheus scrapes both servers through their recorders.
func (p *Pair) startPrometheus(ctx context.Context) error {
	server, err := prometheus.Start(ctx, prometheus.Options{Dir: p.space.Dir, Config: p.scrapeConfig(), Progress: p.progress})
	if err != nil {
		return err
	}
	p.space.Own(server.Stop)
	p.PrometheusURL = server.URL
	return nil
}

// scrapeConfig puts both servers under one job and index, as two homeservers of one admin may well be, so that only
// server_name and instance tell them apart.
func (p *Pair) scrapeConfig() string {
	return fmt.Sprintf(`global: {scrape_interval: %[1]ds, scrape_timeout: %[1]ds}
scrape_configs:
  - job_name: synapse
    metrics_path: /_synapse/metrics
    static_configs:
      - targets: [%[2]q, %[3]q]
        labels: {index: "1"}
`, int(p.ScrapeInterval.Seconds()), p.Servers[0].Scrapes.Instance, p.Servers[1].Scrapes.Instance)
}
