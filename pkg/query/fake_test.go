package query

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/jackc/pgx/v5"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/prometheus/common/model"
)

// prometheusStub answers every query with one sample, and counts.
type prometheusStub struct {
	asked    atomic.Int32
	warnings []string
	err      error
}

func (p *prometheusStub) Instant(context.Context, string, time.Time) (model.Vector, []string, error) {
	p.asked.Add(1)
	return model.Vector{sample("a.org", "x", 1)}, p.warnings, p.err
}

func (p *prometheusStub) Range(context.Context, string, time.Time, time.Time, time.Duration) (model.Matrix, []string, error) {
	p.asked.Add(1)
	return model.Matrix{stream(model.Metric{"server_name": "a.org"}, 1)}, p.warnings, p.err
}

type databaseStub struct{}

func (databaseStub) Read(ctx context.Context, _ time.Duration, fn func(context.Context, Tx) error) error {
	return fn(ctx, databaseStub{})
}
func (databaseStub) Owner(context.Context) (string, error) { return "a.org", nil }
func (databaseStub) Query(context.Context, string, ...any) (pgx.Rows, error) {
	return nil, nil
}

type spoken string

func (w spoken) Frames(v View) data.Frames {
	if w == "panic" {
		panic("while drawing")
	}
	text := string(w)
	if v.ShowRooms {
		text += " with rooms"
	}
	return data.Frames{data.NewFrame(text), data.NewFrame("second")}
}

func typeOf(needs Upstream, current bool, run func(context.Context, *Session) (Result, error)) Type {
	return Type{
		ID: "things", Title: "Things", Limit: Limit{20, 500},
		Formats: []Format{{ID: "table", Title: "Table", Needs: needs, Current: current}}, Run: run,
	}
}

func newTestRunner(database Database, ttl time.Duration) (*Runner, *prometheusStub) {
	stub := &prometheusStub{}
	return NewRunner(settings.Settings{QueryTimeout: 5 * time.Second, CacheTTL: ttl, ScrapeInterval: scrape15}, stub, database), stub
}

func runOnce(t *testing.T, r *Runner, typ Type, raw string, tr TimeRange, asker Asker) (data.Frames, error) {
	t.Helper()
	req, err := typ.Decode([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return r.Run(t.Context(), typ, req, tr, asker)
}

var lastHour = Align(noon.Add(-time.Hour), noon, time.Minute, scrape15)
