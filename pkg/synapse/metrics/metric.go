// Package metrics is the list of every metric that the plugin reads, each a typed value: its names, its labels, its unit,
// how the series of several processes become one number, since which version it exists, and what it means. Whatever
// asks Prometheus names metrics by these values; the coverage table and the documentation follow from them.
package metrics

import "slices"

// Aggregation is how the series of several processes become one number of the homeserver.
type Aggregation string

// The ways.
const (
	// Sum: each process counts its own part.
	Sum Aggregation = "sum"
	// Max: every process that exports it reports the same about the one database or the one event stream.
	Max Aggregation = "max"
	// PerProcess: there is no number for the homeserver; processes are told apart.
	PerProcess Aggregation = "per process"
)

// Presence is when a metric exists on a healthy homeserver.
type Presence int

// The kinds.
const (
	// Always: within the first hour of any process, or of the one process that has it.
	Always Presence = iota
	// Extra: as Always, but no check needs it, only graphs. Some administrators drop it to save space.
	Extra
	// OnEvent: from the first event of its kind on, such as the first message or the first federation traffic.
	OnEvent
	// ByRole: only where a process with that role runs, and has done something.
	ByRole
	// Hourly: one hour after the start of the process that runs background tasks.
	Hourly
	// Optional: only on some platforms, with some settings, or where Prometheus keeps it.
	Optional
)

// Scope is whose the metric is, and so which labels it has.
type Scope int

// The scopes.
const (
	// OfHomeserver: labelled server_name, where Synapse is recent enough (1.136).
	OfHomeserver Scope = iota
	// OfProcess: of the Python process, without server_name.
	OfProcess
	// OfTarget: written by Prometheus about the scraped address.
	OfTarget
)

// Kind is the metric's type. Some of Synapse's gauges only grow and start at 0 with the process: those are Counters here,
// since rate and increase work on them.
type Kind int

// The types.
const (
	Counter Kind = iota
	Gauge
	Histogram
	// GaugeHistogram has _gcount, _gsum and _bucket of the present state.
	GaugeHistogram
)

// Metric is one metric.
type Metric struct {
	// Name is as exposed today; of a histogram, without _bucket, _count and _sum.
	Name string
	// Older are the names before Name, the newest first; the plugin reads those too.
	Older []string
	Kind  Kind
	// Unit is the Grafana unit of its value, or of a histogram's observations; "" is a plain number.
	Unit string
	// Labels are those of its own, besides server_name and what the target has.
	Labels    []string
	Aggregate Aggregation
	Exists    Presence
	Scope     Scope
	// Highest is the last bound of a histogram where quantiles are read: what is above is only known to be above.
	Highest float64
	// Since is the first Synapse version that has it under any of its names, "" where 1.60 has it; Until is the first
	// version without it, "" where the newest has it.
	Since, Until string
	Meaning      string
	// Sample narrows the question whether it is there to a few of its series, where it has hundreds per process.
	Sample string
}

// all is every declared metric.
var all []*Metric

// declare puts a metric into the list.
func declare(m Metric) *Metric {
	all = append(all, &m)
	return &m
}

// All is every metric, in the order of the declarations.
func All() []*Metric { return slices.Clone(all) }

// Count is the number of a histogram's observations.
func (m *Metric) Count() Series { return m.part("_count") }

// Sum is the sum of a histogram's observations.
func (m *Metric) Sum() Series { return m.part("_sum") }

// Bucket is the observations up to the bounds of a histogram.
func (m *Metric) Bucket() Series { return m.part("_bucket") }

// GCount is the number of things in a gauge histogram.
func (m *Metric) GCount() Series { return m.part("_gcount") }

// Series is the metric itself, of a counter or a gauge.
func (m *Metric) Series() Series { return m.part("") }

func (m *Metric) part(suffix string) Series {
	s := Series{Metric: m, Name: m.Name + suffix}
	for _, older := range m.Older {
		s.Older = append(s.Older, older+suffix)
	}
	return s
}

// Marker is the series that shows whether the metric is there.
func (m *Metric) Marker() Series {
	switch m.Kind {
	case Histogram:
		return m.Count()
	case GaugeHistogram:
		return m.GCount()
	case Counter, Gauge:
	}
	return m.Series()
}
