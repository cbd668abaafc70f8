// Package metriccatalogue lists every metric that the plugin reads: what it means, under which names, how its series
// add up, when it exists, and which query types read it. The checks' use is read off their queries.
package metriccatalogue

import (
	"regexp"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Adding is how the series of several processes become one number of the homeserver.
type Adding string

// The ways.
const (
	// Sum: each process counts its own part.
	Sum Adding = "sum"
	// Max: every process that exports it tells the same about the one database or the one event stream.
	Max Adding = "max"
	// PerProcess: no number of the homeserver comes of it; processes are told apart.
	PerProcess Adding = "per process"
)

// Existing is when a metric exists on a healthy homeserver.
type Existing int

// The kinds.
const (
	// Always: within the first hour of any process, or of the one process that has it.
	Always Existing = iota
	// OnEvent: from the first event of its kind on, such as the first message or the first federation traffic.
	OnEvent
	// ByRole: only where a process with that role runs, and has done something.
	ByRole
	// Hourly: one hour after the start of the process that runs background tasks.
	Hourly
	// Optional: only on some platforms, with some settings, since some version, or where Prometheus keeps it.
	Optional
)

// Scope is whose the metric is, and so which labels it has.
type Scope int

// The scopes.
const (
	// OfHomeserver: labelled server_name, where Synapse is recent enough.
	OfHomeserver Scope = iota
	// OfProcess: of the Python process, without server_name.
	OfProcess
	// OfTarget: written by Prometheus about the scraped address.
	OfTarget
)

// Metric is one metric.
type Metric struct {
	// Name is as exposed; of a histogram, without _bucket, _count and _sum.
	Name      string
	Histogram bool
	// Older are the names before Name; the plugin reads those too.
	Older   []string
	Adds    Adding
	Exists  Existing
	Scope   Scope
	Meaning string
	// UsedBy are the query types that read it.
	UsedBy []string
	// probe narrows the question whether it is there to a few of its series, where it has hundreds per process.
	probe query.Matcher
	// suffix is the part that tells whether it is there, where that is neither nothing nor _count.
	suffix string
}

// Series is the name of the series that tells whether the metric is there.
func (m Metric) Series() string {
	switch {
	case m.suffix != "":
		return m.Name + m.suffix
	case m.Histogram:
		return m.Name + "_count"
	}
	return m.Name
}

// names are the series that tell whether the metric is there, under any of its names.
func (m Metric) names() []string { return append([]string{m.Series()}, m.Older...) }

// Exposes tells whether a series' name, or the beginning of one, belongs to the metric.
func (m Metric) Exposes(series string) bool {
	if series == m.Name {
		return true
	}
	for _, older := range m.Older {
		if series == older {
			return true
		}
	}
	if m.Histogram || m.suffix != "" {
		part, is := strings.CutPrefix(series, m.Name)
		return is && (part == "_bucket" || part == "_count" || part == "_sum" || part == "_" || part == "_gcount" || part == "_gsum")
	}
	return false
}

// Find gives the metric that a series belongs to.
func Find(series string) (Metric, bool) {
	for _, m := range All {
		if m.Exposes(series) {
			return m, true
		}
	}
	return Metric{}, false
}

var seriesName = regexp.MustCompile(`\b(?:(?:synapse|python|process|jemalloc|scrape)_[a-z0-9_]+|up\b)`)

// In finds the metrics that a PromQL query reads.
func In(promql string) []Metric {
	var found []Metric
	seen := map[string]bool{}
	for _, name := range seriesName.FindAllString(quoted.ReplaceAllString(promql, `""`), -1) {
		if m, ok := Find(name); ok && !seen[m.Name] {
			seen[m.Name] = true
			found = append(found, m)
		}
	}
	return found
}

// quoted is a string in PromQL: a label's value may look like a metric.
var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
