package process

import (
	"maps"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Seen is one series per homeserver and process that was scraped within a window.
func (i Identity) Seen(f query.Filters, window string) string {
	return "count by (server_name, " + i.Labels() + ") (" + marker.Over("last_over_time", f.Selector(), window) + ")"
}

// Servers are the homeservers that each process serves, in rare cases several. They label what PromQL refuses to join:
// several series of one process, as of its generations or versions.
type Servers struct {
	identity Identity
	of       map[model.Fingerprint][]model.Metric
}

// Servers reads the answer to Seen.
func (i Identity) Servers(seen model.Vector) Servers {
	servers := Servers{i, map[model.Fingerprint][]model.Metric{}}
	for _, sample := range seen {
		at := i.Process(sample.Metric)
		servers.of[at] = append(servers.of[at], sample.Metric)
	}
	return servers
}

// Label gives a series' labels once for each homeserver of its process.
func (servers Servers) Label(m model.Metric) []model.Metric {
	var all []model.Metric
	for _, home := range servers.of[servers.identity.Process(m)] {
		labels := home.Clone()
		maps.Copy(labels, m)
		all = append(all, labels)
	}
	return all
}
