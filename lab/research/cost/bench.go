package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"golang.org/x/sync/errgroup"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/prometheus"
)

// bench is one world with everything that is needed to ask it.
type bench struct {
	world
	prometheus *prometheus.Server
	tap        *tap
	plugin     *ask.Plugin
	source     ask.Source
	repeats    int
	late       atomic.Int64 // answers that ran into the plugin's query timeout
}

// nothingAsked is the error where an answer needed no Prometheus.
const nothingAsked = "nothing was asked of Prometheus"

// open starts it all.
func (w world) open(ctx context.Context, space *servers.Space, repeats int, progress servers.Progress) (*bench, error) {
	p, err := w.serve(ctx, space, progress)
	if err != nil {
		return nil, err
	}
	b := &bench{world: w, prometheus: p, repeats: repeats}
	tap, stop, err := newTap(p.URL)
	if err != nil {
		return nil, err
	}
	b.tap = tap
	space.Own(stop)
	if b.plugin, err = ask.Start(ctx, ask.Binary(root+"/dist"), nil); err != nil {
		return nil, err
	}
	space.Own(b.plugin.Stop)
	b.source = ask.Source{URL: b.tap.url, JSON: map[string]any{"scrapeInterval": w.scrape.String()}, User: ask.Admin}
	return b, nil
}

// fresh is the same data source just saved: nothing is kept from before.
func (b *bench) fresh() ask.Source { return b.source.With(nil) }

// ask asks the queries of one panel; a panel that needs PostgreSQL has none here.
func (b *bench) ask(ctx context.Context, source ask.Source, span ask.Span, queries ...ask.Query) error {
	response, err := b.plugin.QueryData(ctx, source.Request(span, queries...))
	if err != nil {
		return err
	}
	for id, answer := range response.Responses {
		switch {
		case answer.Status == backend.StatusTimeout || answer.Status == http.StatusGatewayTimeout:
			b.late.Add(1)
		case answer.Error != nil && answer.Status != backend.StatusBadRequest:
			return fmt.Errorf("%v, %s: %w", queries, id, answer.Error)
		}
	}
	return nil
}

// refresh asks all panels as a browser does, which has so many connections.
func (b *bench) refresh(ctx context.Context, source ask.Source, span ask.Span, panels []panel) (time.Duration, error) {
	began := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atATime)
	for _, p := range panels {
		group.Go(func() error { return b.ask(ctx, source, span, p.queries()...) })
	}
	err := group.Wait()
	return time.Since(began), err
}

// against asks something again and again, and each time the requests that it took directly.
func (b *bench) against(ctx context.Context, do func() error) (p pairs, calls []call, err error) {
	for range b.repeats + 1 {
		b.tap.take()
		began := time.Now()
		if err := do(); err != nil {
			return p, nil, err
		}
		took := time.Since(began)
		calls = b.tap.take()
		directly, _, err := direct(ctx, b.tap.url, calls)
		if err != nil {
			return p, nil, err
		}
		p.first, p.second = append(p.first, took), append(p.second, directly)
	}
	b.tap.take()
	p.first, p.second = p.first[1:], p.second[1:] // the first one fills Prometheus' caches
	if len(calls) == 0 {
		return p, nil, errors.New(nothingAsked)
	}
	return p, calls, nil
}
