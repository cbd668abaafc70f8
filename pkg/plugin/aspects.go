package plugin

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/prometheus"
)

const (
	// healthTimeout is how long an upstream may take to say how it is; with healthGrace, health answers within 10 s.
	healthTimeout = 8 * time.Second
	// healthGrace is for a probe that does not end at once when its time is over.
	healthGrace = time.Second
	// healthTTL is how old an answer about health may be for users who can't change the data source.
	healthTTL = 10 * time.Second
	// healthAnswers bounds what is kept; there is one for each set of forwarded credentials.
	healthAnswers = 64
)

// aspects always lists all five, in the same order. Callers who come while a probe runs get its answer. Who may edit the data
// source never gets an older one, so that "Save & test" sees what was repaired a moment ago.
func (i *Instance) aspects(ctx context.Context, by caller) (aspects []upstream.Aspect, err error) {
	if aspects = i.brokenAspects(); aspects == nil {
		ttl := min(healthTTL, i.settings.CacheTTL)
		if by.edits {
			ttl = 0
		}
		aspects, err = i.health.Do(prometheus.WithPriority(ctx, prometheus.Health), by.identity, ttl, i.probe)
	}
	return by.shown(aspects), err
}

// brokenAspects say which setting can't be used, nil where all can.
func (i *Instance) brokenAspects() []upstream.Aspect {
	if i.broken == nil {
		return nil
	}
	return append([]upstream.Aspect{{Aspect: "prometheus", Status: upstream.Error, Message: i.broken.Error()}},
		notChecked("metrics", "postgres", "grants", "schema")...)
}

func (i *Instance) probe(ctx context.Context) ([]upstream.Aspect, error) {
	var fromPrometheus, fromPostgres []upstream.Aspect
	var both sync.WaitGroup
	both.Go(func() {
		fromPrometheus = i.inTime(ctx, []string{"prometheus", "metrics"}, func(ctx context.Context) []upstream.Aspect { return i.prometheusAspects(ctx, time.Now()) })
	})
	both.Go(func() {
		fromPostgres = i.inTime(ctx, []string{"postgres", "grants", "schema"}, i.postgresAspects)
	})
	both.Wait()
	return append(fromPrometheus, fromPostgres...), nil
}

// inTime runs a probe within the limit of health, and says which aspect hung. Where the query timeout is shorter, the upstream's
// own words name it.
func (i *Instance) inTime(ctx context.Context, names []string, probe func(context.Context) []upstream.Aspect) []upstream.Aspect {
	limit := min(i.healthTimeout, i.settings.QueryTimeout)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done := make(chan []upstream.Aspect, 1)
	go func() { done <- survived(ctx, names, probe) }()
	select {
	case aspects := <-done:
		if ctx.Err() == context.DeadlineExceeded && limit < i.settings.QueryTimeout { //nolint:errorlint // a context's own error
			tellHanging(aspects, limit)
		}
		return aspects
	case <-time.After(limit + healthGrace):
		aspects := notChecked(names...)
		aspects[0].Status = upstream.Error
		tellHanging(aspects, limit)
		return aspects
	}
}

// tellHanging words the aspect that was not answered: the first in error.
func tellHanging(aspects []upstream.Aspect, limit time.Duration) {
	for k := range aspects {
		if a := &aspects[k]; a.Status == upstream.Error {
			name, remedy := "Prometheus", "Check the load of Prometheus and the network between it and the Grafana server."
			if a.Aspect == "postgres" {
				name, remedy = "PostgreSQL", "Check the load of the database, and the network and firewalls between it and the Grafana server."
			}
			a.Message, a.Remedy = fmt.Sprintf("%s did not answer within %g s.", name, limit.Seconds()), remedy
			return
		}
	}
}

// survived turns a panic of a probe into an aspect, so that it does not end the plugin.
func survived(ctx context.Context, names []string, probe func(context.Context) []upstream.Aspect) (aspects []upstream.Aspect) {
	err := query.CatchPanic(func() error { aspects = probe(ctx); return nil })
	if err == nil {
		return aspects
	}
	backend.Logger.FromContext(ctx).Error("A health probe panicked", "error", err)
	aspects = notChecked(names...)
	aspects[0] = upstream.Failed(names[0], err)
	return aspects
}

func notChecked(names ...string) []upstream.Aspect {
	aspects := make([]upstream.Aspect, len(names))
	for i, name := range names {
		aspects[i] = upstream.Aspect{Aspect: name, Status: upstream.NotChecked, Message: "Not looked at, because of the error above."}
	}
	return aspects
}
