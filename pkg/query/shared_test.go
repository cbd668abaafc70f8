package query

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Each test runs in a bubble of its own clock: synctest.Wait returns when everybody waits for something.
func inBubble(t *testing.T, test func(t *testing.T, s *Shared[int])) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, NewShared[int](25*time.Second, 2)) })
}

// callers asks for the same key n times at once and gives all answers.
func callers(ctx context.Context, s *Shared[int], n int, work func(context.Context) (int, error)) (values []int, errs []error) {
	values, errs = make([]int, n), make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { values[i], errs[i] = s.Do(ctx, "key", time.Minute, work) })
	}
	all.Wait()
	return values, errs
}

func TestSharedRunsOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Shared[int]) {
		runs := 0
		values, errs := callers(t.Context(), s, 50, func(context.Context) (int, error) {
			time.Sleep(time.Second)
			runs++
			return 42, nil
		})
		for i := range values {
			if values[i] != 42 || errs[i] != nil {
				t.Errorf("caller %d got %d, %v", i, values[i], errs[i])
			}
		}
		if runs != 1 {
			t.Errorf("50 callers made %d runs", runs)
		}
	})
}

func TestSharedKeepsForItsTime(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Shared[int]) {
		runs := 0
		ask := func(key string, ttl time.Duration) int {
			value, err := s.Do(t.Context(), key, ttl, func(context.Context) (int, error) { runs++; return runs, nil })
			if err != nil {
				t.Fatal(err)
			}
			return value
		}
		first := ask("a", 15*time.Second)
		time.Sleep(14 * time.Second)
		if got := ask("a", 15*time.Second); got != first {
			t.Error("asked again before the time passed")
		}
		time.Sleep(2 * time.Second) // a hit must not prolong it
		if got := ask("a", 15*time.Second); got == first {
			t.Error("an answer was served after its time")
		}
		if ask("b", 0) == ask("b", 0) {
			t.Error("ttl 0 kept an answer")
		}
		if ask("c", time.Hour) == ask("d", time.Hour) {
			t.Error("two keys shared an answer")
		}
	})
}

func TestSharedForgetsWhatExpired(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Shared[int]) {
		ask := func(key string) {
			if _, err := s.Do(t.Context(), key, time.Second, func(context.Context) (int, error) { return 1, nil }); err != nil {
				t.Fatal(err)
			}
		}
		ask("a")
		time.Sleep(time.Minute)
		ask("b")
		if kept := s.kept.Len(); kept != 1 {
			t.Errorf("%d answers are held, want the fresh one only", kept)
		}
		ask("c")
		ask("d")
		if kept := s.kept.Len(); kept != 2 {
			t.Errorf("%d answers are held, more than the capacity of 2", kept)
		}
	})
}

func TestSharedErrorsReachEverybodyAndAreNotKept(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Shared[int]) {
		broken := errors.New("broken")
		_, errs := callers(t.Context(), s, 5, func(context.Context) (int, error) {
			time.Sleep(time.Second)
			return 7, broken
		})
		for i, err := range errs {
			if !errors.Is(err, broken) {
				t.Errorf("caller %d got %v", i, err)
			}
		}
		if value, err := s.Do(t.Context(), "key", time.Minute, func(context.Context) (int, error) { return 8, nil }); value != 8 || err != nil {
			t.Errorf("after an error: %d, %v", value, err)
		}
	})
}

func TestSharedPanicReachesEverybody(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Shared[int]) {
		_, errs := callers(t.Context(), s, 5, func(context.Context) (int, error) {
			time.Sleep(time.Second)
			panic("index out of range")
		})
		for i, err := range errs {
			panicked := (*Panic)(nil)
			if !errors.As(err, &panicked) || panicked.Value != "index out of range" || !strings.Contains(string(panicked.Stack), "shared_test.go") {
				t.Errorf("caller %d got %v", i, err)
			} else if strings.Contains(err.Error(), "index") {
				t.Errorf("the panic's text is shown: %s", err)
			}
		}
	})
}

