package diagnosis

import (
	"maps"
	"slices"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// serversQuery finds the homeservers of the range. Before the upgrade to the version that gives homeservers their names a
// process had none: a nameless homeserver that is not there any more is that of the same processes' name.
func serversQuery(s *query.Session) string {
	processes := metrics.ScheduleTime.Count()
	const nameless = query.Matcher(`server_name=""`)
	window := s.Range.Window()
	seen := func(matcher query.Matcher) string {
		return processes.Over("last_over_time", s.Filters.Selector(matcher), window)
	}
	named := seen(`server_name!=""`)
	// One of which no process answers for longer than the range is there too, as long as Prometheus tries.
	silent := processes.Over("last_over_time", s.Filters.Selector(), "[1d]") + " and on (job, instance) " +
		metrics.Up.Series().Of(s.Filters.Without("index").ProcessSelector()) + " == 0 unless on (job, instance) " + named
	return "count by (server_name) (" + named + " or " + processes.Of(s.Filters.Selector(nameless)) + " or (" + seen(nameless) + " unless on (job, index) " + named + ") or (" + silent + "))"
}

// seen are the homeservers that Prometheus has something of, and those that were asked for by name, there or not; the nameless
// one where there is none at all, so that a check can report that nothing is there.
func (m *measured) seen(s *query.Session, present model.Vector) {
	m.present = map[string]bool{}
	for _, sample := range present {
		m.present[string(sample.Metric["server_name"])] = true
	}
	m.servers = slices.Collect(maps.Keys(m.present))
	m.addServers(s, s.Filters.ServerName...)
}

// ownedToo adds the homeserver whose database PostgreSQL holds.
func (m *measured) ownedToo(s *query.Session) {
	if m.present[""] && len(m.present) == 1 && m.owner != "" {
		m.owner = "" // Synapse is older than the label: the database is that of the nameless homeserver
	}
	if m.owner != "" && len(m.present) == 0 && len(s.Filters.ServerName) == 0 {
		m.servers = nil // not a nameless one
	}
	m.addServers(s, m.owner)
}

func (m *measured) addServers(s *query.Session, names ...string) {
	for _, name := range names {
		if name != "" && s.Filters.AllowsServer(name) && !slices.Contains(m.servers, name) {
			m.servers = append(m.servers, name)
		}
	}
	if len(m.servers) == 0 {
		m.servers = []string{""}
	}
	slices.Sort(m.servers)
}
