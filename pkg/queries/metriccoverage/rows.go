package metriccoverage

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/coverage"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// readers are the query types and checks that read each metric, by its name.
type readers map[string][]string

// looks is the check that only looks whether metrics are there.
const looks = "metric-coverage"

// readersOf takes the query types' own word, which a test holds against what they ask, and the checks' queries.
func readersOf(types []query.Type) readers {
	read := readers{}
	for _, t := range types {
		for _, name := range t.Reads {
			read[name] = append(read[name], t.ID)
		}
	}
	for _, c := range checks.All {
		if c.ID == looks {
			continue
		}
		for _, m := range metrics.In(promqlOf(c)) {
			read[m.Name] = append(read[m.Name], c.ID)
		}
	}
	return read
}

// promqlOf is all PromQL of a check.
func promqlOf(c checks.Check) string {
	var asked strings.Builder
	for _, m := range c.Measures {
		asked.WriteString(m.PromQL(checks.Scope{}) + "\n")
	}
	if c.Signal != nil {
		asked.WriteString(c.Signal.PromQL(checks.Scope{}))
	}
	return asked.String()
}

// homeserver is what there is of one.
type homeserver struct {
	names    map[string]bool // of the series that show that a metric is there
	versions []string
}

// homeserversOf reads the answers about names, and that about versions.
func homeserversOf(present, versions model.Vector) map[string]homeserver {
	servers := map[string]homeserver{}
	for _, sample := range present {
		server := query.ServerOf(sample.Metric)
		if servers[server].names == nil {
			servers[server] = homeserver{names: map[string]bool{}}
		}
		name := coverage.NameIn(func(label string) string { return string(sample.Metric[model.LabelName(label)]) })
		servers[server].names[name] = true
	}
	for _, sample := range versions {
		if h, there := servers[query.ServerOf(sample.Metric)]; there {
			h.versions = append(h.versions, string(sample.Metric["version"]))
			servers[query.ServerOf(sample.Metric)] = h
		}
	}
	return servers
}

// joinHalves gives the nameless homeserver what a release that labels half of its metrics shows under a name.
func joinHalves(servers map[string]homeserver) {
	for server, there := range servers {
		nameless, anyone := servers[""]
		if server == "" || !anyone || there.names[metrics.ScheduleTime.Marker().Name] {
			continue
		}
		maps.Copy(nameless.names, there.names)
		delete(servers, server)
	}
}

// row is one metric on one homeserver.
type row struct {
	*metrics.Metric
	server, foundAs, note string
	status                coverage.Status
	readBy                []string
}

// rows are the metrics with one of the wanted statuses, what is missing first.
func (r readers) rows(servers map[string]homeserver, wanted []string) []row {
	var all []row
	for server, there := range servers {
		version := metrics.Newest(there.versions)
		for _, m := range metrics.All() {
			status, foundAs := coverage.StatusOf(m, there.names, version)
			if len(wanted) > 0 && !slices.Contains(wanted, string(status)) {
				continue
			}
			one := row{Metric: m, server: server, foundAs: foundAs, status: status, readBy: r[m.Name]}
			if status == coverage.OtherVersion {
				one.note = coverage.VersionNote(m, version)
			}
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.server, b.server),
			cmp.Compare(slices.Index(coverage.Statuses, a.status), slices.Index(coverage.Statuses, b.status)), cmp.Compare(a.Name, b.Name))
	})
	return all
}
