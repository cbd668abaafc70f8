// Package postgres is the only place that speaks to Synapse's PostgreSQL. The database is not ours: every read is one
// read-only transaction with limits of its own, nothing is ever set for a session (behind PgBouncer that session is
// Synapse's next), and every statement carries a marker. It turns every failure into an upstream.Fault with words for
// the user.
package postgres

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/matrix-insight/synapse-datasource/pkg/query"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// applicationName is how our connections show in pg_stat_activity, and the marker of our statements.
const applicationName = "matrix-synapse-datasource"

// Client reads one PostgreSQL database. It connects when first asked and closes unused connections.
type Client struct {
	config   settings.Postgres
	dial     DialFunc
	unusable error // nil: it can be asked

	mu    sync.Mutex
	pool  *pgxpool.Pool
	owner string
	ended bool

	lastAnswer atomic.Int64 // when PostgreSQL last answered anything, in ns
	passes     passes
	circuits   circuits
}

var (
	_ query.Database     = (*Client)(nil)
	_ query.Backgrounder = (*Client)(nil)
	_ query.Connecter    = (*Client)(nil)
	_ query.ApartReader  = (*Client)(nil)
)

// New makes a client; nothing is connected yet, and wrong settings show at the first read. dial may be nil.
func New(config settings.Postgres, dial DialFunc) *Client {
	ctx, cancel := context.WithCancel(context.Background())
	return &Client{
		config: config, dial: dial, owner: config.ServerName,
		passes: passes{ctx: ctx, cancel: cancel, done: map[string]query.Background{}},
	}
}

// Unusable makes a client whose every read fails with this sentence about its settings.
func Unusable(message string) *Client {
	c := New(settings.Postgres{}, nil)
	c.unusable = &errSetting{message}
	return c
}

// Close stops the background pass and closes all connections; it waits for reads that run.
func (c *Client) Close() {
	c.passes.stop()
	c.mu.Lock()
	pool := c.pool
	c.pool, c.ended = nil, true
	c.mu.Unlock()
	if pool != nil {
		pool.Close()
	}
	c.circuits.close()
}

func (c *Client) connections() (*pgxpool.Pool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.unusable != nil:
		return nil, c.unusable
	case c.ended:
		return nil, context.Canceled
	}
	if c.pool == nil {
		config, err := poolConfig(c.config, c.dial)
		if err != nil {
			return nil, err
		}
		if c.pool, err = pgxpool.NewWithConfig(context.Background(), config); err != nil {
			return nil, err
		}
	}
	return c.pool, nil
}
