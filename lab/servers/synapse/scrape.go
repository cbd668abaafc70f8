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
// server_name and instance tell them apart. One that does not say its name gets it from here, as README.md asks.
func (p *Pair) scrapeConfig() string {
	text := fmt.Sprintf(`global: {scrape_interval: %[1]ds, scrape_timeout: %[1]ds}
scrape_configs:
  - job_name: synapse
    metrics_path: /_synapse/metrics
    static_configs:
`, int(p.ScrapeInterval.Seconds()))
	for _, server := range p.Servers {
		labels := `index: "1"`
		if !server.named {
			labels += fmt.Sprintf(", server_name: %q", server.ServerName)
		}
		text += fmt.Sprintf("      - targets: [%q]\n        labels: {%s}\n", server.Scrapes.Instance, labels)
	}
	return text
}
