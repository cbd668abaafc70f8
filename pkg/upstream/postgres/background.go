package postgres

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// passes are reads that run on after the query that wanted them, at most one at a time.
type passes struct {
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	running string // key of the pass that runs
	over    chan struct{}
	done    map[string]query.Background
	all     sync.WaitGroup
}

func (p *passes) stop() {
	p.mu.Lock()
	p.cancel()
	p.mu.Unlock()
	p.all.Wait()
}

// Background tells how the pass of this key stands.
func (c *Client) Background(key string) query.Background {
	p := &c.passes
	p.mu.Lock()
	defer p.mu.Unlock()
	state := p.done[key]
	if p.running == key {
		state.Done = p.over
	}
	return state
}

// StartBackground runs fn detached from any query, unless some pass runs already.
func (c *Client) StartBackground(key string, limit time.Duration, fn func(ctx context.Context, read query.Reading) (any, error)) {
	p := &c.passes
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running != "" || p.ctx.Err() != nil {
		return
	}
	p.running, p.over = key, make(chan struct{})
	p.all.Add(1)
	go func() {
		defer p.all.Done()
		c.pass(key, limit, fn)
	}()
}

func (c *Client) pass(key string, limit time.Duration, fn func(ctx context.Context, read query.Reading) (any, error)) {
	p := &c.passes
	ctx, cancel := context.WithTimeout(p.ctx, limit)
	defer cancel()
	began := time.Now()
	value, err := fn(ctx, c.Read)
	if fault := (*upstream.Fault)(nil); err != nil && !errors.As(err, &fault) { // the pass was too long, no statement of it
		err = c.explain(ctx, limit, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	state := p.done[key]
	state.Err, state.Ended = err, time.Now()
	if err == nil {
		state.Value, state.At, state.Took = value, state.Ended, state.Ended.Sub(began)
	}
	p.done[key] = state
	p.running = ""
	close(p.over)
}
