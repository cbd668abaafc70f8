package process

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// marker is a series that every process of every version exposes, with server_name where the version has it.
var marker = metrics.ScheduleTime.Count()

// Identity is what tells processes apart. Find finds it; the zero value is job, index and instance.
type Identity struct {
	// names are the labels that people read.
	names []string
	// crowded are the values of job and index that several processes of a homeserver have at a time; nil where names are always
	// used. The others are called by job and index only, whatever pod a rollout gave them.
	crowded map[string]bool
	// labels are those by which queries keep processes apart. All of them together are never the same for two processes.
	labels []string
	// scraped are those of the labels that up and scrape_* have too.
	scraped []string
	// problems are what keeps the labels from naming every process.
	problems problems
}

// usualLabels are kept by every query: the tables show them, and one who filters has chosen by them.
var usualLabels = []string{"job", "index", "instance"}

// NewIdentity tells processes apart by these labels, and by job, index and instance.
func NewIdentity(names ...string) Identity {
	labels := slices.DeleteFunc(merged(usualLabels, names), func(label string) bool { return label == "server_name" })
	return Identity{names: names, labels: labels, scraped: labels}
}

// By is the list for a PromQL "by" that has what names a process, with server_name first.
func (i Identity) By() string {
	if len(i.names) > 0 && i.crowded == nil {
		return "server_name, " + list(i.names)
	}
	return "server_name, " + list(merged(usualNames, i.names))
}

// merged adds labels to others, each once.
func merged(labels, more []string) []string {
	labels = slices.Clone(labels)
	for _, label := range more {
		if !slices.Contains(labels, label) {
			labels = append(labels, label)
		}
	}
	return labels
}

// Labels is the list for a PromQL "by" or "on" that keeps processes apart, without server_name, which the series of whole
// processes lack.
func (i Identity) Labels() string { return list(i.kept()) }

func (i Identity) kept() []string {
	if i.labels == nil {
		return usualLabels
	}
	return i.labels
}

// ScrapedLabels are those of Labels that Prometheus' own series about a target (up, scrape_*) have too, to join with them.
func (i Identity) ScrapedLabels() string {
	if i.scraped == nil {
		return i.Labels()
	}
	return list(i.scraped)
}

func list(labels []string) string { return strings.Join(labels, ", ") }

// Name is how people read a process: its labels, joined by slashes, empty ones left out; job, index and instance where none
// of them is there.
func (i Identity) Name(m model.Metric) string {
	names := i.names
	if i.crowded != nil && !i.crowded[valuesOf(m, usualNames)] {
		names = usualNames
	}
	for _, labels := range [][]string{names, usualLabels} {
		var parts []string
		for _, label := range labels {
			if value := string(m[model.LabelName(label)]); value != "" {
				parts = append(parts, value)
			}
		}
		if len(parts) > 0 {
			return strings.Join(parts, "/")
		}
	}
	return ""
}

// valuesOf is what some labels say.
func valuesOf(m model.Metric, labels []string) string {
	values := ""
	for _, label := range labels {
		values += string(m[model.LabelName(label)]) + "\xff"
	}
	return values
}

// Process tells which process a series belongs to, whichever homeserver it serves.
func (i Identity) Process(m model.Metric) model.Fingerprint {
	process := model.Metric{}
	for _, label := range i.kept() {
		process[model.LabelName(label)] = m[model.LabelName(label)]
	}
	return process.Fingerprint()
}

// WithServer labels the series of whole processes, which have no server_name, with the homeserver that the process
// serves. Where they are aggregated, Labels must be kept. It works with every version: synapse_server_name_info exists
// only since 1.146.
func (i Identity) WithServer(f query.Filters, processes string) string {
	return "count by (server_name, " + i.Labels() + ") (" + marker.Of(f.Selector()) + ") * 0 + " + i.Join(processes)
}

// WithServerBy does so where a process has several series, told apart by own labels such as the generation of a collection. A
// process that serves several homeservers is drawn for one of them.
func (i Identity) WithServerBy(f query.Filters, own []string, processes string) string {
	one := "topk by (" + i.Labels() + ") (1, count by (server_name, " + i.Labels() + ") (" + marker.Of(f.Selector()) + ") * 0 + 1)"
	return "max by (" + i.Labels() + ", " + list(own) + ") (" + processes + ") * on (" + i.Labels() + ") group_left (server_name) " + one
}

// Join is the right side of an operation between series of homeservers and series of whole processes. A process has
// several of the latter where its target was given another label meanwhile and a window holds the old ones too.
func (i Identity) Join(processes string) string {
	return "on (" + i.Labels() + ") group_left () (max by (" + i.Labels() + ") (" + processes + "))"
}

// Saturated selects, to be joined on the process labels, the processes whose event loop was busy for more than the limit of
// the window. The metrics of a whole process carry no server_name.
func Saturated(f query.Filters, window string) string {
	return fmt.Sprintf("%s > %g", metrics.ReactorTick.Sum().Rate(f.ProcessSelector(), window), limits.Saturated.Value)
}
