package metriccatalogue

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// perQuery bounds how many metrics of processes one query asks for, so that it stays short enough for a GET.
const perQuery = 6

// Presence gives queries that tell which of the metrics are there: one series per homeserver and name, valued by how
// many series there are. Of metrics with hundreds of series per process a few are asked for.
func Presence(f query.Filters, metrics []Metric) []string {
	var plain []string
	narrow := map[query.Matcher][]string{}
	var processes []Metric
	for _, m := range metrics {
		switch {
		case m.Scope != OfHomeserver:
			processes = append(processes, m)
		case m.probe != "":
			narrow[m.probe] = append(narrow[m.probe], m.names()...)
		default:
			plain = append(plain, m.names()...)
		}
	}
	var queries []string
	count := func(names []string, more ...query.Matcher) {
		if len(names) > 0 {
			more = append([]query.Matcher{query.OneOf("__name__", names)}, more...)
			queries = append(queries, "count by (server_name, __name__) ("+f.Selector(more...)+")")
		}
	}
	count(plain)
	for _, probe := range sorted(narrow) {
		count(narrow[probe], probe)
	}
	for some := range slices.Chunk(processes, perQuery) {
		parts := make([]string, len(some))
		for i, m := range some {
			parts[i] = fmt.Sprintf(`label_replace(count by (server_name) (%s), "metric", %q, "", "")`, m.perServer(f), m.Series())
		}
		queries = append(queries, strings.Join(parts, " or "))
	}
	return queries
}

func sorted(m map[query.Matcher][]string) []query.Matcher {
	var keys []query.Matcher
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// perServer labels the series of a process or target with the homeserver.
func (m Metric) perServer(f query.Filters) string {
	if m.Scope == OfTarget {
		return synapse.PerServerOfTarget(f, m.Series()+f.Without("index").ProcessSelector())
	}
	return synapse.PerServer(f, m.Series()+f.ProcessSelector())
}

// Present reads the answers to Presence's queries: the names that are there, by homeserver.
func Present(answers ...model.Vector) map[string]map[string]bool {
	there := map[string]map[string]bool{}
	for _, answer := range answers {
		for _, sample := range answer {
			server, name := string(sample.Metric["server_name"]), SeriesOf(sample.Metric)
			if there[server] == nil {
				there[server] = map[string]bool{}
			}
			there[server][name] = true
		}
	}
	return there
}

// SeriesOf is the name that a series of Presence's answers is about.
func SeriesOf(m model.Metric) string {
	if name, ok := m["metric"]; ok {
		return string(name)
	}
	return string(m[model.MetricNameLabel])
}

// Status is how a metric stands on a homeserver.
type Status string

// The statuses.
const (
	IsPresent Status = "present"
	IsOlder   Status = "older-name"
	IsNotYet  Status = "not-yet"
	IsAbsent  Status = "absent"
)

// Status tells how the metric stands where these names are there, and under which name it was found. Where nothing is
// there at all nothing can be "not yet".
func (m Metric) Status(there map[string]bool) (status Status, foundAs string) {
	if there[m.Series()] {
		return IsPresent, m.Series()
	}
	for _, older := range m.Older {
		if there[older] {
			return IsOlder, older
		}
	}
	if len(there) > 0 && (m.Exists == OnEvent || m.Exists == ByRole || m.Exists == Hourly) {
		return IsNotYet, ""
	}
	return IsAbsent, ""
}
