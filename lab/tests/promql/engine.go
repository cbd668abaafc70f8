// Package promql runs query types on Prometheus' own engine over small series written by hand: what the PromQL that
// the plugin sends really answers. Its tests lie beside it, one file per query type.
package promql

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/util/teststorage"

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
	// promqltest's own storage refuses samples of several days: it tidies up while they are still coming.
	store := teststorage.New(t, func(o *tsdb.Options) {
		o.MinBlockDuration, o.MaxBlockDuration = yearMillis, yearMillis
	})
	if err := Fill(store, series); err != nil {
		t.Fatal(err)
	}
	return &Engine{engine: promqltest.NewTestEngine(t, false, 5*time.Minute, 10_000_000), storage: store}
}

// Open reads a Prometheus data folder.
func Open(t testing.TB, folder string) *Engine {
	t.Helper()
	store, err := tsdb.Open(folder, slog.New(slog.DiscardHandler), nil, tsdb.DefaultOptions(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return &Engine{engine: promqltest.NewTestEngine(t, false, 5*time.Minute, 50_000_000), storage: store}
}

const yearMillis = int64(365 * 24 * time.Hour / time.Millisecond)

// Fill writes series in the notation of promtool's unit tests; the first sample is at 1970-01-01.
func Fill(store storage.Appendable, series string) error {
	reader := parser.NewParser(parser.Options{})
	var interval time.Duration
	appender := store.Appender(context.Background())
	for line := range strings.Lines(series) {
		line = strings.TrimSpace(line)
		if between, is := strings.CutPrefix(line, "load "); is {
			step, err := model.ParseDuration(between)
			if err != nil {
				return err
			}
			interval = time.Duration(step)
			continue
		}
		if line == "" {
			continue
		}
		name, values, err := reader.ParseSeriesDesc(line)
		if err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
		for i, v := range values {
			if v.Omitted {
				continue
			}
			if _, err := appender.Append(0, name, int64(i)*interval.Milliseconds(), v.Value); err != nil {
				return fmt.Errorf("%s: %w", line, err)
			}
		}
	}
	return appender.Commit()
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

// Over asks series that lie elsewhere.
func Over(series storage.Queryable) *Engine {
	return &Engine{storage: series, engine: promql.NewEngine(promql.EngineOpts{
		MaxSamples: 50_000_000, Timeout: 2 * time.Minute, LookbackDelta: 5 * time.Minute, EnableAtModifier: true, EnableNegativeOffset: true,
		NoStepSubqueryIntervalFn: func(int64) int64 { return time.Minute.Milliseconds() }, Parser: parser.NewParser(parser.Options{}),
	})}
}
