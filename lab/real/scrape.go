package real

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/rig"
)

// startPrometheus scrapes both servers through their recorders.
func (p *Pair) startPrometheus(ctx context.Context) error {
	p.progress.Say("starting Prometheus")
	port, err := rig.FreePort()
	if err != nil {
		return err
	}
	config := filepath.Join(p.space.Dir, "prometheus.yml")
	if err := os.WriteFile(config, []byte(p.scrapeConfig()), 0o644); err != nil {
		return err
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	process, err := rig.Start(rig.Command{
		Path: "prometheus",
		Args: []string{"--config.file=" + config, "--storage.tsdb.path=" + filepath.Join(p.space.Dir, "tsdb"),
			"--web.listen-address=" + address},
		Dir: p.space.Dir,
		Log: filepath.Join(p.space.Dir, "prometheus.log"),
	})
	if err != nil {
		return err
	}
	p.space.Own(process.Stop)
	p.PrometheusURL = "http://" + address
	return process.WaitHTTP(ctx, p.PrometheusURL+"/-/ready", time.Minute)
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
