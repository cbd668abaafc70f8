package simulate

import (
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
)

// SilentFor is how long Options.Silent does not answer at the end of the past, and from then on.
const SilentFor = 15 * time.Minute

func (p *Process) silent(at time.Time) bool {
	o := p.simulation.options
	return p.Name() == o.Silent && at.After(o.End.Add(-SilentFor))
}

// appendScrapeHealth writes the series that Prometheus itself adds to each scrape.
func (p *Process) appendScrapeHealth(to storage.Appender, at time.Time) (int, error) {
	up := 1.0
	if p.silent(at) {
		up = 0
	}
	duration := 0.06 * noise{p.simulation.options.Seed}.around(keyOf("scrape", p.role.key()), at)
	count := float64(len(p.series))
	health := []struct {
		name  string
		value float64
	}{
		{"up", up},
		{"scrape_duration_seconds", duration},
		{"scrape_samples_scraped", count},
		{"scrape_samples_post_metric_relabeling", count},
		{"scrape_series_added", 0},
	}
	targets := p.targets()
	for _, h := range health {
		for _, target := range targets {
			builder := labels.NewBuilder(labels.FromMap(p.simulation.options.Scheme(target)))
			builder.Set(labels.MetricName, h.name)
			if _, err := to.Append(0, builder.Labels(), at.Add(p.simulation.options.Offset).UnixMilli(), h.value); err != nil {
				return 0, err
			}
		}
	}
	return len(health) * len(targets), nil
}
