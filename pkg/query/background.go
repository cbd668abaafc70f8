package query

import (
	"context"
	"time"
)

// Background is how a read stands that runs on after the query that wanted it.
type Background struct {
	Value   any       // of the last pass that succeeded; nil: none yet
	At      time.Time // when Value was complete
	Running bool
	Err     error // of the last pass, nil where it succeeded; typed and worded for the user
}

// Backgrounder is a Database that can read on after a query: for answers that take longer than a query may.
type Backgrounder interface {
	// Background tells how the pass of this key stands.
	Background(key string) Background
	// StartBackground starts one pass bounded by limit, at most one of all keys at a time; it does nothing while one runs.
	StartBackground(key string, limit time.Duration, fn func(ctx context.Context, tx Tx) (any, error))
}

// Background tells how the pass of this key stands; zero where the database has none.
func (s *Session) Background(key string) Background {
	if b, ok := s.database.(Backgrounder); ok {
		return b.Background(key)
	}
	return Background{}
}

// StartBackground starts a pass that outlives this Run, so its statements are not recorded here.
func (s *Session) StartBackground(key string, limit time.Duration, fn func(ctx context.Context, tx Tx) (any, error)) {
	b, ok := s.database.(Backgrounder)
	if !ok {
		return
	}
	b.StartBackground(key, limit, func(ctx context.Context, tx Tx) (value any, err error) {
		err = CatchPanic(func() error { value, err = fn(ctx, tx); return err })
		return value, err
	})
}
