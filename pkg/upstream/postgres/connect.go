package postgres

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// newConnection is how long a database that is well may take to accept one (ours).
const newConnection = 5 * time.Second

// Connect opens a connection outside the pool and closes it. Sessions that are open prove nothing: where the server that accepts
// connections is frozen they go on working, while everything that has to connect hangs.
func (c *Client) Connect(ctx context.Context) error {
	pool, err := c.connections()
	if err != nil {
		return c.explain(ctx, newConnection, err)
	}
	limited, cancel := context.WithTimeout(ctx, newConnection)
	defer cancel()
	conn, err := pgx.ConnectConfig(limited, pool.Config().ConnConfig)
	switch {
	case err == nil:
		return conn.Close(limited)
	case ctx.Err() == nil && limited.Err() != nil:
		return downstream(upstream.Timeout, http.StatusGatewayTimeout, fmt.Sprintf("PostgreSQL accepted no new connection within %s.", newConnection),
			"Check whether it answers psql on its own host, and firewalls between Grafana and the database.")
	}
	return c.explain(ctx, newConnection, &acquireError{err: err})
}
