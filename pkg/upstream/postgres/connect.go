package postgres

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// newConnection is how long a database that is well may take to accept one (ours).
const newConnection = 5 * time.Second

// Connect opens a connection outside the pool and closes it. Sessions that are open prove nothing: where the server that accepts
// connections is frozen they go on working, while everything that has to connect hangs.
func (c *Client) Connect(ctx context.Context) error {
	conn, err := c.open(ctx)
	if err != nil {
		return err
	}
	farewell(ctx, conn)
	return nil
}

// ReadApart is Read on a new connection outside the pool: who holds a lock must be known where everything that reads a table
// hangs behind it.
func (c *Client) ReadApart(ctx context.Context, limit time.Duration, fn func(ctx context.Context, tx query.Tx) error) error {
	if limit <= 0 {
		limit = c.config.StatementTimeout
	}
	conn, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer farewell(ctx, conn)
	schema, err := begin(ctx, conn, bound(ctx, limit))
	if err == nil {
		err = fn(ctx, guestTx{conn, schema, c.ask(limit)}) // the end of the connection ends the transaction
	}
	return c.explain(ctx, limit, err)
}

// open makes a connection outside the pool. Its error is worded for the user.
func (c *Client) open(ctx context.Context) (*pgx.Conn, error) {
	pool, err := c.connections()
	if err != nil {
		return nil, c.explain(ctx, newConnection, err)
	}
	limited, cancel := context.WithTimeout(ctx, newConnection)
	defer cancel()
	conn, err := pgx.ConnectConfig(limited, pool.Config().ConnConfig)
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() == nil && limited.Err() != nil:
		return nil, downstream(upstream.Timeout, http.StatusGatewayTimeout, fmt.Sprintf("PostgreSQL accepted no new connection within %s.", newConnection),
			"Check whether it answers psql on its own host, and firewalls between Grafana and the database.")
	}
	return nil, c.explain(ctx, newConnection, &acquireError{err: err})
}

// farewell closes a connection, whether or not its query was given up.
func farewell(ctx context.Context, conn *pgx.Conn) {
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	_ = conn.Close(end) // nothing depends on it
}
