package plugin

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/prometheus"
)

// CheckHealth answers in one sentence, with the aspects as details. Only Prometheus decides between OK and ERROR:
// without PostgreSQL everything else works. Only who may edit the data source reads more than how each aspect is.
func (i *Instance) CheckHealth(ctx context.Context, req *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	ctx, asker := i.asker(ctx, req.PluginContext.User, req.GetHTTPHeaders(), false)
	by := caller{asker.Identity, mayEdit(req.PluginContext.User)}
	aspects, err := i.aspects(ctx, by)
	if err != nil {
		return nil, err
	}
	details, err := json.Marshal(map[string]any{"aspects": aspects})
	if err != nil {
		return nil, err
	}
	status := backend.HealthStatusOk
	if aspects[0].Status == upstream.Error {
		status = backend.HealthStatusError
	}
	return &backend.CheckHealthResult{Status: status, Message: sendable(by.sentence(aspects)), JSONDetails: details}, nil
}

// expected is what Prometheus has wherever Synapse is scraped.
var expected = prometheus.Expected{
	Versions:    "count by (version) (" + metrics.BuildInfo.Series().Name + ")",
	Homeservers: "count by (server_name) (" + metrics.ScheduleTime.Count().Name + ")",
}

// prometheusAspects also warns about settings that don't fit, so that who saves them reads it at once.
func (i *Instance) prometheusAspects(ctx context.Context, now time.Time) []upstream.Aspect {
	aspects := i.prometheus.Probe(ctx, now, expected)
	found := &aspects[len(aspects)-1]
	if found.Status != upstream.OK {
		return aspects
	}
	if err := i.compareSettings(ctx, now, found); err != nil {
		*found = upstream.Failed(found.Aspect, err)
	}
	return aspects
}

func (i *Instance) postgresAspects(ctx context.Context) []upstream.Aspect {
	if i.postgres == nil {
		aspects := notChecked("postgres", "grants", "schema")
		for k := range aspects {
			aspects[k].Status = upstream.NotConfigured
			aspects[k].Message = "PostgreSQL is not configured; rooms and destinations can't be named, all else works."
		}
		return aspects
	}
	aspects := i.postgres.Probe(ctx)
	i.tellWeakPseudonyms(&aspects[0])
	return aspects
}

// sentence sums up the aspects: what works in short, what does not with its remedy.
func sentence(aspects []upstream.Aspect) string {
	var parts []string
	for _, a := range aspects {
		switch a.Status {
		case upstream.Warning, upstream.Error:
			parts = append(parts, strings.TrimSpace(a.Message+" "+firstLine(a.Remedy)))
		case upstream.OK:
			if a.Aspect == "metrics" || a.Aspect == "postgres" {
				parts = append(parts, a.Message)
			}
		case upstream.NotConfigured, upstream.NotChecked:
		}
	}
	return strings.Join(parts, " ")
}

// firstLine: statements to paste stand in the details, not in the sentence.
func firstLine(text string) string {
	line, _, more := strings.Cut(text, "\n")
	if more {
		return line + " …"
	}
	return line
}
