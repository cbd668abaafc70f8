package process

import (
	"context"
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

// Identity is the labels that together name one process.
type Identity []string

// Find gives the configured labels, else job and index where these are unique on each homeserver, else instance
// as well: staging beside production may share job and index, and so do replicas. Only processes of Synapse are looked
// at: exporters share a job too. It is asked once for all queries about the same processes and time range.
func Find(ctx context.Context, s *query.Session) (Identity, error) {
	if len(s.Options.ProcessLabels) > 0 {
		return s.Options.ProcessLabels, nil
	}
	return query.Once(ctx, s, query.Prometheus, "identity "+s.Filters.Selector(), findIdentity)
}

func findIdentity(ctx context.Context, s *query.Session) (Identity, error) {
	var twice model.Vector
	promql := "count by (server_name, job, index) (count by (server_name, job, index, instance) (" + marker.Of(s.Filters.Selector()) + ")) > 1"
	if err := s.Ask(ctx, query.At(promql, &twice)); err != nil {
		return nil, err
	}
	if len(twice) > 0 {
		return Identity{"job", "index", "instance"}, nil
	}
	return Identity{"job", "index"}, nil
}

// By is the list for a PromQL "by", with server_name first.
func (i Identity) By() string { return "server_name, " + strings.Join(i, ", ") }

// Name is how people read a process: its labels, joined by slashes, empty ones left out; job and instance where none of
// them is there.
func (i Identity) Name(m model.Metric) string {
	for _, labels := range []Identity{i, {"job", "index", "instance"}} {
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

// labels are those by which queries keep processes apart: job, index and instance, and what the admin named beside them.
// Every series of a target has the target's labels.
func (i Identity) labels() []string {
	labels := []string{"job", "index", "instance"}
	for _, label := range i {
		if label != "server_name" && !slices.Contains(labels, label) {
			labels = append(labels, label)
		}
	}
	return labels
}

// Labels is the list for a PromQL "by" or "on" that keeps processes apart, without server_name, which the series of whole
// processes lack.
func (i Identity) Labels() string { return strings.Join(i.labels(), ", ") }

// Process tells which process a series belongs to, whichever homeserver it serves.
func (i Identity) Process(m model.Metric) model.Fingerprint {
	process := model.Metric{}
	for _, label := range i.labels() {
		process[model.LabelName(label)] = m[model.LabelName(label)]
	}
	return process.Fingerprint()
}

// Values is PromQL for what the labels say of all processes.
func (i Identity) Values() string {
	return "count by (" + strings.Join(i, ", ") + ") (" + marker.Of("") + ")"
}

// Missing reads the answer to Values: the labels that no process has. Where there is no process, nothing is known to be
// missing.
func (i Identity) Missing(values model.Vector) []string {
	if len(values) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(i), func(label string) bool {
		return slices.ContainsFunc(values, func(s *model.Sample) bool { return s.Metric[model.LabelName(label)] != "" })
	})
}

// WithServer labels the series of whole processes, which have no server_name, with the homeserver that the process
// serves. Where they are aggregated, Labels must be kept. It works with every version: synapse_server_name_info exists
// only since 1.146.
func (i Identity) WithServer(f query.Filters, processes string) string {
	return "count by (server_name, " + i.Labels() + ") (" + marker.Of(f.Selector()) + ") * 0 + " + i.Join(processes)
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
