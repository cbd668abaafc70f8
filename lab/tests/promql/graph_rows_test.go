package promql

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/lab/testdata"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/changes"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/graph"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// What "Synapse: all graphs" asks of Prometheus: little while its rows are closed and no cache was resized, and no more for each panel than a ranking, its
// lines and what explains an empty one. Times are measured elsewhere.
func TestRowsOfAllGraphsAskLittle(t *testing.T) {
	const variables, opening, perPanel, perRow = 3, 10, 5, 60
	text, err := os.ReadFile("../../../provisioning/dashboards/matrix-synapse/synapse-graphs.json")
	if err != nil {
		t.Fatal(err)
	}
	type panel struct {
		Title   string
		Targets []json.RawMessage
		Panels  []panel
	}
	var dashboard struct{ Panels []panel }
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	scrapes, err := testdata.Versions()
	if err != nil {
		t.Fatal(err)
	}
	scrapes = slices.DeleteFunc(scrapes, func(s testdata.Scrape) bool { return s.Version != "1.163.2" || s.Server != "workers" })
	engine := Load(t, testdata.History{Every: time.Minute, Length: eightHours}.Of(scrapes))
	count := func(typ query.Type, queries ...json.RawMessage) int {
		t.Helper()
		counted := &distinct{Metrics: engine, asked: map[string]bool{}}
		options := settings.Settings{ScrapeInterval: time.Minute, QueryTimeout: time.Minute}
		runner := query.NewRunner(options, counted, nil)
		end := time.Unix(0, 0).Add(eightHours)
		for _, raw := range queries {
			request, err := typ.Decode(raw)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := runner.Run(t.Context(), typ, request, query.Align(end.Add(-6*time.Hour), end, time.Minute, options.ScrapeInterval), query.Asker{}); err != nil {
				t.Fatal(err)
			}
		}
		return len(counted.asked)
	}
	if n := variables + count(changes.Type(), json.RawMessage(`{"format": "annotations"}`)); n > opening {
		t.Errorf("opening the dashboard asks %d times, want at most %d", n, opening)
	}
	rows := 0
	for _, row := range dashboard.Panels {
		if len(row.Targets) > 0 {
			t.Errorf("%q asks before a row is opened", row.Title)
		}
		if len(row.Panels) == 0 {
			continue
		}
		rows++
		var queries []json.RawMessage
		for _, p := range row.Panels {
			if len(p.Targets) != 1 {
				t.Errorf("%s / %s has %d queries", row.Title, p.Title, len(p.Targets))
			}
			for _, target := range p.Targets {
				queries = append(queries, chosen(t, target))
			}
		}
		if n := count(graph.Type(), queries...); n > min(perRow, perPanel*len(queries)) || n == 0 {
			t.Errorf("%s asks %d times for %d panels", row.Title, n, len(queries))
		}
	}
	if rows < 20 {
		t.Errorf("%d rows", rows)
	}
}

// distinct counts different questions: what is the same, the data source sends once.
type distinct struct {
	query.Metrics
	mu    sync.Mutex
	asked map[string]bool
}

func (d *distinct) note(parts ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked[fmt.Sprint(parts...)] = true
}

func (d *distinct) Instant(ctx context.Context, promql string, at time.Time) (model.Vector, []string, error) {
	d.note(promql, at)
	return d.Metrics.Instant(ctx, promql, at)
}

func (d *distinct) Range(ctx context.Context, promql string, from, to time.Time, step time.Duration) (model.Matrix, []string, error) {
	d.note(promql, from, to, step)
	return d.Metrics.Range(ctx, promql, from, to, step)
}

// chosen is a panel's query with its variables at "all" and "no".
func chosen(t *testing.T, target json.RawMessage) json.RawMessage {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(target, &fields); err != nil {
		t.Fatal(err)
	}
	for _, variable := range []string{"serverName", "job", "index", "perProcess", "datasource", "refId", "queryType"} {
		delete(fields, variable)
	}
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
