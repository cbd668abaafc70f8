package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

const (
	// answerTimeout is how long a connection that was used before may take to begin a transaction. A longer silence
	// means that its server is gone (a failover tells nobody) or waits; a new connection shows which.
	answerTimeout = 2 * time.Second
	endTimeout    = 2 * time.Second
)

// Read runs fn in one REPEATABLE READ, READ ONLY transaction whose statements may take limit each (0: the configured
// statement timeout), and never longer than ctx. On a standby fn runs a second time where replication cancelled the
// first, so it must start from nothing each time.
func (c *Client) Read(ctx context.Context, limit time.Duration, fn func(ctx context.Context, tx query.Tx) error) error {
	return c.read(ctx, limit, func(ctx context.Context, tx guestTx) error { return fn(ctx, tx) })
}

func (c *Client) read(ctx context.Context, limit time.Duration, fn func(context.Context, guestTx) error) error {
	if limit <= 0 {
		limit = c.config.StatementTimeout
	}
	err := c.attempt(ctx, limit, fn)
	if isRecoveryConflict(err) {
		err = c.attempt(ctx, limit, fn)
	}
	return c.explain(ctx, limit, err)
}

func (c *Client) attempt(ctx context.Context, limit time.Duration, fn func(context.Context, guestTx) error) error {
	pool, err := c.connections()
	if err != nil {
		return err
	}
	conn, tx, each, err := c.visit(ctx, pool, limit)
	if err != nil {
		return err
	}
	defer leave(conn)
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
		defer cancel()
		_, _ = tx.conn.Exec(end, marker+"ROLLBACK") // there is nothing to commit
	}()
	began := time.Now()
	err = fn(ctx, tx)
	meters.seconds.Add(time.Since(began).Seconds())
	var pg *pgconn.PgError
	if err == nil || errors.As(err, &pg) {
		c.answered()
	}
	if err == nil {
		c.circuits.heal(tx.asked.all)
	}
	if pg != nil && pg.Code == "57014" && ctx.Err() == nil {
		stopped := &stoppedError{err: err, early: time.Since(began) < each*9/10, ofQuery: each < limit}
		if !stopped.early {
			meters.stopped.Inc()
		}
		if !stopped.early && !stopped.ofQuery && tx.asked.circuits != nil {
			c.circuits.trip(tx.asked.last(), time.Now())
		}
		return stopped
	}
	return err
}

// visit takes a connection and begins a transaction on it. Connections of the pool may be dead without knowing it:
// where one is, all are dropped, and a new one is opened.
func (c *Client) visit(ctx context.Context, pool *pgxpool.Pool, limit time.Duration) (*pgxpool.Conn, guestTx, time.Duration, error) {
	for {
		waited := time.Now()
		conn, err := pool.Acquire(ctx)
		if err != nil {
			busy := pool.Stat().AcquiredConns() >= pool.Config().MaxConns && c.answeredSince(waited)
			return nil, guestTx{}, 0, &acquireError{err: err, busy: busy}
		}
		raw := conn.Conn().PgConn()
		_, used := raw.CustomData()[usedMark]
		raw.CustomData()[usedMark] = true
		each := bound(ctx, limit)
		if used {
			_ = raw.Conn().SetDeadline(time.Now().Add(answerTimeout))
		}
		schema, err := begin(ctx, conn.Conn(), each)
		if err == nil {
			if used {
				_ = raw.Conn().SetDeadline(time.Time{})
			}
			c.answered()
			return conn, guestTx{conn.Conn(), schema, c.ask(limit)}, each, nil
		}
		dead := raw.IsClosed()
		leave(conn)
		if !used || !dead || ctx.Err() != nil {
			return nil, guestTx{}, 0, err
		}
		pool.Reset()
	}
}

// ask begins the list of a transaction's statements. Those with a shorter limit than usual are tried as they are: who set it copes with
// it, as a count does that reads less at a time.
func (c *Client) ask(limit time.Duration) *asked {
	if limit < c.config.StatementTimeout {
		return &asked{limit: limit}
	}
	return &asked{limit: limit, circuits: &c.circuits}
}

// leave gives a connection back; one whose transaction did not end is closed. pgx says goodbye to a broken connection
// and waits up to 15 s for an answer, which would keep its place in the pool: the server was asked to cancel before.
func leave(conn *pgxpool.Conn) {
	if raw := conn.Conn().PgConn(); raw.IsClosed() {
		_ = raw.Conn().Close()
	}
	conn.Release()
}

// usedMark is in the data of a connection that has begun a transaction before.
const usedMark = "used"

func (c *Client) answered() { c.lastAnswer.Store(time.Now().UnixNano()) }

// answeredSince tells whether PostgreSQL answered on any connection since then.
func (c *Client) answeredSince(at time.Time) bool { return c.lastAnswer.Load() > at.UnixNano() }

// isRecoveryConflict: a standby cancelled us in favour of replication. Readers get these two codes for nothing else.
func isRecoveryConflict(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// acquireError is a failure before there was a connection; busy tells that all of ours were in use, and answered.
type acquireError struct {
	err  error
	busy bool
}

func (e *acquireError) Error() string { return "acquire a connection: " + e.err.Error() }
func (e *acquireError) Unwrap() error { return e.err }

// stoppedError is a statement that PostgreSQL stopped: early, before any limit of ours, or because the query's time,
// shorter than the statement's limit, was up.
type stoppedError struct {
	err            error
	early, ofQuery bool
}

func (e *stoppedError) Error() string { return e.err.Error() }
func (e *stoppedError) Unwrap() error { return e.err }
