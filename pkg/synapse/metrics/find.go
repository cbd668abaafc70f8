package metrics

import (
	"regexp"
	"slices"
	"strings"
)

// Find gives the metric that a series belongs to.
func Find(series string) (*Metric, bool) {
	for _, m := range all {
		if m.exposes(series) {
			return m, true
		}
	}
	return nil, false
}

// exposes tells whether a series' name belongs to the metric.
func (m *Metric) exposes(series string) bool {
	return slices.ContainsFunc(append([]string{m.Name}, m.Older...), func(name string) bool {
		part, is := strings.CutPrefix(series, name)
		return is && slices.Contains(m.suffixes(), part)
	})
}

func (m *Metric) suffixes() []string {
	switch m.Kind {
	case Histogram:
		return []string{"_count", "_sum", "_bucket"}
	case GaugeHistogram:
		return []string{"_gcount", "_gsum", "_bucket"}
	case Counter, Gauge:
	}
	return []string{""}
}

// Names are the names of some metrics, sorted.
func Names(some ...*Metric) []string {
	names := make([]string, len(some))
	for i, m := range some {
		names[i] = m.Name
	}
	slices.Sort(names)
	return slices.Compact(names)
}

var (
	seriesName = regexp.MustCompile(`\b(?:(?:synapse|python|process|jemalloc|scrape)_[a-z0-9_]+|up\b)`)
	// quoted is a string in PromQL: a label's value may look like a metric.
	quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
)

// In finds the metrics that a PromQL query reads.
func In(promql string) []*Metric {
	var found []*Metric
	for _, name := range seriesName.FindAllString(quoted.ReplaceAllString(promql, `""`), -1) {
		if m, ok := Find(name); ok && !slices.Contains(found, m) {
			found = append(found, m)
		}
	}
	return found
}
