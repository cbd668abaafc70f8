package prometheus

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// slow counts how many requests it has at a time, and answers when it is told to.
type slow struct {
	now, most, all atomic.Int32
	release        chan struct{}
}

func (s *slow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := s.now.Add(1)
	for most := s.most.Load(); n > most && !s.most.CompareAndSwap(most, n); most = s.most.Load() {
	}
	s.all.Add(1)
	<-s.release
	s.now.Add(-1)
	_, _ = io.WriteString(w, `{"status":"success","data":{"resultType":"vector","result":[]}}`)
}

func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 500 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal(what)
}

// People take all places but one, which alert rules find free; the health check has its own.
func TestPlaces(t *testing.T) {
	backend := &slow{release: make(chan struct{})}
	server := httptest.NewServer(backend)
	defer server.Close()
	client := over(t, server.URL, http.MethodPost, http.DefaultTransport)
	var asked sync.WaitGroup
	ask := func(ctx context.Context) {
		asked.Go(func() {
			if _, _, err := client.Instant(ctx, "up", time.Now()); err != nil {
				t.Error(err)
			}
		})
	}
	for range 20 {
		ask(t.Context())
	}
	waitFor(t, "people have five places", func() bool { return backend.now.Load() == 5 })
	ask(WithPriority(t.Context(), Alerts))
	waitFor(t, "an alert rule has the sixth", func() bool { return backend.now.Load() == 6 })
	ask(WithPriority(t.Context(), Health))
	waitFor(t, "health has its own", func() bool { return backend.now.Load() == 7 })

	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, _, err := client.Instant(short, "up", time.Now())
	var fault *upstream.Fault
	if !errors.As(err, &fault) || !strings.Contains(fault.Message, "at most 6 requests") {
		t.Errorf("who waits in vain is told why: %v", err)
	}
	close(backend.release)
	asked.Wait()
	if most, all := backend.most.Load(), backend.all.Load(); most != 7 || all != 22 {
		t.Errorf("%d at a time, %d in all", most, all)
	}
}

// Large answers are read one after the other: each needs many times its size when it is decoded.
func TestLargeAnswersOneByOne(t *testing.T) {
	var large atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"status":"success","data":{"resultType":"vector","result":[]},"warnings":["`)
		_, _ = io.WriteString(w, strings.Repeat("x", 6<<20))
		_, _ = io.WriteString(w, `"]}`)
		large.Add(1)
	}))
	defer server.Close()
	client := over(t, server.URL, http.MethodPost, http.DefaultTransport)
	if err := client.queue.large.Acquire(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, _, err := client.Instant(short, "up", time.Now()); err == nil {
		t.Error("a large answer was read beside another one")
	}
	client.queue.large.Release(1)
	for range 3 { // each gives the token back
		if _, _, err := client.Instant(t.Context(), "up", time.Now()); err != nil {
			t.Error(err)
		}
	}
}
