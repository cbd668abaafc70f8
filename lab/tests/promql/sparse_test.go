package promql

import (
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/queries"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// Prometheus' default is a scrape a minute, the data source's is one each 15 s. Where both stay as they are, the window
// of a rate over a short range holds one value: every graph is empty, and must say why.
func TestEmptyForSparseScrapes(t *testing.T) {
	rare := strings.ReplaceAll(storedScrape(t), "load 15s", "load 1m")
	tests := map[string][]string{
		"eventSendTime": {"quantiles", "heatmap", "byWorker"}, "transactions": {"cost", "rate", "meanDuration"}, "federation": {"traffic", "edus", "lag"},
		"caches": {"requests"}, "garbageCollection": {"time", "pauses"}, "resources": {"cpu", "reactor", "databasePool"}, "graph": {"series"},
	}
	engine := Load(t, rare)
	end := time.Unix(0, 0).Add(1900 * time.Minute)
	ask := func(typ query.Type, format string, scrape time.Duration) (rows int, told string) {
		request, err := typ.Decode([]byte(`{"format": "` + format + `", "serverName": "localhost:8481"}`))
		if err != nil {
			t.Fatal(err)
		}
		within := query.Align(end.Add(-time.Hour), end, 4*time.Second, scrape)
		frames, err := query.NewRunner(settings.Settings{ScrapeInterval: scrape, QueryTimeout: time.Minute}, engine, nil).Run(t.Context(), typ, request, within, query.Asker{})
		if err != nil {
			t.Fatal(err)
		}
		for _, frame := range frames {
			rows += frame.Rows()
		}
		return rows, notices(frames)
	}
	for id, formats := range tests {
		typ, err := queries.Find(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range formats {
			rows, told := ask(typ, format, 15*time.Second)
			if rows != 0 || strings.Count(told, " about every ") != 1 {
				t.Errorf("%s/%s: %d rows, and %q does not say why once", id, format, rows, told)
			}
			for _, other := range []string{"Prometheus has no ", "Prometheus has nothing", "nothing to count", "No event passed"} {
				if strings.Contains(told, other) {
					t.Errorf("%s/%s gives a second reason, %q: %s", id, format, other, told)
				}
			}
			if rows, told := ask(typ, format, time.Minute); rows == 0 || strings.Contains(told, "scrape interval") {
				t.Errorf("%s/%s with the right interval: %d rows, %s", id, format, rows, told)
			}
		}
	}
}
