package diagnosis

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// answering is Prometheus by the beginnings of its questions, the longest first.
type answering struct {
	vectors map[string]model.Vector
	lines   map[string]model.Matrix
	err     error
}

func longest[V any](of map[string]V, promql string) (found V) {
	at := -1
	for part, value := range of {
		if strings.Contains(promql, part) && len(part) > at {
			found, at = value, len(part)
		}
	}
	return found
}

func (a answering) Instant(_ context.Context, promql string, _ time.Time) (model.Vector, []string, error) {
	return longest(a.vectors, promql), nil, a.err
}

// onProcesses are the matchers of processes, which history is narrowed by.
var onProcesses = regexp.MustCompile(`(job|index)=~?"[^"]*",?`)

func (a answering) Range(_ context.Context, promql string, _, _ time.Time, _ time.Duration) (model.Matrix, []string, error) {
	return longest(a.lines, onProcesses.ReplaceAllString(promql, "")), nil, a.err
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// diagnose asks about the hour until then.
func diagnose(t *testing.T, on query.Metrics, database query.Database, until time.Time, raw string, change func(*settings.Settings)) (data.Frames, error) {
	t.Helper()
	request, err := Type().Decode(json.RawMessage(raw))
	if err != nil {
		return nil, err
	}
	options := settings.Settings{QueryTimeout: time.Minute, ScrapeInterval: 15 * time.Second}
	change(&options)
	within := query.Align(until.Add(-time.Hour), until, time.Minute, options.ScrapeInterval)
	return query.NewRunner(options, on, database).Run(t.Context(), Type(), request, within, query.Asker{})
}

func ordinary(*settings.Settings) {}

func ask(t *testing.T, on query.Metrics, raw string) data.Frames {
	t.Helper()
	frames, err := diagnose(t, on, nil, noon, raw, ordinary)
	if err != nil {
		t.Fatal(err)
	}
	return frames
}

func texts(frame *data.Frame, column string) []string {
	field, _ := frame.FieldByName(column)
	var all []string
	for i := range field.Len() {
		all = append(all, field.At(i).(string))
	}
	return all
}

func sampleOf(index string, value float64) *model.Sample {
	return &model.Sample{Value: model.SampleValue(value), Metric: model.Metric{
		"server_name": "a.example", "job": "synapse", "index": model.LabelValue(index), "instance": "host:" + model.LabelValue(index),
	}}
}

func processLine(index string, values ...float64) *model.SampleStream {
	stream := &model.SampleStream{Metric: sampleOf(index, 0).Metric}
	for i, v := range values {
		at := noon.Add(time.Duration(i-len(values)+1) * time.Minute)
		stream.Values = append(stream.Values, model.SamplePair{Timestamp: model.TimeFromUnix(at.Unix()), Value: model.SampleValue(v)})
	}
	return stream
}

const (
	servers = "count by (server_name) (last_over_time("
	cpu     = "rate(process_cpu_seconds_total{}[900s])"
	busy    = "rate(python_twisted_reactor_tick_time_sum{}[900s])"
)

func onTwo(cpuOf1, cpuOf2 float64) answering {
	return answering{
		vectors: map[string]model.Vector{
			servers: {{Metric: model.Metric{"server_name": "a.example"}, Value: 2}},
			cpu:     {sampleOf("1", cpuOf1), sampleOf("2", cpuOf2)}, busy: {sampleOf("1", cpuOf1), sampleOf("2", cpuOf2)},
		},
		lines: map[string]model.Matrix{cpu: {processLine("1", 0.2, 0.97, 0.5, 0.96, 0.97), processLine("2", 0.2, 0.9, 0.3, 0.3, 0.3)}},
	}
}

// refusing is Prometheus with a limit that one kind of query exceeds.
type refusing struct {
	answering
	part string
	kind upstream.Kind
}

func (r refusing) fault(promql string) error {
	if strings.Contains(promql, r.part) {
		return &upstream.Fault{Kind: r.kind, Message: "Too many samples."}
	}
	return nil
}

func (r refusing) Instant(_ context.Context, promql string, _ time.Time) (model.Vector, []string, error) {
	return longest(r.vectors, promql), nil, r.fault(promql)
}

func (r refusing) Range(ctx context.Context, promql string, from, to time.Time, step time.Duration) (model.Matrix, []string, error) {
	matrix, _, _ := r.answering.Range(ctx, promql, from, to, step)
	return matrix, nil, r.fault(promql)
}

// closed is a PostgreSQL that knows whose it is and answers nothing else.
type closed struct{}

func (closed) Owner(context.Context) (string, error) { return "a.example", nil }
func (closed) Read(context.Context, time.Duration, func(context.Context, query.Tx) error) error {
	return &upstream.Fault{Kind: upstream.Timeout, Message: "PostgreSQL took too long."}
}
