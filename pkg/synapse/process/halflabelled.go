package process

import (
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// halfLabelled matches the releases that give server_name to caches and code blocks, and to nothing else: those series
// look like another homeserver's. Source: recordings of Synapse 1.134, 1.135 and 1.136.
const halfLabelled = "1.135."

// HalfLabelledNote says what that means.
const HalfLabelledNote = "Synapse 1.135 labels only half of its metrics with server_name: caches and code blocks can't be matched with the rest."

// HalfLabelledStep is what to do.
const HalfLabelledStep = "Upgrade Synapse to 1.136 or later."

// labelledFirst are the beginnings of the names that have server_name on such a release.
var labelledFirst = []string{"synapse_util_caches_", "synapse_util_metrics_block_"}

// LabelledFirst tells whether a metric belongs to the half with labels.
func LabelledFirst(m *metrics.Metric) bool {
	return slices.ContainsFunc(labelledFirst, func(prefix string) bool { return strings.HasPrefix(m.Name, prefix) })
}

// HalfLabelled tells whether a homeserver's caches and code blocks stand under another name than the rest.
func (i Identity) HalfLabelled(server string) bool { return server == "" && i.problems.halfLabelled }

// nameless tells whether any process has no server_name, as before Synapse 1.136.
func (all targets) nameless() bool {
	return slices.ContainsFunc(all, func(t *target) bool { return t.servers[""] })
}

// anyHalfLabelled reads the versions that run.
func anyHalfLabelled(builds model.Vector) bool {
	return slices.ContainsFunc(builds, func(s *model.Sample) bool { return strings.HasPrefix(string(s.Metric["version"]), halfLabelled) })
}

func (p problems) warnHalfLabelled(s *query.Session) {
	if p.halfLabelled && s.Filters.AllowsServer("") {
		s.Warn("%s %s", HalfLabelledNote, HalfLabelledStep)
	}
}
