// Package promql runs query types on Prometheus' own engine over small series written by hand: what the PromQL that
// the plugin sends really answers. Its tests lie beside it, one file per query type.
package promql

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/storage"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Engine is Prometheus without its API. It implements query.Metrics.
type Engine struct {
	engine  *promql.Engine
	storage storage.Queryable
}

var _ query.Metrics = (*Engine)(nil)

// Load fills an engine with series in the notation of promtool's unit tests; the first sample is at 1970-01-01.
//
//	load 15s
//	  up{job="synapse"} 1x40
func Load(t testing.TB, series string) *Engine {
	t.Helper()
	return &Engine{
		engine:  promqltest.NewTestEngine(t, false, 5*time.Minute, 10_000_000),
		storage: promqltest.LoadedStorage(t, series),
	}
}

// Instant evaluates promql at one time.
func (e *Engine) Instant(ctx context.Context, expression string, at time.Time) (model.Vector, []string, error) {
	prepared, err := e.engine.NewInstantQuery(ctx, e.storage, nil, expression, at)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", expression, err)
	}
	defer prepared.Close()
	result := prepared.Exec(ctx)
	if result.Err != nil {
		return nil, nil, fmt.Errorf("%s: %w", expression, result.Err)
	}
	vector, err := result.Vector()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", expression, err)
	}
	answer := make(model.Vector, len(vector))
	for i, s := range vector {
		answer[i] = &model.Sample{Metric: metric(s.Metric), Value: model.SampleValue(s.F), Timestamp: model.Time(s.T)}
	}
	return answer, nil, nil
}

// Range evaluates promql at each step from from to to.
func (e *Engine) Range(ctx context.Context, expression string, from, to time.Time, step time.Duration) (model.Matrix, []string, error) {
	prepared, err := e.engine.NewRangeQuery(ctx, e.storage, nil, expression, from, to, step)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", expression, err)
	}
	defer prepared.Close()
	result := prepared.Exec(ctx)
	if result.Err != nil {
		return nil, nil, fmt.Errorf("%s: %w", expression, result.Err)
	}
	matrix, err := result.Matrix()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", expression, err)
	}
	answer := make(model.Matrix, len(matrix))
	for i, s := range matrix {
		stream := &model.SampleStream{Metric: metric(s.Metric)}
		for _, p := range s.Floats {
			stream.Values = append(stream.Values, model.SamplePair{Timestamp: model.Time(p.T), Value: model.SampleValue(p.F)})
		}
		answer[i] = stream
	}
	return answer, nil, nil
}

func metric(ls labels.Labels) model.Metric {
	m := model.Metric{}
	ls.Range(func(l labels.Label) { m[model.LabelName(l.Name)] = model.LabelValue(l.Value) })
	return m
}
