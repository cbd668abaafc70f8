package real

import (
	"fmt"
	"time"
)

// scrapeConfig is Prometheus' configuration: both servers under one job and index, as two homeservers of one admin may
// well be, so that only server_name and instance tell them apart.
func (p *Pair) scrapeConfig() string {
	return fmt.Sprintf(`global: {scrape_interval: %[1]s, scrape_timeout: %[1]s}
scrape_configs:
  - job_name: synapse
    metrics_path: /_synapse/metrics
    static_configs:
      - targets: [%[2]q, %[3]q]
        labels: {index: "1"}
`, duration(p.ScrapeInterval), p.Servers[0].Instance, p.Servers[1].Instance)
}

func duration(d time.Duration) string { return fmt.Sprintf("%dms", d.Milliseconds()) }
