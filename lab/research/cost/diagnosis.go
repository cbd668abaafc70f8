package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
)

var findings = ask.Query{"queryType": "diagnosis", "format": "findings"}

// The goals of a diagnosis of ten processes. Source: ours.
const (
	goalSeconds  = 1.0
	goalRequests = 60
)

func diagnosis(ctx context.Context, b *bench, _ options) (string, error) {
	p, s, err := b.diagnosed(ctx)
	if err != nil {
		return "", err
	}
	middle, low, high := p.ratio()
	took := median(p.first).Seconds()
	next, err := b.next(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`## A diagnosis

All checks of %s, over %s, format "Findings".

| What | Measured | Goal |
| --- | --- | --- |
| Time | %.2f s | at most %.1f s: %s |
| Time of the next one, a scrape later | %.2f s | |
| Requests to Prometheus | %d, of which %d are range queries | at most %d: %s |
| Samples that Prometheus reads | %s | |
| Bytes of its answers | %s | |
| Time of the same requests issued directly, %d at a time | %.2f s | |
| Ratio of the two times, quartiles | %.2f (%.2f to %.2f) | |

`, b.name, b.past, took, goalSeconds, reached(took <= goalSeconds), median(next).Seconds(), s.requests, s.ranges, goalRequests, reached(s.requests <= goalRequests), count(s.samples), size(s.bytes),
		atATime, median(p.second).Seconds(), middle, low, high), nil
}

func (b *bench) diagnosed(ctx context.Context) (pairs, spent, error) {
	p, calls, err := b.against(ctx, func() error { return b.ask(ctx, b.fresh(), b.span(), findings) })
	if err != nil {
		return p, spent{}, err
	}
	s, err := total(ctx, b.tap.url, calls)
	b.tap.take()
	return p, s, err
}

// next is how long the diagnosis after the first one takes: what its judgements read is known then.
func (b *bench) next(ctx context.Context) (took []time.Duration, err error) {
	for range b.repeats {
		source, span := b.fresh(), b.span()
		for _, earlier := range []time.Duration{b.scrape, 0} {
			began := time.Now()
			if err := b.ask(ctx, source, ask.Span{From: span.From.Add(-earlier), To: span.To.Add(-earlier)}, findings); err != nil {
				return nil, err
			}
			if earlier == 0 {
				took = append(took, time.Since(began))
			}
		}
	}
	b.tap.take()
	return took, nil
}

// list says where the time goes.
func list(ctx context.Context, b *bench) error {
	_, calls, err := b.against(ctx, func() error { return b.ask(ctx, b.fresh(), b.span(), findings) })
	if err != nil {
		return err
	}
	type weighed struct {
		call
		samples int64
		seconds float64
	}
	var all []weighed
	for _, c := range calls {
		samples, seconds, err := c.weigh(ctx, b.tap.url)
		if err != nil {
			return err
		}
		all = append(all, weighed{c, samples, seconds})
	}
	slices.SortFunc(all, func(a, b weighed) int { return cmp.Compare(b.seconds, a.seconds) })
	for _, w := range all {
		kind := "instant"
		if w.isRange() {
			kind = "range"
		}
		fmt.Printf("%7.1f ms %10d samples %8d bytes %s %s\n", 1000*w.seconds, w.samples, w.bytes, kind, strings.Join(strings.Fields(w.promql()), " "))
	}
	return nil
}
