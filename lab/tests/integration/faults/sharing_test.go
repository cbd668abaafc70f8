package faults

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
)

// gate holds every question until it is opened.
type gate struct {
	opened chan struct{}
	once   sync.Once
}

func newGate(t *testing.T) *gate {
	g := &gate{opened: make(chan struct{})}
	t.Cleanup(g.open)
	return g
}

func (g *gate) open() { g.once.Do(func() { close(g.opened) }) }

func (g *gate) hold(w http.ResponseWriter, r *http.Request) {
	select {
	case <-g.opened:
		between.next.ServeHTTP(w, r)
	case <-r.Context().Done():
		between.left.Add(1)
	}
}

// Thirty viewers who open the same panel at once cost Prometheus one computation, even where nothing is kept.
func TestIdenticalQueriesAtOnce(t *testing.T) {
	const viewers = 30
	for _, kind := range []string{"transactions", "diagnosis"} {
		t.Run(kind, func(t *testing.T) {
			of := source(t, map[string]any{"cacheTTL": "0s"})
			q := ask.Query{"queryType": kind}
			answered(t, of, q)
			alone := between.requests.Load()
			between.heal()
			g := newGate(t)
			between.fail(g.hold, nil)
			var everybody sync.WaitGroup
			for range viewers {
				everybody.Go(func() {
					response, err := plugin.QueryData(t.Context(), of.Request(laboratory.History, q))
					if err != nil || response.Responses["A"].Error != nil || len(response.Responses["A"].Frames) == 0 {
						t.Errorf("%v, %v", response, err)
					}
				})
			}
			time.Sleep(2 * time.Second) // all of them are in the plugin
			g.open()
			everybody.Wait()
			if n := between.requests.Load(); n > alone {
				t.Errorf("%d viewers cost %d requests, one costs %d", viewers, n, alone)
			}
		})
	}
}

// Many viewers of a Prometheus that fails get the error of one try each, not of thirty.
func TestIdenticalFailuresAtOnce(t *testing.T) {
	of := source(t, nil)
	released := make(chan struct{})
	between.fail(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-released:
		case <-r.Context().Done():
		}
		w.WriteHeader(http.StatusInternalServerError)
	}, nil)
	var everybody sync.WaitGroup
	for range 30 {
		everybody.Go(func() {
			failed(t, "a viewer", asked(t, of, ask.Query{"queryType": "transactions"}), http.StatusBadGateway, "500")
		})
	}
	time.Sleep(2 * time.Second)
	close(released)
	everybody.Wait()
	if n := between.requests.Load(); n > 30 {
		t.Errorf("30 viewers cost a failing Prometheus %d requests", n)
	}
}

// Who closes the panel stops his query at Prometheus, and nobody else's.
func TestCancelled(t *testing.T) {
	of := source(t, map[string]any{"cacheTTL": "0s"})
	q := ask.Query{"queryType": "transactions"}
	start := func(ctx context.Context) <-chan error {
		done := make(chan error, 1)
		go func() {
			response, err := plugin.QueryData(ctx, of.Request(laboratory.History, q))
			if err == nil {
				clean(t, "A", response.Responses["A"])
				err = response.Responses["A"].Error
			}
			done <- err
		}()
		return done
	}
	waits := func(n int64) {
		t.Helper()
		for end := time.Now().Add(slack); between.open.Load() < n; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("Prometheus is not asked")
			}
		}
	}
	t.Run("the only one", func(t *testing.T) {
		between.fail(newGate(t).hold, nil)
		ctx, cancel := context.WithCancel(t.Context())
		done := start(ctx)
		waits(1)
		cancel()
		if err := <-done; grpcstatus.Code(err) != codes.Canceled && !errors.Is(err, context.Canceled) && !strings.Contains(err.Error(), "cancelled") {
			t.Errorf("%v", err)
		}
		between.everybodyLeft(t)
	})
	t.Run("one of two", func(t *testing.T) {
		g := newGate(t)
		between.fail(g.hold, nil)
		ctx, cancel := context.WithCancel(t.Context())
		first := start(ctx)
		waits(1)
		second := start(t.Context())
		time.Sleep(time.Second) // it has joined the first
		cancel()
		t.Logf("the cancelled one ended with: %v", <-first)
		time.Sleep(200 * time.Millisecond)
		g.open()
		if err := <-second; err != nil {
			t.Errorf("the second one: %v", err)
		}
	})
}

// Two queries of one name in one request: both answers are there, and an error is not lost.
func TestEqualRefIDs(t *testing.T) {
	of := source(t, nil)
	request := of.Request(laboratory.History,
		ask.Query{"refId": "A", "queryType": "garbageCollection", "format": "summary"},
		ask.Query{"refId": "A", "queryType": "resources", "format": "processes"})
	response, err := plugin.QueryData(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if answer := response.Responses["A"]; answer.Error != nil || len(answer.Frames) != 2 || len(response.Responses) != 1 {
		t.Errorf("%d answers, %d frames, %v", len(response.Responses), len(answer.Frames), answer.Error)
	}
	for range 5 { // whichever comes first
		answer := together(t, of,
			ask.Query{"refId": "A", "queryType": "garbageCollection", "format": "summary"},
			ask.Query{"refId": "A", "queryType": "nonsense"})["A"]
		failed(t, "one of two", answer, http.StatusBadRequest, "nonsense")
	}
}
