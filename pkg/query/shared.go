package query

import (
	"context"
	"sync"
	"time"

	"github.com/jellydator/ttlcache/v3"
)

// Shared runs identical work once: callers who come while it runs wait for it, those who come within ttl get its
// answer. The work runs detached from its first caller, under its own time limit; each caller leaves by its own
// context, and the last one who leaves cancels it. Errors are never kept; a panic reaches every caller as an error.
type Shared[V any] struct {
	limit    time.Duration
	capacity uint64
	kept     *ttlcache.Cache[string, V]

	mu      sync.Mutex
	running map[string]*flight[V]
}

type flight[V any] struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiters int
	value   V
	err     error
}

// NewShared bounds each piece of work by limit and keeps at most capacity answers.
func NewShared[V any](limit time.Duration, capacity uint64) *Shared[V] {
	return &Shared[V]{
		limit: limit, capacity: capacity, running: map[string]*flight[V]{},
		kept: ttlcache.New(
			ttlcache.WithCapacity[string, V](capacity),
			ttlcache.WithDisableTouchOnHit[string, V](),
		),
	}
}

// Bounded keeps no more than about so many bytes of answers: the oldest leave.
func (s *Shared[V]) Bounded(bytes uint64) *Shared[V] {
	s.kept = ttlcache.New(
		ttlcache.WithCapacity[string, V](s.capacity),
		ttlcache.WithDisableTouchOnHit[string, V](),
		ttlcache.WithMaxCost(bytes, func(item ttlcache.CostItem[string, V]) uint64 { return sizeOf(item.Value) }),
	)
	return s
}

// Do gives the kept answer to key where it is no older than ttl, or the running work's, or work's own, kept for ttl (0: not
// kept).
func (s *Shared[V]) Do(ctx context.Context, key string, ttl time.Duration, work func(context.Context) (V, error)) (V, error) {
	s.mu.Lock()
	if item := s.kept.Get(key); item != nil && item.TTL()-time.Until(item.ExpiresAt()) <= ttl {
		s.mu.Unlock()
		return item.Value(), nil
	}
	f, there := s.running[key]
	if !there {
		f = s.start(ctx, key, ttl, work)
	}
	f.waiters++
	s.mu.Unlock()

	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		s.leave(key, f)
		var none V
		return none, context.Cause(ctx)
	}
}

func (s *Shared[V]) start(ctx context.Context, key string, ttl time.Duration, work func(context.Context) (V, error)) *flight[V] {
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limit)
	f := &flight[V]{done: make(chan struct{}), cancel: cancel}
	s.running[key] = f
	go func() {
		defer cancel()
		f.err = CatchPanic(func() (err error) { f.value, err = work(own); return err })
		s.mu.Lock()
		if s.running[key] == f {
			delete(s.running, key)
		}
		s.kept.DeleteExpired() // nobody else does: there is no clean-up goroutine to leak
		if f.err == nil && own.Err() == nil && ttl > 0 {
			s.kept.Set(key, f.value, ttl)
		}
		s.mu.Unlock()
		close(f.done)
	}()
	return f
}

// Drain waits for the work that runs, and cancels what still runs when ctx ends.
func (s *Shared[V]) Drain(ctx context.Context) {
	for {
		f := s.any()
		if f == nil {
			return
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			s.Cancel()
			return
		}
	}
}

// any is some work that runs; nil: none does.
func (s *Shared[V]) any() *flight[V] {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.running {
		return f
	}
	return nil
}

// Cancel ends all work that runs, as its last caller's leaving would.
func (s *Shared[V]) Cancel() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, f := range s.running {
		f.cancel()
		delete(s.running, key)
	}
}

// leave takes one waiter away; work that nobody waits for is cancelled, and the next caller starts it again.
func (s *Shared[V]) leave(key string, f *flight[V]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.waiters--
	if f.waiters == 0 {
		f.cancel()
		if s.running[key] == f {
			delete(s.running, key)
		}
	}
}