func TestSharedCallerLeavesAlone(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Shared[int]) {
		first, leave := context.WithCancel(t.Context())
		cancelled := false
		work := func(ctx context.Context) (int, error) {
			select {
			case <-ctx.Done():
				cancelled = true
				return 0, ctx.Err()
			case <-time.After(10 * time.Second):
				return 42, nil
			}
		}
		var firstErr error
		var both sync.WaitGroup
		both.Go(func() { _, firstErr = s.Do(first, "key", time.Minute, work) })
		synctest.Wait() // the first caller's work runs
		var value int
		var err error
		both.Go(func() { value, err = s.Do(t.Context(), "key", time.Minute, work) })
		synctest.Wait()
		leave()
		both.Wait()
		if !errors.Is(firstErr, context.Canceled) {
			t.Errorf("the caller who left got %v", firstErr)
		}
		if value != 42 || err != nil || cancelled {
			t.Errorf("the one who stayed got %d, %v; cancelled: %t", value, err, cancelled)
		}
	})
}

func TestSharedLastCallerCancels(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Shared[int]) {
		ctx, leave := context.WithCancel(t.Context())
		var ended atomic.Int32
		stubborn := func(ctx context.Context) (int, error) {
			<-ctx.Done()
			ended.Add(1)
			time.Sleep(time.Second) // winds down, and then claims success
			return 13, nil
		}
		done := make(chan struct{})
		go func() { defer close(done); callers(ctx, s, 3, stubborn) }()
		synctest.Wait()
		if ended.Load() != 0 {
			t.Fatal("the work ended while three callers waited")
		}
		leave()
		<-done
		synctest.Wait()
		if ended.Load() != 1 {
			t.Fatal("work that nobody waits for was not cancelled")
		}
		// A later caller neither joins the cancelled work nor gets its answer afterwards.
		for _, moment := range []string{"while it winds down", "after it wound down"} {
			value, err := s.Do(t.Context(), "key", 0, func(context.Context) (int, error) { return 14, nil })
			if value != 14 || err != nil {
				t.Errorf("%s a newcomer got %d, %v", moment, value, err)
			}
			time.Sleep(2 * time.Second)
		}
		if s.kept.Len() != 0 || len(s.running) != 0 {
			t.Errorf("%d answers kept, %d runs held", s.kept.Len(), len(s.running))
		}
	})
}

func TestSharedCancel(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Shared[int]) {
		var errs []error
		var all sync.WaitGroup
		all.Go(func() {
			_, errs = callers(t.Context(), s, 3, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
		})
		synctest.Wait()
		begin := time.Now()
		s.Cancel()
		all.Wait()
		for i, err := range errs {
			if !errors.Is(err, context.Canceled) || time.Since(begin) != 0 {
				t.Errorf("caller %d got %v after %s", i, err, time.Since(begin))
			}
		}
	})
}

func TestSharedWorkHasItsOwnLimit(t *testing.T) {
	inBubble(t, func(t *testing.T, s *Shared[int]) {
		type who struct{}
		ctx := context.WithValue(t.Context(), who{}, "asker")
		begin := time.Now()
		_, err := s.Do(ctx, "key", time.Minute, func(ctx context.Context) (int, error) {
			if ctx.Value(who{}) != "asker" {
				t.Error("the work lost what its context carries: the forwarded identity")
			}
			<-ctx.Done()
			return 0, ctx.Err()
		})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != 25*time.Second {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
	})
}

// Many callers who come and go at random must neither deadlock nor get another key's answer.
func TestSharedUnderPressure(t *testing.T) {
	s := NewShared[int](time.Second, 4)
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+i%7)*200*time.Microsecond)
			defer cancel()
			want := i % 5
			got, err := s.Do(ctx, fmt.Sprint(want), time.Duration(i%2)*time.Millisecond, func(ctx context.Context) (int, error) {
				for range i % 11 {
					runtime.Gosched()
				}
				return want, ctx.Err()
			})
			if err == nil && got != want {
				t.Errorf("key %d answered %d", want, got)
			}
		})
	}
	all.Wait()
}
