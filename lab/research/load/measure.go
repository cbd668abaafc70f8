package main

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// refresh is how often the plugin is asked everything in a phase: more often than any dashboard refreshes.
const refresh = 5 * time.Second

// round are three phases in turn.
type round struct{ without, usual, unbroken written }

// measure writes alone, beside the plugin, and beside a plugin that counts without a break; each round begins with another one.
func measure(ctx context.Context, conn *pgx.Conn, db query.Database, phase time.Duration, n int) (r round, err error) {
	usual := func(ctx context.Context) error {
		return again(ctx, refresh, func() error { return everything(ctx, db) })
	}
	counting := func(ctx context.Context) error {
		return again(ctx, 0, func() error { _, err := rank(ctx, db); return err })
	}
	phases := []func() error{
		func() (err error) { r.without, err = beside(ctx, conn, phase); return err },
		func() (err error) { r.usual, err = beside(ctx, conn, phase, usual); return err },
		func() (err error) { r.unbroken, err = beside(ctx, conn, phase, counting); return err },
	}
	for k := range phases {
		if err := phases[(n+k)%len(phases)](); err != nil {
			return r, err
		}
	}
	return r, nil
}

// beside writes while others do what they do.
func beside(ctx context.Context, conn *pgx.Conn, phase time.Duration, others ...func(context.Context) error) (written, error) {
	busy, stop := context.WithCancel(ctx)
	defer stop()
	failed := make(chan error, len(others))
	for _, other := range others {
		go func() { failed <- other(busy) }()
	}
	all, err := write(ctx, conn, phase)
	stop()
	for range others {
		err = errors.Join(err, <-failed)
	}
	return all, err
}

// again does it until it is stopped, which is no failure.
func again(ctx context.Context, every time.Duration, do func() error) error {
	for ctx.Err() == nil {
		if err := do(); err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(every):
		}
	}
	return nil
}
