package postgres

import (
	"context"
	"sync"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// passes are reads that run on after the query that wanted them, at most one at a time.
type passes struct {
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	running string // key of the pass that runs
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
	state.Running = p.running == key
	return state
}

// StartBackground runs fn in a read of its own, detached from any query, unless some pass runs already.
func (c *Client) StartBackground(key string, limit time.Duration, fn func(ctx context.Context, tx query.Tx) (any, error)) {
	p := &c.passes
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running != "" || p.ctx.Err() != nil {
		return
	}
	p.running = key
	p.all.Add(1)
	go func() {
		defer p.all.Done()
		c.pass(key, limit, fn)
	}()
}

func (c *Client) pass(key string, limit time.Duration, fn func(ctx context.Context, tx query.Tx) (any, error)) {
	p := &c.passes
	ctx, cancel := context.WithTimeout(p.ctx, limit)
	defer cancel()
	var value any
	err := c.Read(ctx, limit, func(ctx context.Context, tx query.Tx) (err error) {
		value, err = fn(ctx, tx)
		return err
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = ""
	state := p.done[key]
	if state.Err = err; err == nil {
		state.Value, state.At = value, time.Now()
	}
	p.done[key] = state
}
