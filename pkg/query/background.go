package query

import (
	"context"
	"time"
)

// Background is how a read stands that runs on after the query that wanted it.
type Background struct {
	Value any           // of the last pass that succeeded; nil: none yet
	At    time.Time     // when Value was complete
	Took  time.Duration // how long that pass took
	Ended time.Time     // when the last pass was over, whether it succeeded or not
	// Done is closed when the pass that runs now is over; nil: none runs.
	Done <-chan struct{}
	Err  error // of the last pass, nil where it succeeded; typed and worded for the user
}

// Running tells that a pass is under way.
func (b Background) Running() bool { return b.Done != nil }

// Reading is a Read of a pass: one transaction whose statements may take limit each. A pass makes many short ones, so that nobody waits
// for a lock of ours.
type Reading func(ctx context.Context, limit time.Duration, fn func(ctx context.Context, tx Tx) error) error

// Backgrounder is a Database that can read on after a query: for answers that take longer than a query may.
type Backgrounder interface {
	// Background tells how the pass of this key stands.
	Background(key string) Background
	// StartBackground starts one pass bounded by limit, at most one of all keys at a time; it does nothing while one runs.
	StartBackground(key string, limit time.Duration, fn func(ctx context.Context, read Reading) (any, error))
}

// ReadsOn tells whether the database can read on after a query.
func (s *Session) ReadsOn() bool {
	_, ok := s.database.(Backgrounder)
	return ok
}

// Background tells how the pass of this key stands; zero where the database has none.
func (s *Session) Background(key string) Background {
	if b, ok := s.database.(Backgrounder); ok {
		return b.Background(key)
	}
	return Background{}
}

// AwaitBackground is Background once the pass that runs now is over, or patience is.
func (s *Session) AwaitBackground(ctx context.Context, key string, patience time.Duration) Background {
	state := s.Background(key)
	if state.Done == nil {
		return state
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-state.Done:
	case <-ctx.Done():
	}
	return s.Background(key)
}

// StartBackground starts a pass that outlives this Run, so its statements are not recorded here.
func (s *Session) StartBackground(key string, limit time.Duration, fn func(ctx context.Context, read Reading) (any, error)) {
	b, ok := s.database.(Backgrounder)
	if !ok {
		return
	}
	b.StartBackground(key, limit, func(ctx context.Context, read Reading) (value any, err error) {
		err = CatchPanic(func() error { value, err = fn(ctx, read); return err })
		return value, err
	})
}
