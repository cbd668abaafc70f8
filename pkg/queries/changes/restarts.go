package changes

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// together is the time within which restarts of several processes are one event: a rollout. Source: ours.
const together = 5 * time.Minute

// start is one start of a process.
type start struct {
	server, name string
	at           time.Time
	again        bool // it had run before, as far as Prometheus knows
}

// fetchRestarts finds them, or says why it can't.
func fetchRestarts(ctx context.Context, s *query.Session) ([]event, error) {
	matrix, identity, err := fetchStarts(ctx, s)
	if err == nil && len(matrix) == 0 {
		s.Warn("Prometheus has no %s for this selection and time range, so restarts are unknown. Check that Synapse is scraped and that the filter matches.", metrics.ProcessStart.Name)
	}
	return rolloutsOf(startsOf(identity, matrix, s.Range.From)), err
}

// fetchStarts are the start times by what outlives a process: where job and index are unique, a rollout in Kubernetes, which gives
// it another instance, is a restart of the same process.
func fetchStarts(ctx context.Context, s *query.Session) (matrix model.Matrix, identity process.Identity, err error) {
	if identity, err = process.Find(ctx, s); err != nil {
		return nil, identity, err
	}
	promql := "max by (" + identity.By() + ") (" + identity.WithServer(s.Filters, metrics.ProcessStart.Series().Of(s.Filters.ProcessSelector())) + ")"
	err = s.Ask(ctx, query.Over(promql, &matrix))
	return matrix, identity, err
}

// startsOf finds where the start time of a process changes. A process that merely appears was there before Prometheus
// knew it, unless it started within the range.
func startsOf(identity process.Identity, matrix model.Matrix, from time.Time) []start {
	var found []start
	for _, stream := range matrix {
		before := 0.0
		for _, p := range stream.Values {
			began := float64(p.Value)
			if at := time.Unix(int64(began), 0).UTC(); began > before+1 && !at.Before(from) {
				found = append(found, start{string(stream.Metric["server_name"]), identity.Name(stream.Metric), at, before > 0})
			}
			before = max(before, began)
		}
	}
	slices.SortFunc(found, func(a, b start) int {
		return cmp.Or(cmp.Compare(a.server, b.server), a.at.Compare(b.at), cmp.Compare(a.name, b.name))
	})
	return found
}

// rolloutsOf joins starts that follow each other closely.
func rolloutsOf(starts []start) []event {
	var events []event
	for first := 0; first < len(starts); {
		end := first + 1
		for end < len(starts) && starts[end].server == starts[first].server && starts[end].at.Sub(starts[end-1].at) <= together {
			end++
		}
		events = append(events, rolloutOf(starts[first:end]))
		first = end
	}
	return events
}

func rolloutOf(group []start) event {
	e := event{at: group[0].at, end: group[len(group)-1].at, kind: restart, server: group[0].server}
	var names []string
	again := false
	for _, s := range group {
		again = again || s.again
		if !slices.Contains(names, s.name) {
			names = append(names, s.name)
		}
	}
	e.processes = names
	e.title, e.text = sayRollout(names, len(group), again)
	return e
}
