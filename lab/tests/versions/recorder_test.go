package versions_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/lab/tests/promql"
)

// recorder keeps what was asked, and asks nothing twice.
type recorder struct {
	engine  *promql.Engine
	mu      sync.Mutex
	asked   map[string]bool
	vectors map[string]model.Vector
	series  map[string]model.Matrix
}

func record(engine *promql.Engine) *recorder {
	return &recorder{engine: engine, asked: map[string]bool{}, vectors: map[string]model.Vector{}, series: map[string]model.Matrix{}}
}

func (r *recorder) Instant(ctx context.Context, promql string, at time.Time) (model.Vector, []string, error) {
	return remember(r, r.vectors, promql, fmt.Sprint(promql, at.Unix()), func() (model.Vector, []string, error) {
		return r.engine.Instant(ctx, promql, at)
	})
}

func (r *recorder) Range(ctx context.Context, promql string, from, to time.Time, step time.Duration) (model.Matrix, []string, error) {
	return remember(r, r.series, promql, fmt.Sprint(promql, from.Unix(), to.Unix(), step), func() (model.Matrix, []string, error) {
		return r.engine.Range(ctx, promql, from, to, step)
	})
}

func remember[T any](r *recorder, kept map[string]T, promql, key string, ask func() (T, []string, error)) (T, []string, error) {
	r.mu.Lock()
	answer, known := kept[key]
	r.asked[promql] = true
	r.mu.Unlock()
	if known {
		return answer, nil, nil
	}
	answer, warnings, err := ask()
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		kept[key] = answer
	}
	return answer, warnings, err
}
