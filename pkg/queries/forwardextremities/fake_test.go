package forwardextremities

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/jackc/pgx/v5" //nolint:depguard // a fake of query.Tx needs the type of its rows
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// countingDatabase answers nothing; its count stands as it is told.
type countingDatabase struct {
	state   query.Background
	started int
}

type noTx struct{}

func (noTx) Query(context.Context, string, ...any) (pgx.Rows, error) {
	return nil, errors.New("not asked in this test")
}

func (d *countingDatabase) Read(ctx context.Context, _ time.Duration, fn func(context.Context, query.Tx) error) error {
	return fn(ctx, noTx{})
}

func (d *countingDatabase) Owner(context.Context) (string, error) { return "example.org", nil }

func (d *countingDatabase) Background(string) query.Background { return d.state }

func (d *countingDatabase) StartBackground(string, time.Duration, func(context.Context, query.Reading) (any, error)) {
	d.started++
	d.state.Done = make(chan struct{})
}

// fakeMetrics answers instant queries by their beginning, and keeps what it is asked.
type fakeMetrics struct {
	vectors map[string]model.Vector
	matrix  model.Matrix
	asked   *[]string
	mu      *sync.Mutex
}

func newMetrics(asked *[]string) fakeMetrics { return fakeMetrics{asked: asked, mu: &sync.Mutex{}} }

func (m fakeMetrics) note(promql string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	*m.asked = append(*m.asked, promql)
}

func (m fakeMetrics) Instant(_ context.Context, promql string, _ time.Time) (model.Vector, []string, error) {
	m.note(promql)
	for start, vector := range m.vectors {
		if strings.HasPrefix(promql, start) {
			return vector, nil, nil
		}
	}
	return nil, nil, nil
}

func (m fakeMetrics) Range(_ context.Context, promql string, _, _ time.Time, _ time.Duration) (model.Matrix, []string, error) {
	m.note(promql)
	return m.matrix, nil, nil
}

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// lastHour is the range that the tests ask about.
var lastHour = query.Align(now.Add(-time.Hour), now, time.Minute, 15*time.Second)

func ask(t *testing.T, metrics query.Metrics, db query.Database, ask string) (data.Frames, error) {
	t.Helper()
	return askWith(t, metrics, db, ask, settings.Settings{DatasourceUID: "uid", QueryTimeout: time.Minute, Homeserver: settings.Homeserver{DummyEventsThreshold: 10}})
}

func askWith(t *testing.T, metrics query.Metrics, db query.Database, ask string, options settings.Settings) (data.Frames, error) {
	t.Helper()
	kind := Type()
	request, err := kind.Decode(json.RawMessage(ask))
	if err != nil {
		t.Fatal(err)
	}
	return query.NewRunner(options, metrics, db).Run(context.Background(), kind, request, lastHour, query.Asker{})
}

func notices(frames data.Frames) string {
	var all []string
	for _, n := range frames[0].Meta.Notices {
		all = append(all, n.Text)
	}
	return strings.Join(all, "\n")
}
