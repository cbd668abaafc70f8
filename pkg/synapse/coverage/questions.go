// Package coverage tells which of the metrics that the plugin reads Prometheus has of each homeserver, and which of the
// others that homeserver should have. The check metric-coverage and the table of metrics use it.
package coverage

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// namesPerQuestion and processesPerQuestion bound what one query asks for, so that it stays short enough for a GET.
const namesPerQuestion, processesPerQuestion = 60, 6

// labelOfName holds the name of a series whose own name an operator of PromQL took away.
const labelOfName = "metric"

// Question asks which of some metrics are there: one series per homeserver and name.
type Question struct {
	names     []string // of series that carry server_name
	sample    string   // a few of their series, where there are hundreds per process
	processes []*metrics.Metric
}

// Questions are those that together ask for these metrics.
func Questions(wanted []*metrics.Metric) []Question {
	names := map[string][]string{} // by sample
	var processes []*metrics.Metric
	for _, m := range wanted {
		if m.Scope != metrics.OfHomeserver {
			processes = append(processes, m)
			continue
		}
		names[m.Sample] = append(names[m.Sample], m.Marker().Names()...)
	}
	var all []Question
	for _, sample := range slices.Sorted(maps.Keys(names)) {
		for some := range slices.Chunk(names[sample], namesPerQuestion) {
			all = append(all, Question{names: some, sample: sample})
		}
	}
	for some := range slices.Chunk(processes, processesPerQuestion) {
		all = append(all, Question{processes: some})
	}
	return all
}

// PromQL is the query.
func (q Question) PromQL(i process.Identity, f query.Filters) string {
	if len(q.names) > 0 {
		return "count by (server_name, __name__) (" + f.Selector(query.OneOf("__name__", q.names), query.Matcher(q.sample)) + ")"
	}
	parts := make([]string, len(q.processes))
	for n, m := range q.processes {
		marker := m.Marker()
		counted := i.WithServer(f, marker.Of(f.ProcessSelector()))
		if m.Scope == metrics.OfTarget {
			counted = i.WithServerOfTarget(f, marker.Of(f.Without("index").ProcessSelector()))
		}
		parts[n] = fmt.Sprintf(`label_replace(count by (server_name) (%s), %q, %q, "", "")`, counted, labelOfName, marker.Name)
	}
	return strings.Join(parts, " or ")
}

// NameIn is the name of a series that an answer shows; label gives one of its labels.
func NameIn(label func(name string) string) string {
	if name := label(labelOfName); name != "" {
		return name
	}
	return label("__name__")
}

// Versions is PromQL for the versions of Synapse that run: one series per homeserver and version. A process that was upgraded
// a moment ago may still show both versions, which no join takes, so one of them is taken.
func Versions(i process.Identity, f query.Filters) string {
	processes := "count by (server_name, " + i.Labels() + ") (" + metrics.ScheduleTime.Count().Of(f.Selector()) + ")"
	one := "topk by (" + i.Labels() + ") (1, " + metrics.BuildInfo.Series().Of(f.ProcessSelector()) + ")"
	return "count by (server_name, version) (" + processes + " * 0 + on (" + i.Labels() + ") group_left (version) " + one + ")"
}
