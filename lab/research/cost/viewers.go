package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
)

const (
	manyViewers   = 50
	refreshEvery  = 10 * time.Second
	refreshRounds = 6
	goalViewers   = 1.1
	goalMemory    = 100 << 20
)

// viewers compares many people who look at the diagnosis with one.
func viewers(ctx context.Context, b *bench, _ options) (string, error) {
	open, _, err := panelsOf(dashboards + "synapse-diagnosis.json")
	if err != nil {
		return "", err
	}
	one, err := b.watched(ctx, open, 1)
	if err != nil {
		return "", err
	}
	many, err := b.watched(ctx, open, manyViewers)
	if err != nil {
		return "", err
	}
	now, peak, err := b.plugin.RSS()
	if err != nil {
		return "", err
	}
	ratio := float64(many.requests) / float64(one.requests)
	return fmt.Sprintf(`## Many viewers

The open rows of "Synapse: diagnosis" on %s, refreshed every %s, %d times. Viewers come evenly spread over the time between two refreshes.

| What | 1 viewer | %d viewers | |
| --- | --- | --- | --- |
| Requests to Prometheus | %d | %d | %.2f times, goal at most %.1f: %s |
| A panel, the middle one | %s | %s | |
| A panel, p99 | %s | %s | goal at most twice: %s |

The plugin's memory afterwards: %s, at most %s. Goal with %d viewers: at most %s, %s.

`, b.name, refreshEvery, refreshRounds, manyViewers, one.requests, many.requests, ratio, goalViewers, reached(ratio <= goalViewers),
		milliseconds(median(one.took)), milliseconds(median(many.took)), milliseconds(p99(one.took)), milliseconds(p99(many.took)), reached(p99(many.took) <= 2*p99(one.took)),
		size(now), size(peak), manyViewers, size(goalMemory), reached(peak <= goalMemory)), nil
}

func p99(all []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(all))[len(all)*99/100]
}

type watch struct {
	requests int
	took     []time.Duration // of each panel
}

// watched lets viewers look at panels. Time goes on in the past as it does on the clock.
func (b *bench) watched(ctx context.Context, panels []panel, count int) (w watch, err error) {
	source := b.fresh()
	b.tap.take()
	began := time.Now()
	took := make([][]time.Duration, count)
	group, ctx := errgroup.WithContext(ctx)
	for viewer := range count {
		group.Go(func() error {
			for round := range refreshRounds {
				due := began.Add(time.Duration(round)*refreshEvery + time.Duration(viewer)*refreshEvery/time.Duration(count))
				time.Sleep(time.Until(due))
				to := ends.Add(-time.Hour).Add(due.Sub(began))
				times, err := b.look(ctx, source, ask.Span{From: to.Add(-b.past), To: to}, panels)
				if err != nil {
					return err
				}
				took[viewer] = append(took[viewer], times...)
			}
			return nil
		})
	}
	err = group.Wait()
	return watch{len(b.tap.take()), slices.Concat(took...)}, err
}

// look is a refresh of one viewer and how long each panel took.
func (b *bench) look(ctx context.Context, source ask.Source, span ask.Span, panels []panel) ([]time.Duration, error) {
	took := make([]time.Duration, len(panels))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atATime)
	for i, p := range panels {
		group.Go(func() error {
			began := time.Now()
			err := b.ask(ctx, source, span, p.queries()...)
			took[i] = time.Since(began)
			return err
		})
	}
	return took, group.Wait()
}
