package prometheus

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// Expected is PromQL that has an answer where Prometheus has Synapse's metrics: how many processes there are by version, and
// by server_name.
type Expected struct{ Versions, Homeservers string }

// Probe looks at two aspects on the path that queries take: whether the API answers, and whether it has what is expected.
func (c *Client) Probe(ctx context.Context, now time.Time, expected Expected) []upstream.Aspect {
	if _, _, err := c.Instant(ctx, "1+1", now); err != nil {
		return []upstream.Aspect{
			upstream.Failed("prometheus", err),
			{Aspect: "metrics", Status: upstream.NotChecked, Message: "Not looked for: Prometheus does not answer."},
		}
	}
	return []upstream.Aspect{
		{Aspect: "prometheus", Status: upstream.OK, Message: "Prometheus answers."},
		c.probeMetrics(ctx, now, expected),
	}
}

const metricsRemedy = "Set enable_metrics: true in homeserver.yaml, add a listener of type metrics to every process, and a scrape job for each of them in Prometheus."

func (c *Client) probeMetrics(ctx context.Context, now time.Time, expected Expected) upstream.Aspect {
	builds, _, err := c.Instant(ctx, expected.Versions, now)
	if err != nil {
		return upstream.Failed("metrics", err)
	}
	servers, _, err := c.Instant(ctx, expected.Homeservers, now)
	if err != nil {
		return upstream.Failed("metrics", err)
	}
	if len(builds) == 0 && len(servers) == 0 {
		return upstream.Aspect{Aspect: "metrics", Status: upstream.Warning,
			Message: "Prometheus has no metrics of Synapse right now.", Remedy: metricsRemedy}
	}
	return upstream.Aspect{Aspect: "metrics", Status: upstream.OK, Message: found(builds) + " of " + servedBy(servers) + "."}
}

// found says which versions of Synapse run in how many processes, as far as that is told.
func found(builds model.Vector) string {
	processes := 0
	for _, sample := range builds {
		processes += int(sample.Value)
	}
	switch processes {
	case 0:
		return "Synapse, version unknown,"
	case 1:
		return "Synapse " + labels(builds, "version") + ": 1 process"
	}
	return fmt.Sprintf("Synapse %s: %d processes", labels(builds, "version"), processes)
}

func servedBy(servers model.Vector) string {
	if names := labels(servers, "server_name"); names != "" {
		return names
	}
	return "an unnamed homeserver"
}

func labels(vector model.Vector, name model.LabelName) string {
	var values []string
	for _, sample := range vector {
		if value := sample.Metric[name]; value != "" {
			values = append(values, string(value))
		}
	}
	slices.Sort(values)
	return strings.Join(values, ", ")
}
