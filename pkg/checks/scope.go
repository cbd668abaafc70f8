package checks

import (
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// Scope is which processes a check looks at, and over which time its queries go.
type Scope struct {
	Filters query.Filters
	// Scrape is the time between two scrapes; no window is shorter than four of them.
	Scrape time.Duration
	// Length is the length of the asked range.
	Length time.Duration
	// CacheEntryTTL is the setting: how long an unread entry stays in a cache; 0: for ever.
	CacheEntryTTL time.Duration
	// Identity is the labels that tell processes apart.
	Identity process.Identity
}

// Homeserver is every process of the homeservers, whichever ones are looked at: for what all of them share.
func (s Scope) Homeserver() Scope {
	s.Filters = query.Filters{ServerName: s.Filters.ServerName}
	return s
}

// PerProcess is the labels of a "by" or "on" that keeps processes apart: "server_name, job, index, instance".
func (s Scope) PerProcess() string { return "server_name, " + s.Identity.Labels() }

// Window is a range of PromQL: "[900s]".
func (s Scope) Window(d time.Duration) string { return metrics.Window(max(d, 4*s.Scrape)) }

// selector selects a metric's series: those of whole processes carry no server_name.
func (s Scope) selector(series metrics.Series, more []query.Matcher) string {
	if series.Metric.Scope == metrics.OfHomeserver {
		return s.Filters.Selector(more...)
	}
	return s.Filters.ProcessSelector(more...)
}

// Now is a metric's present value.
func (s Scope) Now(series metrics.Series, more ...query.Matcher) string {
	return series.Of(s.selector(series, more))
}

// Rate is the per-second rate of a counter.
func (s Scope) Rate(series metrics.Series, d time.Duration, more ...query.Matcher) string {
	return s.Over("rate", series, d, more...)
}

// Increase is a counter's increase.
func (s Scope) Increase(series metrics.Series, d time.Duration, more ...query.Matcher) string {
	return s.Over("increase", series, d, more...)
}

// Over applies a function of ranges, such as max_over_time.
func (s Scope) Over(function string, series metrics.Series, d time.Duration, more ...query.Matcher) string {
	return series.Over(function, s.selector(series, more), s.Window(d))
}

// Lowest is the lowest value of an expression within a window: a number that was high all the time is no burst.
func (s Scope) Lowest(expression string, d time.Duration) string {
	step := strings.Trim(metrics.Window(max(time.Minute, s.Scrape)), "[]")
	return "min_over_time((" + expression + ")" + strings.TrimSuffix(s.Window(d), "]") + ":" + step + "])"
}

// WithServer labels an expression over metrics of whole processes (process_*, python_*) with the homeserver that each
// process serves. Where the expression aggregates, it must keep s.Identity.Labels().
func (s Scope) WithServer(expression string) string {
	return s.Identity.WithServer(s.Filters, expression)
}

// WithServerLastDay is WithServer for every process of the last day, so that one that is down now is there too.
func (s Scope) WithServerLastDay(expression string) string {
	return s.Identity.SeenLastDay(s.Filters) + " * 0 + " + s.Identity.Join(expression)
}

// Sum adds up over the processes of a homeserver, by further labels if any are named.
func (s Scope) Sum(expression string, by ...string) string {
	return "sum by (" + strings.Join(append([]string{"server_name"}, by...), ", ") + ") (" + expression + ")"
}

// Max takes the highest, for what every process reports of the one database or event stream.
func (s Scope) Max(expression string, by ...string) string {
	return "max by (" + strings.Join(append([]string{"server_name"}, by...), ", ") + ") (" + expression + ")"
}

// SumPerProcess adds up within each process of a metric that carries server_name, by further labels if any are named.
func (s Scope) SumPerProcess(expression string, by ...string) string {
	return "sum by (" + strings.Join(append([]string{s.PerProcess()}, by...), ", ") + ") (" + expression + ")"
}
