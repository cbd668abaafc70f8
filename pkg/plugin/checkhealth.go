package plugin

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// CheckHealth answers in one sentence, with the aspects as details. Only Prometheus decides between OK and ERROR:
// without PostgreSQL everything else works.
func (i *Instance) CheckHealth(ctx context.Context, req *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	ctx, _ = i.asker(ctx, req.PluginContext.User, req.GetHTTPHeaders(), false)
	aspects := i.aspects(ctx)
	details, err := json.Marshal(map[string]any{"aspects": aspects})
	if err != nil {
		return nil, err
	}
	status := backend.HealthStatusOk
	if aspects[0].Status == upstream.Error {
		status = backend.HealthStatusError
	}
	return &backend.CheckHealthResult{Status: status, Message: sentence(aspects), JSONDetails: details}, nil
}

// aspects always lists all five, in the same order.
func (i *Instance) aspects(ctx context.Context) []upstream.Aspect {
	if i.broken != nil {
		return append([]upstream.Aspect{{Aspect: "prometheus", Status: upstream.Error, Message: i.broken.Error()}},
			notChecked("metrics", "postgres", "grants", "schema")...)
	}
	ctx, cancel := context.WithTimeout(ctx, i.settings.QueryTimeout)
	defer cancel()
	var fromPrometheus, fromPostgres []upstream.Aspect
	var both sync.WaitGroup
	both.Go(func() {
		fromPrometheus = survived(ctx, []string{"prometheus", "metrics"}, func() []upstream.Aspect { return i.prometheusAspects(ctx, time.Now()) })
	})
	both.Go(func() {
		fromPostgres = survived(ctx, []string{"postgres", "grants", "schema"}, func() []upstream.Aspect { return i.postgresAspects(ctx) })
	})
	both.Wait()
	return append(fromPrometheus, fromPostgres...)
}

// survived answers for a probe of ours that panics, so that it does not end the plugin.
func survived(ctx context.Context, names []string, probe func() []upstream.Aspect) (aspects []upstream.Aspect) {
	err := query.Recovered(func() error { aspects = probe(); return nil })
	if err == nil {
		return aspects
	}
	backend.Logger.FromContext(ctx).Error("A health probe panicked", "error", err)
	aspects = notChecked(names...)
	aspects[0] = upstream.Failed(names[0], err)
	return aspects
}

// prometheusAspects tells of odd settings as well: who saves them reads it at once.
func (i *Instance) prometheusAspects(ctx context.Context, now time.Time) []upstream.Aspect {
	aspects := i.prometheus.Probe(ctx, now)
	metrics := &aspects[len(aspects)-1]
	if metrics.Status != upstream.OK {
		return aspects
	}
	if err := i.compareSettings(ctx, now, metrics); err != nil {
		*metrics = upstream.Failed(metrics.Aspect, err)
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

func notChecked(names ...string) []upstream.Aspect {
	aspects := make([]upstream.Aspect, len(names))
	for i, name := range names {
		aspects[i] = upstream.Aspect{Aspect: name, Status: upstream.NotChecked, Message: "Not looked at, because of the error above."}
	}
	return aspects
}

// sentence says how all is: what is well shortly, what is not with its remedy.
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
