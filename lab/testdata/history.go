package testdata

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// History makes hours of a scrape: the process started at 1970-01-01, gauges stay, and what a counter counted in the few minutes
// of the recording, it counts again and again.
type History struct {
	Every, Length time.Duration
	// Unread keeps metrics that the plugin does not read, too.
	Unread bool
}

// recorded is how long the processes were used for, about.
const recorded = 4 * time.Minute

var sampleLine = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? `)

// Of writes what Prometheus would have of a homeserver's processes, in the notation of promtool's unit tests.
func (h History) Of(processes []Scrape) string {
	var series strings.Builder
	fmt.Fprintf(&series, "load %ds\n", int(h.Every.Seconds()))
	for i, process := range processes {
		target := fmt.Sprintf(`job="synapse",index=%q,instance="host:%d"`, strings.TrimSpace("main "+process.Process), 9000+i)
		fmt.Fprintf(&series, "up{%s} %s\nscrape_duration_seconds{%s} %s\n", target, h.stays(1), target, h.stays(0.1))
		counts := false
		for line := range strings.Lines(process.Metrics) {
			if fields := strings.Fields(line); len(fields) == 4 && fields[1] == "TYPE" {
				counts = fields[3] == "counter" || fields[3] == "histogram" || fields[3] == "summary"
				continue
			}
			match := sampleLine.FindStringSubmatch(line)
			if match == nil {
				continue
			}
			m, read := metrics.Find(match[1])
			value, err := strconv.ParseFloat(strings.Fields(line[len(match[0]):])[0], 64)
			if !read && !h.Unread || err != nil || value != value {
				continue
			}
			counted := counts
			if read { // Synapse calls some counters gauges
				counted = m.Kind == metrics.Counter || m.Kind == metrics.Histogram
			}
			values := h.stays(value)
			switch {
			case m == metrics.ProcessStart:
				values = h.stays(0)
			case counted:
				values = fmt.Sprintf("0+%sx%d", number(value*h.Every.Seconds()/recorded.Seconds()), h.steps())
			}
			fmt.Fprintf(&series, "%s{%s} %s\n", match[1], strings.Trim(target+","+match[2], ","), values)
		}
	}
	return series.String()
}

func (h History) steps() int { return int(h.Length / h.Every) }

func (h History) stays(value float64) string { return fmt.Sprintf("%s+0x%d", number(value), h.steps()) }

func number(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }
