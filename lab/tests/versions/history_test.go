package versions_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/tests/promql"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// A scrape becomes hours of history: the process started at 1970-01-01, gauges stay, and what a counter counted in the
// few minutes of the recording, it counts again and again.
const (
	historyScrape = 2 * time.Minute
	historyLength = 3 * time.Hour
	recorded      = 4 * time.Minute
)

var (
	historyEnd    = time.Unix(0, 0).Add(historyLength)
	historyRange  = query.Align(historyEnd.Add(-historyLength), historyEnd, time.Minute, historyScrape)
	historyWishes = settings.Settings{ScrapeInterval: historyScrape, QueryTimeout: time.Minute, Homeserver: settings.Homeserver{CacheEntryTTL: 30 * time.Minute}}
)

// history fills an engine with what Prometheus would have of a homeserver; of metrics that nothing reads, nothing.
func (s *server) history(t *testing.T) *promql.Engine {
	t.Helper()
	var series strings.Builder
	fmt.Fprintf(&series, "load %ds\n", int(historyScrape.Seconds()))
	for i, process := range s.processes {
		target := fmt.Sprintf(`job="synapse",index=%q,instance="host:%d"`, strings.TrimSpace("main "+process.Process), 9000+i)
		fmt.Fprintf(&series, "up{%s} %s\nscrape_duration_seconds{%s} %s\n", target, constant(1), target, constant(0.1))
		for line := range strings.Lines(process.Metrics) {
			match := sampleLine.FindStringSubmatch(line)
			if match == nil {
				continue
			}
			m, read := metrics.Find(match[1])
			value, err := strconv.ParseFloat(strings.Fields(line[len(match[0]):])[0], 64)
			if !read || err != nil || value != value {
				continue
			}
			values := constant(value)
			switch {
			case m == metrics.ProcessStart:
				values = constant(0)
			case m.Kind == metrics.Counter, m.Kind == metrics.Histogram:
				values = fmt.Sprintf("0+%sx%d", number(value*historyScrape.Seconds()/recorded.Seconds()), steps)
			}
			fmt.Fprintf(&series, "%s{%s} %s\n", match[1], strings.Trim(target+","+match[2], ","), values)
		}
	}
	return promql.Load(t, series.String())
}

const steps = int(historyLength / historyScrape)

func constant(value float64) string { return fmt.Sprintf("%s+0x%d", number(value), steps) }

func number(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }
