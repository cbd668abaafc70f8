package process

import (
	"maps"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

const (
	// mixedWindow is the time in which start times that go back are counted.
	mixedWindow = 15 * time.Minute
	// mixedJumps is how often they must: one may be a clock that was set. Source: ours.
	mixedJumps = 3
)

// problems are what keeps labels from naming every process.
type problems struct {
	// mixed are, by homeserver, the names under which Prometheus stores several processes.
	mixed map[string][]string
	// missing are configured labels that no process has.
	missing []string
	// halfLabelled: a process without server_name runs a release that labels half of its metrics.
	halfLabelled bool
	// alike are the homeservers on which the configured labels are the same for several processes.
	alike []string
}

// mixed reads the answer to jumpsBack.
func (all targets) mixed(i Identity, jumps model.Vector) map[string][]string {
	names := map[string][]string{}
	for _, jump := range jumps {
		for _, t := range all {
			if i.Process(t.labels) != i.Process(jump.Metric) {
				continue
			}
			for server := range t.servers {
				names[server] = append(names[server], i.Name(t.labels))
			}
			break
		}
	}
	for _, of := range names {
		slices.Sort(of)
	}
	return names
}

// without gives the labels that no target has.
func (all targets) without(labels []string) []string {
	there := all.labelNames()
	return slices.DeleteFunc(slices.Clone(labels), func(label string) bool {
		return label == "server_name" || slices.Contains(there, label)
	})
}

// alike are the homeservers on which labels are the same for several processes.
func (all targets) alike(labels []string) []string {
	servers := map[string]bool{}
	for _, t := range all.doubles(labels, all.besides()) {
		maps.Copy(servers, t.servers)
	}
	return slices.Sorted(maps.Keys(servers))
}

// Mixed says why nothing can be told of the processes of a homeserver: Prometheus stores several of them under the same
// labels, so that one series has the values of all in turn. "" where it does not.
func (i Identity) Mixed(server string) string {
	names := i.problems.mixed[server]
	if len(names) == 0 {
		return ""
	}
	return "In Prometheus several processes have the same labels, so their numbers are mixed: " + words.List(names) + ". " + mixedStep
}

const mixedStep = "Give each target an index label of its own, and scrape each process directly, not through a load balancer."

func (p problems) warnMixed(s *query.Session) {
	for _, server := range slices.Sorted(maps.Keys(p.mixed)) {
		if s.Filters.AllowsServer(server) {
			s.Warn("%s", p.mixedNotice(server))
		}
	}
}

func (p problems) mixedNotice(server string) string {
	return "In Prometheus several processes" + on(server) + " have the same labels, so their numbers are mixed: " + words.List(p.mixed[server]) + ". " + mixedStep
}

// on is a homeserver in a sentence; a Synapse before 1.136 does not tell its name.
func on(server string) string {
	if server == "" {
		return ""
	}
	return " of " + server
}

// Problems are sentences about what keeps labels from naming every process, for who can change that.
func (i Identity) Problems() []string {
	var all []string
	for _, label := range i.problems.missing {
		all = append(all, "No process in Prometheus has the label \""+label+"\" of the setting processLabels. Correct it in the data source settings, "+
			"or empty the setting to have the labels found automatically.")
	}
	for _, server := range i.problems.alike {
		all = append(all, "Several processes"+on(server)+" have the same values of the labels in the setting processLabels ("+list(i.names)+"). "+
			"Add a label that differs, or empty the setting to have the labels found automatically.")
	}
	if i.problems.halfLabelled {
		all = append(all, HalfLabelledNote+" "+HalfLabelledStep)
	}
	for _, server := range slices.Sorted(maps.Keys(i.problems.mixed)) {
		all = append(all, i.problems.mixedNotice(server))
	}
	return all
}
