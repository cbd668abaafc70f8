package prometheus

import (
	"context"
	"fmt"
	"net/http"

	"golang.org/x/sync/semaphore"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// Priority is for whom a request is made.
type Priority int

// The priorities.
const (
	// People look at a panel.
	People Priority = iota
	// Alerts are evaluations of alert rules: one place is kept for them, so that a busy dashboard can't delay them.
	Alerts
	// Health is "Save & test", which has a place of its own: it must answer when everything else waits.
	Health
)

type priorityKey struct{}

// WithPriority makes every request of ctx wait with others of this priority.
func WithPriority(ctx context.Context, p Priority) context.Context {
	return context.WithValue(ctx, priorityKey{}, p)
}

// queue bounds how many requests are under way at Prometheus at a time. A place is held around one call and its decoding;
// its holder waits for no other answer, so nobody can wait in a circle.
type queue struct {
	places int
	all    *semaphore.Weighted
	people *semaphore.Weighted
	health *semaphore.Weighted
	// large is for the one answer that may be long at a time.
	large *semaphore.Weighted
}

func newQueue(places int) *queue {
	return &queue{
		places: places, all: semaphore.NewWeighted(int64(places)), people: semaphore.NewWeighted(int64(max(1, places-1))),
		health: semaphore.NewWeighted(1), large: semaphore.NewWeighted(1),
	}
}

// enter waits for a place; leave gives it back.
func (q *queue) enter(ctx context.Context) (leave func(), err error) {
	p, _ := ctx.Value(priorityKey{}).(Priority)
	line := map[Priority][]*semaphore.Weighted{People: {q.people, q.all}, Alerts: {q.all}, Health: {q.health}}[p]
	entered := 0
	leave = func() {
		for _, s := range line[:entered] {
			s.Release(1)
		}
	}
	for _, s := range line {
		if err := s.Acquire(ctx, 1); err != nil {
			leave()
			return nil, q.full(err)
		}
		entered++
	}
	return leave, nil
}

// full names our own limit: Prometheus was not even asked.
func (q *queue) full(err error) error {
	return &upstream.Fault{
		Kind: upstream.Timeout, Source: upstream.Downstream, Status: http.StatusGatewayTimeout, Err: err,
		Message: fmt.Sprintf("The query waited too long for its turn: this data source sends at most %d requests to Prometheus at a time.", q.places),
		Remedy:  "Choose a shorter time range or fewer panels, or raise \"Requests at a time\" (prometheusMaxConcurrent) in the data source settings if Prometheus has CPU to spare.",
	}
}
