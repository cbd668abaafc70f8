package federation

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// fakeMetrics answers queries that hold a text, and keeps what it is asked.
type fakeMetrics struct {
	vectors map[string]model.Vector
	streams map[string]model.Matrix
	mu      *sync.Mutex
	asked   *[]string
}

func newMetrics() fakeMetrics { return fakeMetrics{mu: &sync.Mutex{}, asked: &[]string{}} }

func (m fakeMetrics) note(promql string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	*m.asked = append(*m.asked, promql)
}

func (m fakeMetrics) Instant(_ context.Context, promql string, _ time.Time) (model.Vector, []string, error) {
	m.note(promql)
	for part, vector := range m.vectors {
		if strings.Contains(promql, part) {
			return vector, nil, nil
		}
	}
	return nil, nil, nil
}

func (m fakeMetrics) Range(_ context.Context, promql string, _, _ time.Time, _ time.Duration) (model.Matrix, []string, error) {
	m.note(promql)
	for part, matrix := range m.streams {
		if strings.Contains(promql, part) {
			return matrix, nil, nil
		}
	}
	return nil, nil, nil
}

func ask(t *testing.T, metrics query.Metrics, db query.Database, raw string) data.Frames {
	t.Helper()
	kind := Type()
	request, err := kind.Decode(json.RawMessage(raw))
	if err != nil {
		t.Fatal(err)
	}
	within := query.Align(now.Add(-time.Hour), now, time.Minute, 15*time.Second)
	frames, err := query.NewRunner(settings.Settings{QueryTimeout: time.Minute}, metrics, db).Run(t.Context(), kind, request, within, query.Asker{})
	if err != nil {
		t.Fatal(err)
	}
	return frames
}

func sample(value float64, labels ...string) *model.Sample {
	metric := model.Metric{}
	for i := 0; i < len(labels); i += 2 {
		metric[model.LabelName(labels[i])] = model.LabelValue(labels[i+1])
	}
	return &model.Sample{Metric: metric, Value: model.SampleValue(value)}
}

func stream(value float64, labels ...string) *model.SampleStream {
	return &model.SampleStream{Metric: sample(0, labels...).Metric, Values: []model.SamplePair{{Timestamp: 1000, Value: model.SampleValue(value)}}}
}

func notices(frames data.Frames) string {
	var all []string
	for _, n := range frames[0].Meta.Notices {
		all = append(all, n.Text)
	}
	return strings.Join(all, "\n")
}
