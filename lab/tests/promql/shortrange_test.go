package promql

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/queries"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

var zeroDuration = regexp.MustCompile(`\b0m?s\b`)

// Over the shortest range everything answers, and nothing asks for a duration of 0 s, which this engine takes but
// Prometheus before version 3 refuses.
func TestShortRange(t *testing.T) {
	engine := Load(t, storedScrape(t))
	end := time.Unix(0, 0).Add(eightHours)
	within := query.Align(end.Add(-time.Minute), end, time.Second, 15*time.Second)
	runner := query.NewRunner(settings.Settings{ScrapeInterval: 15 * time.Second, QueryTimeout: time.Minute, Homeserver: settings.Homeserver{CacheEntryTTL: 30 * time.Minute}}, engine, nil)
	for _, typ := range queries.All {
		for _, format := range typ.Formats {
			if format.Needs != query.Prometheus {
				continue
			}
			request, err := typ.Decode([]byte(`{"format": "` + format.ID + `"}`))
			if err != nil {
				t.Fatal(err)
			}
			frames, err := runner.Run(t.Context(), typ, request, within, query.Asker{})
			if err != nil {
				t.Errorf("%s/%s: %v", typ.ID, format.ID, err)
				continue
			}
			for _, promql := range strings.Split(frames[0].Meta.ExecutedQueryString, "\n\n") {
				if zeroDuration.MatchString(promql) {
					t.Errorf("%s/%s asks %s", typ.ID, format.ID, promql)
				}
			}
		}
	}
}
