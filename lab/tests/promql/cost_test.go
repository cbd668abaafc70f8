package promql

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// metered counts what is asked of an engine, and the bytes of the answers as Prometheus' API writes them.
type metered struct {
	*Engine
	mu                     sync.Mutex
	instants, ranges, size int
}

func (c *metered) add(of *int, answer any) {
	text, _ := json.Marshal(answer) //nolint:errchkjson // numbers and labels
	c.mu.Lock()
	defer c.mu.Unlock()
	*of++
	c.size += len(text)
}

func (c *metered) Instant(ctx context.Context, promql string, at time.Time) (model.Vector, []string, error) {
	vector, warnings, err := c.Engine.Instant(ctx, promql, at)
	c.add(&c.instants, vector)
	return vector, warnings, err
}

func (c *metered) Range(ctx context.Context, promql string, from, to time.Time, step time.Duration) (model.Matrix, []string, error) {
	matrix, warnings, err := c.Engine.Range(ctx, promql, from, to, step)
	c.add(&c.ranges, matrix)
	return matrix, warnings, err
}

// simulatedCosts is what a diagnosis may ask of Prometheus, on a homeserver with every planted problem and on one without. A new
// check asks for what its judgement reads where nothing is wrong: raise the first number when the room for some is used up, and no other. History is for
// what was found, so ranges do not grow with checks.
func simulatedCosts(t *testing.T, engine *Engine) {
	for _, budget := range []struct {
		server                    string
		instants, ranges, kibytes int
	}{
		{healthyServer, 230, 2, 300},
		{troubledServer, 255, 18, 490},
	} {
		asked := &metered{Engine: engine}
		request, err := diagnosis.Type().Decode([]byte(`{"serverName":"` + budget.server + `"}`))
		if err != nil {
			t.Fatal(err)
		}
		options := settings.Settings{ScrapeInterval: simulatedScrape, QueryTimeout: time.Minute, Homeserver: settings.Homeserver{CacheEntryTTL: 30 * time.Minute, DummyEventsThreshold: 10}}
		within := query.Align(simulatedEnd.Add(-6*time.Hour), simulatedEnd, simulatedScrape, simulatedScrape)
		if _, err := query.NewRunner(options, asked, nil).Run(t.Context(), diagnosis.Type(), request, within, query.Asker{}); err != nil {
			t.Fatal(err)
		}
		if asked.instants > budget.instants || asked.ranges > budget.ranges || asked.size > budget.kibytes<<10 {
			t.Errorf("a diagnosis of %s asks %d instant and %d range queries for %d KiB; it may %d, %d and %d", budget.server, asked.instants, asked.ranges, asked.size>>10,
				budget.instants, budget.ranges, budget.kibytes)
		}
	}
}
