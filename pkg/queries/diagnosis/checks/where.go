package checks

import (
	"fmt"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// Where is which processes a check looks at, and over which time its queries go.
type Where struct {
	Filters query.Filters
	// Scrape is the time between two scrapes; no window is shorter than four of them.
	Scrape time.Duration
	// Length is the length of the asked range.
	Length time.Duration
	// Identity is the labels that tell processes apart; nil where it was not asked for.
	Identity synapse.Identity
}

// Homeserver is every process of the homeservers, whichever ones are looked at: for what all of them share.
func (w Where) Homeserver() Where {
	w.Filters = query.Filters{ServerName: w.Filters.ServerName}
	return w
}

// Selector selects metrics that carry server_name.
func (w Where) Selector(more ...query.Matcher) string { return w.Filters.Selector(more...) }

// Window is a range of PromQL: "[900s]".
func (w Where) Window(d time.Duration) string {
	return fmt.Sprintf("[%ds]", int(max(d, 4*w.Scrape).Seconds()))
}

// Process gives the metric of whole processes (process_*, python_*) selected and, in the end, labelled with
// server_name: expression is a PromQL template in which each %s is the selector.
func (w Where) Process(expression string) string {
	return synapse.PerServer(w.Filters, strings.ReplaceAll(expression, "%s", w.Filters.ProcessSelector()))
}

// ProcessName is how people read a process: job/index, with the instance only where these are not unique. Labels that
// queries of whole processes do not keep can't name it.
func (w Where) ProcessName(label func(string) string) string {
	var parts []string
	for _, name := range w.Identity {
		if value := label(name); value != "" {
			parts = append(parts, value)
		}
	}
	if len(parts) > 0 {
		return strings.Join(parts, "/")
	}
	return ProcessName(label("job"), label("index"), label("instance"))
}

// Rate is the per-second rate of a counter with server_name.
func (w Where) Rate(metric string, d time.Duration, more ...query.Matcher) string {
	return "rate(" + metric + w.Selector(more...) + w.Window(d) + ")"
}

// Increase is a counter's increase.
func (w Where) Increase(metric string, d time.Duration, more ...query.Matcher) string {
	return "increase(" + metric + w.Selector(more...) + w.Window(d) + ")"
}

// PerProcess is the "by" of a sum that keeps processes apart.
const PerProcess = "by (server_name, job, index, instance) "

// PerServer is the "by" of a sum over processes.
const PerServer = "by (server_name) "
