package changes

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// together is the time within which restarts of several processes are one event: a rollout. Source: ours.
const together = 5 * time.Minute

// lasting are the labels of a process that outlive it: a rollout in Kubernetes gives it another instance.
func lasting(identity synapse.Identity) synapse.Identity {
	return slices.DeleteFunc(slices.Clone(identity), func(label string) bool { return label == "instance" && len(identity) > 3 })
}

// start is the birth of one process.
type start struct {
	server, process string
	at              time.Time
}

func restarts(ctx context.Context, s *query.Session) ([]event, error) {
	identity, err := synapse.FindIdentity(ctx, s)
	if err != nil {
		return nil, err
	}
	identity = lasting(identity)
	var matrix model.Matrix
	promql := "max by (" + identity.By() + ") (" + synapse.PerServer(s.Filters, "process_start_time_seconds"+s.Filters.ProcessSelector()) + ")"
	if err := s.Ask(ctx, query.Over(promql, &matrix)); err != nil {
		return nil, err
	}
	return rollouts(starts(identity, matrix, s.Range.From)), nil
}

// starts finds where the start time of a process changes. A process that merely appears was there before Prometheus
// knew it, unless it started within the range.
func starts(identity synapse.Identity, matrix model.Matrix, from time.Time) []start {
	var found []start
	for _, stream := range matrix {
		before := 0.0
		for _, p := range stream.Values {
			began := float64(p.Value)
			if at := time.Unix(int64(began), 0).UTC(); began > before+1 && before > 0 && !at.Before(from) {
				found = append(found, start{string(stream.Metric["server_name"]), identity.Name(stream.Metric), at})
			}
			before = max(before, began)
		}
	}
	slices.SortFunc(found, func(a, b start) int {
		return cmp.Or(cmp.Compare(a.server, b.server), a.at.Compare(b.at), cmp.Compare(a.process, b.process))
	})
	return found
}

// rollouts joins starts that follow each other closely.
func rollouts(starts []start) []event {
	var events []event
	var names []string
	for i, s := range starts {
		if i == 0 || s.server != starts[i-1].server || s.at.Sub(starts[i-1].at) > together {
			names = nil
			events = append(events, event{at: s.at, end: s.at, kind: restart, server: s.server})
		}
		names = append(names, s.process)
		last := &events[len(events)-1]
		last.end = s.at
		last.title, last.text = "Restart of "+names[0], "Its caches were empty: what follows is warmer with time, and hourly numbers are absent at first."
		if len(names) > 1 {
			last.title = fmt.Sprintf("Restart of %d processes", len(names))
			last.text = strings.Join(names, ", ") + ". Their caches were empty: what follows is warmer with time."
		}
	}
	return events
}
