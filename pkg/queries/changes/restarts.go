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

// start is the birth of one process.
type start struct {
	server, process string
	at              time.Time
	again           bool // it had run before, as far as Prometheus knows
}

// restarts finds them by what outlives a process: where job and index are unique, a rollout in Kubernetes, which gives
// it another instance, is a restart of the same process.
func restarts(ctx context.Context, s *query.Session) ([]event, error) {
	identity, err := synapse.FindIdentity(ctx, s)
	if err != nil {
		return nil, err
	}
	var matrix model.Matrix
	promql := "max by (" + identity.By() + ") (" + identity.PerServer(s.Filters, "process_start_time_seconds"+s.Filters.ProcessSelector()) + ")"
	if err := s.Ask(ctx, query.Over(promql, &matrix)); err != nil {
		return nil, err
	}
	if len(matrix) == 0 {
		s.Warn("Prometheus has no process_start_time_seconds of Synapse for this selection and time range, so restarts can't be told. Is Synapse scraped, and does the filter match?")
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
			if at := time.Unix(int64(began), 0).UTC(); began > before+1 && !at.Before(from) {
				found = append(found, start{string(stream.Metric["server_name"]), identity.Name(stream.Metric), at, before > 0})
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
	for first := 0; first < len(starts); {
		end := first + 1
		for end < len(starts) && starts[end].server == starts[first].server && starts[end].at.Sub(starts[end-1].at) <= together {
			end++
		}
		events = append(events, rollout(starts[first:end]))
		first = end
	}
	return events
}

func rollout(group []start) event {
	e := event{at: group[0].at, end: group[len(group)-1].at, kind: restart, server: group[0].server}
	var names []string
	again := false
	for _, s := range group {
		again = again || s.again
		if !slices.Contains(names, s.process) {
			names = append(names, s.process)
		}
	}
	what, whose := "Start of ", "Its"
	if again {
		what = "Restart of "
	}
	switch {
	case len(names) > 1:
		e.title, e.text, whose = fmt.Sprintf("%s%d processes", what, len(names)), listed(names)+". ", "Their"
	case len(group) > 1:
		e.title = fmt.Sprintf("%s restarted %d times", names[0], len(group))
	default:
		e.title = what + names[0]
	}
	e.text += whose + " caches were empty: requests are slower at first, and metrics that Synapse counts once an hour are absent for an hour."
	return e
}

// listed joins the first few names and counts the others.
func listed(names []string) string {
	const few = 8
	if len(names) > few {
		return strings.Join(names[:few], ", ") + fmt.Sprintf(" and %d more", len(names)-few)
	}
	return strings.Join(names, ", ")
}
