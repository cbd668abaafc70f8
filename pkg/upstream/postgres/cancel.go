package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// cancelAfter is how long a statement whose query is over may go on before we ask PostgreSQL to cancel it: mostly
	// its own statement timeout, which is never longer than the query's time, ends it meanwhile.
	cancelAfter = 200 * time.Millisecond
	// cancelLimit is how long a cancelled statement may take to stop before its connection is dropped.
	cancelLimit = 2 * time.Second
	// cancelArrives is how long after the request the server may pass it on to the statement. Source: pgx.
	cancelArrives = 100 * time.Millisecond
)

// canceller stops the statement of one connection when its context ends. Unlike pgx' own, it never breaks off a request
// to cancel that is under way: PgBouncer 1.18, as Debian 12 has it, ends itself when that happens, and Synapse's
// connections with it.
type canceller struct {
	conn        *pgconn.PgConn
	ended, sent chan struct{}
}

// HandleCancel runs when the context ends while a statement runs.
func (c *canceller) HandleCancel(context.Context) {
	ended, sent := make(chan struct{}), make(chan struct{})
	c.ended, c.sent = ended, sent
	limit := time.Now().Add(cancelLimit)
	_ = c.conn.Conn().SetDeadline(limit)
	go func() { //nolint:gosec // the context that ended is the reason; the request must outlive it
		defer close(sent)
		select {
		case <-ended:
			return
		case <-time.After(cancelAfter):
		}
		ctx, cancel := context.WithDeadline(context.Background(), limit)
		defer cancel()
		_ = c.conn.CancelRequest(ctx)
		time.Sleep(cancelArrives) // it must not hit the next statement
	}()
}

// HandleUnwatchAfterCancel runs when the statement has ended, by whatever.
func (c *canceller) HandleUnwatchAfterCancel() {
	close(c.ended)
	<-c.sent
	_ = c.conn.Conn().SetDeadline(time.Time{})
}
