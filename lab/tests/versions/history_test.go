package versions_test

import (
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/testdata"
	"github.com/matrix-insight/synapse-datasource/lab/tests/promql"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

const (
	historyScrape = 2 * time.Minute
	historyLength = 3 * time.Hour
)

var (
	historyEnd    = time.Unix(0, 0).Add(historyLength)
	historyRange  = query.Align(historyEnd.Add(-historyLength), historyEnd, time.Minute, historyScrape)
	historyWishes = settings.Settings{ScrapeInterval: historyScrape, QueryTimeout: time.Minute, Homeserver: settings.Homeserver{CacheEntryTTL: 30 * time.Minute}}
)

// history fills an engine with what Prometheus would have of a homeserver; of metrics that nothing reads, nothing.
func (s *server) history(t *testing.T) *promql.Engine {
	t.Helper()
	return promql.Load(t, testdata.History{Every: historyScrape, Length: historyLength}.Of(s.processes))
}
